/**
 * CRI v1 over gRPC: the kubelet's runtime and image ports on any runtime's socket.
 *
 * The wire is read from cri-v1.proto (no code generation); 64-bit numbers come as bigint and are turned into the port's
 * milliseconds and numbers in cri-wire.ts, in one place. Runtimes answer with weak status codes (containerd: 2 for nearly everything), so
 * codes are passed on as they are and messages without the "rpc error" decoration.
 */

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { assert } from '#base/errors.ts';
import {
  type ContainerConfig,
  type ContainerFilter,
  type ContainerStats,
  CriError,
  type CriErrorCode,
  type CriImages,
  type CriRuntime,
  type ExecResult,
  type ImageAuth,
  type ImageSpec,
  type LinuxContainerResources,
  type PodSandbox,
  type PodSandboxConfig,
  type PodSandboxStats,
  type PodSandboxStatus,
  type RuntimeContainer,
  type RuntimeContainerStatus,
  type RuntimeEvent,
  type RuntimeImage,
  type RuntimeStatus,
  type RuntimeVersion,
  type SandboxFilter,
} from '#kubelet/cri/runtime.ts';
import { runtimeEvents } from './cri-events.ts';
import * as wire from './cri-wire.ts';
import { GrpcChannel } from './grpc/grpc-channel.ts';
import { GrpcError } from './grpc/grpc-error.ts';
import { parseProto, type Service } from './grpc/proto-schema.ts';

export interface CriClientConfig {
  /** 'unix:///run/containerd/containerd.sock' or a bare path of a socket. */
  readonly endpoint: string;
  /** Of image calls when another service has them. */
  readonly imageEndpoint?: string;
}

export interface CriClient {
  readonly runtime: CriRuntime;
  readonly images: CriImages;
  close(): void;
}

/** As upstream's --runtime-request-timeout; calls that wait for containers add what they wait for. */
const callTimeoutMs = 120_000;
const pullTimeoutMs = 30 * 60_000;

export type CallOptions = { readonly timeoutMs?: number; readonly signal?: AbortSignal | undefined };

/** One unary or streaming gRPC service, called by method name with plain objects. */
export interface GrpcService {
  call(method: string, request: object, options?: CallOptions): Promise<unknown>;
  stream(method: string, request: object, signal: AbortSignal): AsyncIterable<unknown>;
}

export function createCriClient(config: CriClientConfig): CriClient {
  const channels = new Map<string, GrpcChannel>();
  const channel = (endpoint: string): GrpcChannel => {
    const path = endpoint.replace(/^unix:(\/\/)?/, '');
    let found = channels.get(path);
    if (!found) {
      found = new GrpcChannel(() => connect(path));
      channels.set(path, found);
    }
    return found;
  };
  const runtimeChannel = channel(config.endpoint);
  const imageChannel = channel(config.imageEndpoint ?? config.endpoint);
  const cri = readServices('cri-v1.proto');
  const containerd = readServices('containerd-events.proto');
  const runtime = new GrpcRuntime(
    grpcService(runtimeChannel, cri, 'runtime.v1.RuntimeService'),
    grpcService(runtimeChannel, containerd, 'containerd.services.events.v1.Events'),
  );
  const images = new GrpcImages(grpcService(imageChannel, cri, 'runtime.v1.ImageService'));
  return {
    runtime,
    images,
    close: () => {
      for (const open of channels.values()) open.close();
    },
  };
}

class GrpcRuntime implements CriRuntime {
  private readonly service: GrpcService;
  private readonly containerdEvents: GrpcService;

  constructor(service: GrpcService, containerdEvents: GrpcService) {
    this.service = service;
    this.containerdEvents = containerdEvents;
  }

  async version(): Promise<RuntimeVersion> {
    return wire.version(await this.service.call('Version', { version: 'v1' }));
  }

  async status(): Promise<RuntimeStatus> {
    return wire.runtimeStatus(await this.service.call('Status', { verbose: false }));
  }

  async runPodSandbox(config: PodSandboxConfig, runtimeHandler: string): Promise<string> {
    const request = { config: wire.sandboxConfig(config), runtimeHandler };
    return wire.text(
      await this.service.call('RunPodSandbox', request, { timeoutMs: 2 * callTimeoutMs }),
      'podSandboxId',
    );
  }

  async stopPodSandbox(id: string): Promise<void> {
    await ignoreNotFound(this.service.call('StopPodSandbox', { podSandboxId: id }));
  }

  async removePodSandbox(id: string): Promise<void> {
    await ignoreNotFound(this.service.call('RemovePodSandbox', { podSandboxId: id }));
  }

  async podSandboxStatus(id: string): Promise<PodSandboxStatus> {
    return wire.sandboxStatus(await this.service.call('PodSandboxStatus', { podSandboxId: id, verbose: false }));
  }

  async listPodSandboxes(filter: SandboxFilter = {}): Promise<readonly PodSandbox[]> {
    return wire.sandboxes(
      await this.service.call('ListPodSandbox', { filter: { labelSelector: podSelector(filter.podUid) } }),
    );
  }

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<string> {
    const request = {
      podSandboxId: sandboxId,
      config: wire.containerConfig(config),
      sandboxConfig: wire.sandboxConfig(sandbox),
    };
    return wire.text(
      await this.service.call('CreateContainer', request, { timeoutMs: 2 * callTimeoutMs }),
      'containerId',
    );
  }

  async startContainer(id: string): Promise<void> {
    await this.service.call('StartContainer', { containerId: id });
  }

  async stopContainer(id: string, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    const timeoutMs = callTimeoutMs + graceSeconds * 1000;
    await ignoreNotFound(
      this.service.call('StopContainer', { containerId: id, timeout: graceSeconds }, { timeoutMs, signal }),
    );
  }

  async removeContainer(id: string): Promise<void> {
    await ignoreNotFound(this.service.call('RemoveContainer', { containerId: id }));
  }

  async listContainers(filter: ContainerFilter = {}): Promise<readonly RuntimeContainer[]> {
    const request = {
      filter: { labelSelector: podSelector(filter.podUid), podSandboxId: filter.podSandboxId ?? '' },
    };
    return wire.containers(await this.service.call('ListContainers', request));
  }

  async containerStatus(id: string): Promise<RuntimeContainerStatus> {
    return wire.containerStatus(await this.service.call('ContainerStatus', { containerId: id, verbose: false }));
  }

  async updateContainerResources(id: string, resources: LinuxContainerResources): Promise<void> {
    await this.service.call('UpdateContainerResources', { containerId: id, linux: wire.linuxResources(resources) });
  }

  async reopenContainerLog(id: string): Promise<void> {
    await this.service.call('ReopenContainerLog', { containerId: id });
  }

  async execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult> {
    const timeoutMs = timeoutSeconds > 0 ? timeoutSeconds * 1000 + callTimeoutMs : 0;
    const request = { containerId: id, cmd: command, timeout: timeoutSeconds };
    return wire.execResult(await this.service.call('ExecSync', request, { timeoutMs }));
  }

  async exec(id: string, options: Parameters<CriRuntime['exec']>[1]): Promise<string> {
    const { command, ...streams } = options;
    return wire.text(await this.service.call('Exec', { containerId: id, cmd: command, ...streams }), 'url');
  }

  async attach(id: string, options: Parameters<CriRuntime['attach']>[1]): Promise<string> {
    return wire.text(await this.service.call('Attach', { containerId: id, ...options }), 'url');
  }

  async portForward(sandboxId: string, ports: readonly number[]): Promise<string> {
    return wire.text(await this.service.call('PortForward', { podSandboxId: sandboxId, port: ports }), 'url');
  }

  async listContainerStats(filter: ContainerFilter = {}): Promise<readonly ContainerStats[]> {
    const request = {
      filter: { labelSelector: podSelector(filter.podUid), podSandboxId: filter.podSandboxId ?? '' },
    };
    return wire.containerStatsList(await this.service.call('ListContainerStats', request));
  }

  async listPodSandboxStats(): Promise<readonly PodSandboxStats[]> {
    return wire.sandboxStatsList(await this.service.call('ListPodSandboxStats', { filter: {} }));
  }

  events(signal: AbortSignal): AsyncIterable<RuntimeEvent> {
    return runtimeEvents(this, this.service, this.containerdEvents, signal);
  }
}

class GrpcImages implements CriImages {
  private readonly service: GrpcService;

  constructor(service: GrpcService) {
    this.service = service;
  }

  async listImages(): Promise<readonly RuntimeImage[]> {
    return wire.images(await this.service.call('ListImages', {}));
  }

  async imageStatus(image: ImageSpec): Promise<RuntimeImage | undefined> {
    return wire.imageStatus(await this.service.call('ImageStatus', { image, verbose: false }));
  }

  async pullImage(image: ImageSpec, auth: ImageAuth | undefined, sandbox: PodSandboxConfig): Promise<string> {
    const request = { image, auth, sandboxConfig: wire.sandboxConfig(sandbox) };
    return wire.text(await this.service.call('PullImage', request, { timeoutMs: pullTimeoutMs }), 'imageRef');
  }

  async removeImage(image: ImageSpec): Promise<void> {
    await this.service.call('RemoveImage', { image });
  }

  async imageFsInfo(): Promise<ReturnType<typeof wire.imageFilesystems>> {
    return wire.imageFilesystems(await this.service.call('ImageFsInfo', {}));
  }
}

function podSelector(podUid: string | undefined): Record<string, string> {
  return podUid === undefined ? {} : { 'io.kubernetes.pod.uid': podUid };
}

async function ignoreNotFound(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof CriError && error.code === 'NotFound')) throw error;
  }
}

function readServices(file: string): ReadonlyMap<string, Service> {
  return parseProto(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

function grpcService(channel: GrpcChannel, services: ReadonlyMap<string, Service>, name: string): GrpcService {
  const service = services.get(name);
  const method = (methodName: string) => {
    const found = service?.methods.get(methodName);
    assert(found, `${name} has no method ${methodName}`);
    return found;
  };
  return {
    call: async (methodName, request, options = {}) => {
      const { timeoutMs = callTimeoutMs, signal } = options;
      try {
        return await channel.unary(method(methodName), request, { timeoutMs, signal });
      } catch (error) {
        throw asCriError(error);
      }
    },
    stream: async function* (methodName, request, signal) {
      try {
        yield* channel.stream(method(methodName), request, signal);
      } catch (error) {
        throw asCriError(error);
      }
    },
  };
}

const criCodes: ReadonlySet<string> = new Set<CriErrorCode>([
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'Unimplemented',
  'Unavailable',
  'Canceled',
  'Internal',
]);

/** The same code and words; codes that no runtime uses are Unknown. */
function asCriError(error: unknown): unknown {
  if (!(error instanceof GrpcError)) return error;
  const code = criCodes.has(error.code) ? (error.code as CriErrorCode) : 'Unknown';
  return new CriError(code, error.message, { cause: error.cause });
}
