/**
 * ScriptedRuntime: a container runtime in memory behind the kubelet's CRI port, on simulated time. With it the real kubelet runs in a
 * simulated cluster. It outlives the kubelet, as a real one does.
 *
 * What a container does is told by the test: how long it runs, how it ends, how it takes SIGTERM.
 */

import type { Clock } from '#base/env.ts';
import {
  type ContainerConfig,
  type ContainerFilter,
  type ContainerStats,
  CriError,
  type CriImages,
  type CriRuntime,
  type ExecResult,
  type FilesystemUsage,
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

/** Of one instance of a container. */
export interface ContainerBehaviour {
  /** Ends by itself after this long; runs for ever unless told. */
  readonly runMs?: number;
  readonly exitCode?: number;
  /** Time from SIGTERM to its end; longer than the grace period is killed with 137. */
  readonly stopMs?: number;
}

export interface ScriptedRuntimeOptions {
  readonly clock: Clock;
  readonly behaviour?: (config: ContainerConfig, sandbox: PodSandboxConfig) => ContainerBehaviour;
  readonly exec?: (
    config: ContainerConfig,
    command: readonly string[],
  ) => { readonly exitCode: number; readonly takesMs?: number };
  /** Duration of sandbox, create and start calls, in ms. */
  readonly callMs?: number;
}

interface Sandbox {
  readonly config: PodSandboxConfig;
  status: PodSandboxStatus;
}

interface Container {
  readonly config: ContainerConfig;
  readonly sandboxId: string;
  readonly behaviour: ContainerBehaviour;
  readonly ended: PromiseWithResolvers<void>;
  status: RuntimeContainerStatus;
}

export class ScriptedRuntime implements CriRuntime, CriImages {
  private readonly options: ScriptedRuntimeOptions;
  private readonly sandboxes = new Map<string, Sandbox>();
  private readonly containers = new Map<string, Container>();
  private readonly listeners = new Set<(event: RuntimeEvent) => void>();
  private count = 0;
  /** 'start web/0' and 'stop web/0', with the time: what the runtime was made to do. */
  readonly history: { readonly atMs: number; readonly what: string }[] = [];

  constructor(options: ScriptedRuntimeOptions) {
    this.options = options;
  }

  /** Names of containers that run now. */
  get running(): readonly string[] {
    return [...this.containers.values()]
      .filter(({ status }) => status.state === 'CONTAINER_RUNNING')
      .map(({ config }) => config.metadata.name)
      .sort();
  }

  get sandboxCount(): number {
    return this.sandboxes.size;
  }

  async version(): Promise<RuntimeVersion> {
    return { runtimeName: 'simulated', runtimeVersion: '1', runtimeApiVersion: 'v1' };
  }

  async status(): Promise<RuntimeStatus> {
    const condition = (type: string) => ({ type, status: true, reason: '', message: '' });
    return {
      conditions: [condition('RuntimeReady'), condition('NetworkReady')],
      handlers: [],
      supplementalGroupsPolicy: true,
    };
  }

  async runPodSandbox(config: PodSandboxConfig): Promise<string> {
    await this.takeTime();
    const id = `sandbox-${this.count++}`;
    const hostNetwork = config.linux.securityContext.namespaceOptions.network === 'NODE';
    const status: PodSandboxStatus = {
      id,
      metadata: config.metadata,
      state: 'SANDBOX_READY',
      createdAtMs: this.now(),
      labels: config.labels,
      annotations: config.annotations,
      ips: hostNetwork ? [] : [`10.1.0.${this.count}`],
      namespaces: config.linux.securityContext.namespaceOptions,
    };
    this.sandboxes.set(id, { config, status });
    return id;
  }

  async stopPodSandbox(id: string): Promise<void> {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) return;
    for (const [containerId, container] of this.containers) {
      if (container.sandboxId === id && container.status.state === 'CONTAINER_RUNNING') this.end(containerId, 137);
    }
    sandbox.status = { ...sandbox.status, state: 'SANDBOX_NOTREADY' };
  }

  async removePodSandbox(id: string): Promise<void> {
    await this.stopPodSandbox(id);
    for (const [containerId, container] of this.containers) {
      if (container.sandboxId === id) this.containers.delete(containerId);
    }
    this.sandboxes.delete(id);
  }

  async podSandboxStatus(id: string): Promise<PodSandboxStatus> {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) throw new CriError('NotFound', `sandbox "${id}" not found`);
    return sandbox.status;
  }

  async listPodSandboxes(filter: SandboxFilter = {}): Promise<readonly PodSandbox[]> {
    return [...this.sandboxes.values()]
      .map(({ status }) => status)
      .filter(({ metadata }) => filter.podUid === undefined || metadata.uid === filter.podUid);
  }

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<string> {
    await this.takeTime();
    if (this.sandboxes.get(sandboxId)?.status.state !== 'SANDBOX_READY') {
      throw new CriError('Unknown', `sandbox "${sandboxId}" is not running`);
    }
    const id = `container-${this.count++}`;
    const behaviour = this.options.behaviour?.(config, sandbox) ?? {};
    const status: RuntimeContainerStatus = {
      id,
      metadata: config.metadata,
      state: 'CONTAINER_CREATED',
      createdAtMs: this.now(),
      startedAtMs: 0,
      finishedAtMs: 0,
      exitCode: 0,
      image: config.image,
      imageRef: config.image.image,
      imageId: config.image.image,
      reason: '',
      message: '',
      labels: config.labels,
      annotations: config.annotations,
      mounts: config.mounts,
      logPath: `${sandbox.logDirectory}/${config.logPath}`,
      resources: config.linux.resources,
    };
    this.containers.set(id, { config, sandboxId, behaviour, status, ended: Promise.withResolvers() });
    return id;
  }

  async startContainer(id: string): Promise<void> {
    await this.takeTime();
    const container = this.container(id);
    container.status = { ...container.status, state: 'CONTAINER_RUNNING', startedAtMs: this.now() };
    this.note('start', container);
    const { runMs, exitCode = 0 } = container.behaviour;
    if (runMs !== undefined) this.options.clock.after(runMs, () => this.end(id, exitCode));
  }

  async stopContainer(id: string, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    const container = this.containers.get(id);
    if (container?.status.state !== 'CONTAINER_RUNNING') return;
    this.note('stop', container);
    const { stopMs = 0 } = container.behaviour;
    this.options.clock.after(stopMs, () => this.end(id, 0));
    this.options.clock.after(graceSeconds * 1000, () => this.end(id, 137));
    await new Promise<void>((resolve, reject) => {
      container.ended.promise.then(resolve);
      signal?.addEventListener('abort', () => reject(new CriError('Canceled', 'cancelled')), { once: true });
    });
  }

  async removeContainer(id: string): Promise<void> {
    if (this.containers.get(id)?.status.state === 'CONTAINER_RUNNING') this.end(id, 137);
    this.containers.delete(id);
  }

  async listContainers(filter: ContainerFilter = {}): Promise<readonly RuntimeContainer[]> {
    return [...this.containers.values()]
      .filter(({ sandboxId }) => filter.podSandboxId === undefined || sandboxId === filter.podSandboxId)
      .filter(({ config }) => filter.podUid === undefined || config.labels['io.kubernetes.pod.uid'] === filter.podUid)
      .map(({ status, sandboxId }) => ({ ...status, podSandboxId: sandboxId }));
  }

  async containerStatus(id: string): Promise<RuntimeContainerStatus> {
    return this.container(id).status;
  }

  async updateContainerResources(id: string, resources: LinuxContainerResources): Promise<void> {
    const container = this.container(id);
    container.status = { ...container.status, resources: { ...container.status.resources, ...resources } };
  }

  async reopenContainerLog(): Promise<void> {}

  async execSync(id: string, command: readonly string[]): Promise<ExecResult> {
    const { config } = this.container(id);
    const { exitCode, takesMs = 0 } = this.options.exec?.(config, command) ?? { exitCode: 0 };
    if (takesMs > 0) await this.wait(takesMs);
    this.history.push({
      atMs: this.options.clock.monotonic(),
      what: `exec ${config.metadata.name}: ${command.join(' ')}`,
    });
    return { stdout: new Uint8Array(), stderr: new Uint8Array(), exitCode };
  }

  async exec(): Promise<string> {
    throw new CriError('Unimplemented', 'no streaming');
  }

  async attach(): Promise<string> {
    throw new CriError('Unimplemented', 'no streaming');
  }

  async portForward(): Promise<string> {
    throw new CriError('Unimplemented', 'no streaming');
  }

  async listContainerStats(): Promise<readonly ContainerStats[]> {
    return [];
  }

  async listPodSandboxStats(): Promise<readonly PodSandboxStats[]> {
    return [];
  }

  async *events(signal: AbortSignal): AsyncGenerator<RuntimeEvent, void, void> {
    const queue: RuntimeEvent[] = [];
    let wake = () => {};
    const listener = (event: RuntimeEvent) => {
      queue.push(event);
      wake();
    };
    this.listeners.add(listener);
    try {
      while (!signal.aborted) {
        yield* queue.splice(0);
        await new Promise<void>((resolve) => {
          wake = resolve;
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    } finally {
      this.listeners.delete(listener);
    }
  }

  async listImages(): Promise<readonly RuntimeImage[]> {
    return [];
  }

  async imageStatus({ image }: ImageSpec): Promise<RuntimeImage | undefined> {
    if (image.startsWith('missing')) return undefined;
    return { id: image, repoTags: [image], repoDigests: [], sizeBytes: 1 << 20, username: '', pinned: false };
  }

  async pullImage({ image }: ImageSpec): Promise<string> {
    throw new CriError('NotFound', `failed to pull ${image}: not found`);
  }

  async removeImage(): Promise<void> {}

  async imageFsInfo(): Promise<readonly FilesystemUsage[]> {
    return [];
  }

  /** A container ends by itself or is killed; nothing happens when it has ended. */
  private end(id: string, exitCode: number): void {
    const container = this.containers.get(id);
    if (container?.status.state !== 'CONTAINER_RUNNING') return;
    container.status = {
      ...container.status,
      state: 'CONTAINER_EXITED',
      finishedAtMs: this.now(),
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
    };
    this.note(`end(${exitCode})`, container);
    container.ended.resolve();
    const podUid = container.config.labels['io.kubernetes.pod.uid'];
    for (const listener of this.listeners)
      listener({ type: 'stopped', containerId: id, ...(podUid ? { podUid } : {}) });
  }

  private container(id: string): Container {
    const container = this.containers.get(id);
    if (!container) throw new CriError('NotFound', `container "${id}" not found`);
    return container;
  }

  private note(what: string, { config }: Container): void {
    const { name, attempt } = config.metadata;
    this.history.push({ atMs: this.options.clock.monotonic(), what: `${what} ${name}/${attempt}` });
  }

  private now(): number {
    return this.options.clock.now() + this.count / 1000;
  }

  private takeTime(): Promise<void> {
    return this.wait(this.options.callMs ?? 10);
  }

  private wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.options.clock.after(ms, resolve);
    });
  }
}
