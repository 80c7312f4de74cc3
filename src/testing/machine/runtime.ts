/**
 * The container runtime of a simulated machine: sandboxes and containers as states, with delays. It outlives the kubelet; when
 * the machine dies, what ran has ended, and the runtime knows it afterwards, as containerd does.
 */

import { Mailbox } from '#base/mailbox.ts';
import {
  type ContainerConfig,
  type ContainerFilter,
  CriError,
  type CriImages,
  type CriRuntime,
  type FilesystemUsage,
  type ImageSpec,
  type PodSandbox,
  type PodSandboxConfig,
  type PodSandboxStatus,
  type RuntimeContainer,
  type RuntimeContainerStatus,
  type RuntimeEvent,
  type RuntimeImage,
  type RuntimeStatus,
  type RuntimeVersion,
  type SandboxFilter,
  type SandboxState,
} from '#kubelet/cri/runtime.ts';
import type { SimEnv } from '#platform/sim/env.ts';
import type { SimRandom } from '#platform/sim/random.ts';
import type { SimulatedMachine } from './machine.ts';

export interface RuntimeTimes {
  /** How long containers take to end after SIGTERM, in ms. */
  readonly stopMs: { readonly low: number; readonly high: number };
  /** How long containers of images that end by themselves run, in ms. */
  readonly runMs: { readonly low: number; readonly high: number };
  /** Probability that such a container fails. */
  readonly failureRate: number;
}

/** Containers of images whose name begins so run for a while and end; all others run until they are stopped. */
export const endingImagePrefix = 'job';

interface Sandbox {
  readonly id: string;
  readonly config: PodSandboxConfig;
  readonly createdAtMs: number;
  readonly ip: string;
  state: SandboxState;
}

interface Container {
  readonly id: string;
  readonly sandbox: Sandbox;
  readonly config: ContainerConfig;
  readonly createdAtMs: number;
  state: 'CONTAINER_CREATED' | 'CONTAINER_RUNNING' | 'CONTAINER_EXITED';
  startedAtMs: number;
  finishedAtMs: number;
  exitCode: number;
  /** Resolves when it is dead. */
  readonly ended: PromiseWithResolvers<void>;
}

const eventBound = 10_000;
const sigterm = 143;
const sigkill = 137;

export class SimulatedRuntime implements CriRuntime, CriImages {
  private readonly world: SimEnv;
  private readonly random: SimRandom;
  private readonly machine: SimulatedMachine;
  private readonly times: RuntimeTimes;
  private readonly sandboxes = new Map<string, Sandbox>();
  private readonly containers = new Map<string, Container>();
  private readonly images = new Set<string>();
  private readonly watchers = new Set<Mailbox<RuntimeEvent>>();
  private nextId = 1;
  private down = false;

  constructor(world: SimEnv, machine: SimulatedMachine, times: RuntimeTimes) {
    this.world = world;
    this.random = world.random.fork(`runtime/${machine.name}`);
    this.machine = machine;
    this.times = times;
  }

  /** Everything that ran has ended; the runtime comes back with the machine. */
  powerOff(): void {
    for (const container of this.containers.values()) this.end(container, sigkill);
    for (const sandbox of this.sandboxes.values()) sandbox.state = 'SANDBOX_NOTREADY';
    for (const watcher of this.watchers) watcher.end();
    this.watchers.clear();
  }

  /** False while the runtime's own process is down: containers run on, calls fail. */
  get isUp(): boolean {
    return !this.down;
  }

  /** The runtime's process ends, and event streams with it; or it is back. */
  setUp(isUp: boolean): void {
    this.down = !isUp;
    if (isUp) return;
    for (const watcher of this.watchers) watcher.end();
    this.watchers.clear();
  }

  /** One container that runs, chosen by chance, ends with an error. */
  crashOne(random: SimRandom): void {
    const running = [...this.containers.values()].filter(({ state }) => state === 'CONTAINER_RUNNING');
    if (running.length > 0) this.end(random.pick(running), 1);
  }

  async version(): Promise<RuntimeVersion> {
    return { runtimeName: 'simulated', runtimeVersion: '1', runtimeApiVersion: 'v1' };
  }

  async status(): Promise<RuntimeStatus> {
    const condition = (type: string) => ({ type, status: true, reason: '', message: '' });
    return {
      conditions: [condition('RuntimeReady'), condition('NetworkReady')],
      handlers: [],
      supplementalGroupsPolicy: false,
    };
  }

  async runPodSandbox(config: PodSandboxConfig): Promise<string> {
    const { metadata } = config;
    for (const { config: other } of this.sandboxes.values()) {
      if (other.metadata.uid === metadata.uid && other.metadata.attempt === metadata.attempt) {
        throw new CriError('Unknown', `failed to reserve sandbox name "${metadata.name}": name is reserved`);
      }
    }
    const id = this.newId();
    const sandbox: Sandbox = {
      id,
      config,
      createdAtMs: this.world.clock.now(),
      ip: this.machine.newAddress(),
      state: 'SANDBOX_READY',
    };
    this.sandboxes.set(id, sandbox);
    this.emit('created', id, sandbox);
    return id;
  }

  async stopPodSandbox(id: string): Promise<void> {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) return;
    for (const container of this.containers.values()) if (container.sandbox === sandbox) this.end(container, sigkill);
    if (sandbox.state === 'SANDBOX_NOTREADY') return;
    sandbox.state = 'SANDBOX_NOTREADY';
    this.emit('stopped', id, sandbox);
  }

  async removePodSandbox(id: string): Promise<void> {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) return;
    await this.stopPodSandbox(id);
    for (const container of this.containers.values()) {
      if (container.sandbox === sandbox) this.containers.delete(container.id);
    }
    this.sandboxes.delete(id);
    this.emit('deleted', id, sandbox);
  }

  async podSandboxStatus(id: string): Promise<PodSandboxStatus> {
    const sandbox = this.sandboxes.get(id);
    if (!sandbox) throw notFound('sandbox', id);
    const ips = sandbox.state === 'SANDBOX_READY' ? [sandbox.ip] : [];
    return { ...sandboxOf(sandbox), ips, namespaces: sandbox.config.linux.securityContext.namespaceOptions };
  }

  async listPodSandboxes(filter: SandboxFilter = {}): Promise<readonly PodSandbox[]> {
    return [...this.sandboxes.values()]
      .filter(({ config }) => filter.podUid === undefined || config.metadata.uid === filter.podUid)
      .map(sandboxOf);
  }

  async createContainer(sandboxId: string, config: ContainerConfig): Promise<string> {
    const sandbox = this.sandboxes.get(sandboxId);
    if (!sandbox) throw notFound('sandbox', sandboxId);
    if (sandbox.state !== 'SANDBOX_READY') throw new CriError('Unknown', `sandbox ${sandboxId} is not running`);
    const { name, attempt } = config.metadata;
    for (const other of this.containers.values()) {
      const { metadata } = other.config;
      if (other.sandbox === sandbox && metadata.name === name && metadata.attempt === attempt) {
        throw new CriError('Unknown', `failed to reserve container name "${name}": name is reserved for "${other.id}"`);
      }
    }
    const id = this.newId();
    this.containers.set(id, {
      id,
      sandbox,
      config,
      createdAtMs: this.world.clock.now(),
      state: 'CONTAINER_CREATED',
      startedAtMs: 0,
      finishedAtMs: 0,
      exitCode: 0,
      ended: Promise.withResolvers<void>(),
    });
    this.emit('created', id, sandbox);
    return id;
  }

  async startContainer(id: string): Promise<void> {
    const container = this.container(id);
    if (container.state !== 'CONTAINER_CREATED') {
      throw new CriError('Unknown', `container ${id} is in ${container.state} state`);
    }
    const { sandbox, config } = container;
    if (sandbox.state !== 'SANDBOX_READY') throw new CriError('Unknown', `sandbox ${sandbox.id} is not running`);
    this.machine.containerStarts(sandbox.config.metadata, config.metadata.name, sandbox.ip, this.world.clock.now());
    container.state = 'CONTAINER_RUNNING';
    container.startedAtMs = this.world.clock.now();
    this.emit('started', id, sandbox);
    if (!config.image.userSpecifiedImage?.startsWith(endingImagePrefix)) return;
    const { low, high } = this.times.runMs;
    const exitCode = this.random.chance(this.times.failureRate) ? 1 : 0;
    this.world.clock.after(low + this.random.next() * (high - low), () => this.end(container, exitCode));
  }

  async stopContainer(id: string, graceSeconds: number, signal?: AbortSignal): Promise<void> {
    const container = this.containers.get(id);
    if (container?.state !== 'CONTAINER_RUNNING') {
      if (container?.state === 'CONTAINER_CREATED') this.end(container, sigkill);
      return;
    }
    const { low, high } = this.times.stopMs;
    const graceMs = graceSeconds * 1000;
    const wantedMs = low + this.random.next() * (high - low);
    this.world.clock.after(Math.min(wantedMs, graceMs), () =>
      this.end(container, wantedMs > graceMs ? sigkill : sigterm),
    );
    const aborted = new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([container.ended.promise, aborted]);
  }

  async removeContainer(id: string): Promise<void> {
    const container = this.containers.get(id);
    if (!container) return;
    this.end(container, sigkill);
    this.containers.delete(id);
    this.emit('deleted', id, container.sandbox);
  }

  async listContainers(filter: ContainerFilter = {}): Promise<readonly RuntimeContainer[]> {
    return [...this.containers.values()]
      .filter(({ sandbox }) => filter.podUid === undefined || sandbox.config.metadata.uid === filter.podUid)
      .filter(({ sandbox }) => filter.podSandboxId === undefined || sandbox.id === filter.podSandboxId)
      .map(({ id, sandbox, config, state, createdAtMs }) => ({
        id,
        podSandboxId: sandbox.id,
        metadata: config.metadata,
        image: config.image,
        imageRef: config.image.image,
        state,
        createdAtMs,
        labels: config.labels,
        annotations: config.annotations,
      }));
  }

  async containerStatus(id: string): Promise<RuntimeContainerStatus> {
    const { config, state, createdAtMs, startedAtMs, finishedAtMs, exitCode } = this.container(id);
    const exited = state === 'CONTAINER_EXITED';
    return {
      id,
      metadata: config.metadata,
      state,
      createdAtMs,
      startedAtMs,
      finishedAtMs,
      exitCode,
      image: config.image,
      imageRef: config.image.image,
      imageId: config.image.image,
      reason: exited ? (exitCode === 0 ? 'Completed' : 'Error') : '',
      message: '',
      labels: config.labels,
      annotations: config.annotations,
      mounts: config.mounts,
      logPath: config.logPath,
    };
  }

  async updateContainerResources(id: string): Promise<void> {
    this.container(id);
  }

  async reopenContainerLog(id: string): Promise<void> {
    this.container(id);
  }

  async execSync(id: string): ReturnType<CriRuntime['execSync']> {
    const { state } = this.container(id);
    if (state !== 'CONTAINER_RUNNING') throw new CriError('Unknown', `container ${id} is not running`);
    return { stdout: new Uint8Array(0), stderr: new Uint8Array(0), exitCode: 0 };
  }

  exec(): Promise<string> {
    return nothingToStream('exec');
  }

  attach(): Promise<string> {
    return nothingToStream('attach');
  }

  portForward(): Promise<string> {
    return nothingToStream('portForward');
  }

  async listContainerStats(): Promise<readonly []> {
    return [];
  }

  async listPodSandboxStats(): Promise<readonly []> {
    return [];
  }

  async *events(signal: AbortSignal): AsyncGenerator<RuntimeEvent, void, void> {
    const mailbox = new Mailbox<RuntimeEvent>(eventBound);
    this.watchers.add(mailbox);
    const end = () => mailbox.end();
    signal.addEventListener('abort', end, { once: true });
    try {
      yield* mailbox;
    } finally {
      this.watchers.delete(mailbox);
      signal.removeEventListener('abort', end);
    }
    if (!signal.aborted) throw new CriError('Unavailable', 'the event stream broke');
  }

  async listImages(): Promise<readonly RuntimeImage[]> {
    return [...this.images].map(imageOf);
  }

  async imageStatus({ image }: ImageSpec): Promise<RuntimeImage | undefined> {
    return this.images.has(image) ? imageOf(image) : undefined;
  }

  async pullImage({ image }: ImageSpec): Promise<string> {
    this.images.add(image);
    return image;
  }

  async removeImage({ image }: ImageSpec): Promise<void> {
    this.images.delete(image);
  }

  async imageFsInfo(): Promise<readonly FilesystemUsage[]> {
    const timestampMs = this.world.clock.now();
    return [{ timestampMs, mountpoint: '/var/lib/simulated', usedBytes: 2 ** 30, inodesUsed: 1000 }];
  }

  private container(id: string): Container {
    const container = this.containers.get(id);
    if (!container) throw notFound('container', id);
    return container;
  }

  /** Idempotent. */
  private end(container: Container, exitCode: number): void {
    if (container.state === 'CONTAINER_EXITED') return;
    const ran = container.state === 'CONTAINER_RUNNING';
    container.state = 'CONTAINER_EXITED';
    container.finishedAtMs = this.world.clock.now();
    container.exitCode = exitCode;
    if (ran) this.machine.containerEnds(container.sandbox.config.metadata, container.config.metadata.name);
    container.ended.resolve();
    this.emit('stopped', container.id, container.sandbox);
  }

  private emit(type: RuntimeEvent['type'], containerId: string, sandbox: Sandbox): void {
    for (const watcher of this.watchers) watcher.push({ type, containerId, podUid: sandbox.config.metadata.uid });
  }

  private newId(): string {
    return `${this.machine.name}-${this.nextId++}`;
  }
}

function sandboxOf({ id, config, state, createdAtMs }: Sandbox): PodSandbox {
  const { metadata, labels, annotations } = config;
  return { id, metadata, state, createdAtMs, labels, annotations };
}

function imageOf(image: string): RuntimeImage {
  return { id: image, repoTags: [image], repoDigests: [], sizeBytes: 1_000_000, uid: 0, username: '', pinned: false };
}

function notFound(what: string, id: string): CriError {
  return new CriError('NotFound', `${what} ${id}: not found`);
}

/** A simulated container has no process whose bytes could be streamed; this is CRI's code for calls that a runtime does not have. */
function nothingToStream(call: string): Promise<never> {
  return Promise.reject(new CriError('Unimplemented', `${call}: nothing to stream in a simulated container`));
}
