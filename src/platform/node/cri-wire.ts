/** CRI messages as proto-codec.ts reads and writes them (camelCase, 64-bit as bigint, enums as names) to the port's types and back. */

import type {
  ContainerConfig,
  ContainerStats,
  CpuUsage,
  ExecResult,
  FilesystemUsage,
  IdMapping,
  ImageSpec,
  LinuxContainerResources,
  MemoryUsage,
  Mount,
  NamespaceMode,
  NamespaceOptions,
  NetworkInterfaceUsage,
  PodSandbox,
  PodSandboxConfig,
  PodSandboxMetadata,
  PodSandboxStats,
  PodSandboxStatus,
  RuntimeContainer,
  RuntimeContainerState,
  RuntimeContainerStatus,
  RuntimeImage,
  RuntimeStatus,
  RuntimeVersion,
} from '#kubelet/cri/runtime.ts';

/** A decoded message; fields are read by the accessors below, which know the wire's defaults. */
type Message = Readonly<Record<string, unknown>>;

function message(value: unknown): Message {
  return (value ?? {}) as Message;
}

function list(value: unknown): readonly Message[] {
  return (value ?? []) as readonly Message[];
}

export function text(value: unknown, field: string): string {
  return (message(value)[field] as string | undefined) ?? '';
}

function int(value: unknown, field: string): number {
  return Number(message(value)[field] ?? 0);
}

/** Int64Value and UInt64Value: undefined when the wrapper is absent. */
function wrapped(value: unknown, field: string): number | undefined {
  const wrapper = message(value)[field] as { readonly value: bigint } | null | undefined;
  return wrapper ? Number(wrapper.value) : undefined;
}

function map(value: unknown, field: string): Readonly<Record<string, string>> {
  return (message(value)[field] as Readonly<Record<string, string>> | undefined) ?? {};
}

/** Nanoseconds since the epoch to milliseconds with a fraction. */
function ms(value: unknown, field: string): number {
  const nanos = (message(value)[field] as bigint | undefined) ?? 0n;
  return nanos <= 0n ? 0 : Number(nanos / 1_000_000n) + Number(nanos % 1_000_000n) / 1e6;
}

function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) result[key] = value;
  return result as { [K in keyof T]: Exclude<T[K], undefined> };
}

export function version(value: unknown): RuntimeVersion {
  return {
    runtimeName: text(value, 'runtimeName'),
    runtimeVersion: text(value, 'runtimeVersion'),
    runtimeApiVersion: text(value, 'runtimeApiVersion'),
  };
}

export function runtimeStatus(value: unknown): RuntimeStatus {
  const status = message(value);
  return {
    conditions: list(message(status.status).conditions).map((condition) => ({
      type: text(condition, 'type'),
      status: condition.status === true,
      reason: text(condition, 'reason'),
      message: text(condition, 'message'),
    })),
    handlers: list(status.runtimeHandlers).map((handler) => ({
      name: text(handler, 'name'),
      recursiveReadOnlyMounts: message(handler.features).recursiveReadOnlyMounts === true,
      userNamespaces: message(handler.features).userNamespaces === true,
    })),
    supplementalGroupsPolicy: message(status.features).supplementalGroupsPolicy === true,
  };
}

function sandboxMetadata(value: unknown): PodSandboxMetadata {
  return {
    name: text(value, 'name'),
    uid: text(value, 'uid'),
    namespace: text(value, 'namespace'),
    attempt: int(value, 'attempt'),
  };
}

function sandbox(item: Message): PodSandbox {
  return {
    id: text(item, 'id'),
    metadata: sandboxMetadata(item.metadata),
    state: item.state === 'SANDBOX_READY' ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
    createdAtMs: ms(item, 'createdAt'),
    labels: map(item, 'labels'),
    annotations: map(item, 'annotations'),
  };
}

export function sandboxes(value: unknown): readonly PodSandbox[] {
  return list(message(value).items).map(sandbox);
}

function namespaces(value: unknown): NamespaceOptions {
  return {
    network: (text(value, 'network') || 'POD') as NamespaceMode,
    pid: (text(value, 'pid') || 'POD') as NamespaceMode,
    ipc: (text(value, 'ipc') || 'POD') as NamespaceMode,
  };
}

export function sandboxStatus(value: unknown): PodSandboxStatus {
  const status = message(message(value).status);
  const network = message(status.network);
  const ips = [text(network, 'ip'), ...list(network.additionalIps).map((item) => text(item, 'ip'))];
  return {
    ...sandbox(status),
    ips: ips.filter((ip) => ip !== ''),
    namespaces: namespaces(message(message(status.linux).namespaces).options),
  };
}

/** A state that the kubelet does not know is CONTAINER_UNKNOWN: such a container is ended and made again. */
function containerState(value: unknown): RuntimeContainerState {
  switch (value) {
    case 'CONTAINER_CREATED':
    case 'CONTAINER_RUNNING':
    case 'CONTAINER_EXITED':
      return value;
    default:
      return 'CONTAINER_UNKNOWN';
  }
}

function imageSpec(value: unknown): ImageSpec {
  return { image: text(value, 'image'), userSpecifiedImage: text(value, 'userSpecifiedImage') };
}

export function containers(value: unknown): readonly RuntimeContainer[] {
  return list(message(value).containers).map((item) => ({
    id: text(item, 'id'),
    podSandboxId: text(item, 'podSandboxId'),
    metadata: { name: text(item.metadata, 'name'), attempt: int(item.metadata, 'attempt') },
    image: imageSpec(item.image),
    imageRef: text(item, 'imageRef'),
    state: containerState(item.state),
    createdAtMs: ms(item, 'createdAt'),
    labels: map(item, 'labels'),
    annotations: map(item, 'annotations'),
  }));
}

function mount(item: Message): Mount {
  return {
    containerPath: text(item, 'containerPath'),
    hostPath: text(item, 'hostPath'),
    readonly: item.readonly === true,
    ...(item.image ? { image: imageSpec(item.image) } : {}),
  };
}

export function containerStatus(value: unknown): RuntimeContainerStatus {
  const status = message(message(value).status);
  const user = message(status.user).linux;
  const linux = message(status.resources).linux;
  return {
    id: text(status, 'id'),
    metadata: { name: text(status.metadata, 'name'), attempt: int(status.metadata, 'attempt') },
    state: containerState(status.state),
    createdAtMs: ms(status, 'createdAt'),
    startedAtMs: ms(status, 'startedAt'),
    finishedAtMs: ms(status, 'finishedAt'),
    exitCode: int(status, 'exitCode'),
    image: imageSpec(status.image),
    imageRef: text(status, 'imageRef'),
    imageId: text(status, 'imageId'),
    reason: text(status, 'reason'),
    message: text(status, 'message'),
    labels: map(status, 'labels'),
    annotations: map(status, 'annotations'),
    mounts: list(status.mounts).map(mount),
    logPath: text(status, 'logPath'),
    ...(linux
      ? {
          resources: {
            cpuPeriod: int(linux, 'cpuPeriod'),
            cpuQuota: int(linux, 'cpuQuota'),
            cpuShares: int(linux, 'cpuShares'),
            memoryLimitInBytes: int(linux, 'memoryLimitInBytes'),
          },
        }
      : {}),
    ...(user
      ? {
          user: {
            uid: int(user, 'uid'),
            gid: int(user, 'gid'),
            supplementalGroups: ((message(user).supplementalGroups as readonly bigint[] | undefined) ?? []).map(Number),
          },
        }
      : {}),
  };
}

export function execResult(value: unknown): ExecResult {
  const result = message(value);
  return {
    stdout: (result.stdout as Uint8Array | undefined) ?? new Uint8Array(),
    stderr: (result.stderr as Uint8Array | undefined) ?? new Uint8Array(),
    exitCode: int(result, 'exitCode'),
  };
}

export function sandboxConfig(config: PodSandboxConfig): object {
  const { securityContext, ...linux } = config.linux;
  return {
    ...config,
    linux: {
      ...linux,
      securityContext: withUser(securityContext),
      ...(linux.resources ? { resources: linuxResources(linux.resources) } : {}),
    },
  };
}

export function containerConfig(config: ContainerConfig): object {
  return {
    ...config,
    envs: config.envs.map(({ key, value }) => ({ key, value: Buffer.from(value, 'utf8') })),
    linux: {
      resources: linuxResources(config.linux.resources),
      securityContext: withUser(config.linux.securityContext),
    },
  };
}

/** runAsUser and runAsGroup are wrapped on the wire so that 0 differs from absent. */
function withUser<
  T extends { readonly runAsUser?: number; readonly runAsGroup?: number; readonly namespaceOptions: NamespaceOptions },
>(context: T): object {
  const { runAsUser, runAsGroup, namespaceOptions, ...rest } = context;
  return {
    ...rest,
    ...(runAsUser === undefined ? {} : { runAsUser: { value: runAsUser } }),
    ...(runAsGroup === undefined ? {} : { runAsGroup: { value: runAsGroup } }),
    namespaceOptions: {
      ...namespaceOptions,
      ...(namespaceOptions.usernsOptions
        ? {
            usernsOptions: {
              ...namespaceOptions.usernsOptions,
              uids: idMappings(namespaceOptions.usernsOptions.uids),
              gids: idMappings(namespaceOptions.usernsOptions.gids),
            },
          }
        : {}),
    },
  };
}

function idMappings(mappings: readonly IdMapping[]): object[] {
  return mappings.map((mapping) => ({ ...mapping }));
}

export function linuxResources(resources: LinuxContainerResources): object {
  return { ...resources };
}

function cpu(value: unknown): CpuUsage | undefined {
  if (!value) return undefined;
  const nanoCores = wrapped(value, 'usageNanoCores');
  return {
    timestampMs: ms(value, 'timestamp'),
    usageCoreNanoSeconds: wrapped(value, 'usageCoreNanoSeconds') ?? 0,
    ...(nanoCores === undefined ? {} : { usageNanoCores: nanoCores }),
  };
}

function memory(value: unknown): MemoryUsage | undefined {
  if (!value) return undefined;
  return {
    timestampMs: ms(value, 'timestamp'),
    workingSetBytes: wrapped(value, 'workingSetBytes') ?? 0,
    ...defined({
      usageBytes: wrapped(value, 'usageBytes'),
      rssBytes: wrapped(value, 'rssBytes'),
      availableBytes: wrapped(value, 'availableBytes'),
      pageFaults: wrapped(value, 'pageFaults'),
      majorPageFaults: wrapped(value, 'majorPageFaults'),
    }),
  };
}

function filesystem(value: unknown): FilesystemUsage {
  return {
    timestampMs: ms(value, 'timestamp'),
    mountpoint: text(message(value).fsId, 'mountpoint'),
    usedBytes: wrapped(value, 'usedBytes') ?? 0,
    inodesUsed: wrapped(value, 'inodesUsed') ?? 0,
  };
}

function containerStats(item: Message): ContainerStats {
  const attributes = message(item.attributes);
  return {
    id: text(attributes, 'id'),
    metadata: { name: text(attributes.metadata, 'name'), attempt: int(attributes.metadata, 'attempt') },
    labels: map(attributes, 'labels'),
    ...defined({
      cpu: cpu(item.cpu),
      memory: memory(item.memory),
      writableLayer: item.writableLayer ? filesystem(item.writableLayer) : undefined,
    }),
  };
}

export function containerStatsList(value: unknown): readonly ContainerStats[] {
  return list(message(value).stats).map(containerStats);
}

function networkInterface(value: unknown): NetworkInterfaceUsage {
  return {
    name: text(value, 'name'),
    rxBytes: wrapped(value, 'rxBytes') ?? 0,
    rxErrors: wrapped(value, 'rxErrors') ?? 0,
    txBytes: wrapped(value, 'txBytes') ?? 0,
    txErrors: wrapped(value, 'txErrors') ?? 0,
  };
}

export function sandboxStatsList(value: unknown): readonly PodSandboxStats[] {
  return list(message(value).stats).map((item) => {
    const attributes = message(item.attributes);
    const linux = message(item.linux);
    const network = message(linux.network);
    return {
      id: text(attributes, 'id'),
      metadata: sandboxMetadata(attributes.metadata),
      labels: map(attributes, 'labels'),
      containers: list(linux.containers).map(containerStats),
      ...defined({
        cpu: cpu(linux.cpu),
        memory: memory(linux.memory),
        network: network.defaultInterface
          ? { timestampMs: ms(network, 'timestamp'), defaultInterface: networkInterface(network.defaultInterface) }
          : undefined,
        processCount: wrapped(linux.process, 'processCount'),
      }),
    };
  });
}

function image(item: Message): RuntimeImage {
  const uid = wrapped(item, 'uid');
  return {
    id: text(item, 'id'),
    repoTags: (item.repoTags as readonly string[] | undefined) ?? [],
    repoDigests: (item.repoDigests as readonly string[] | undefined) ?? [],
    sizeBytes: int(item, 'size'),
    username: text(item, 'username'),
    pinned: item.pinned === true,
    ...(uid === undefined ? {} : { uid }),
  };
}

export function images(value: unknown): readonly RuntimeImage[] {
  return list(message(value).images).map(image);
}

export function imageStatus(value: unknown): RuntimeImage | undefined {
  const found = message(value).image;
  return found ? image(message(found)) : undefined;
}

export function imageFilesystems(value: unknown): readonly FilesystemUsage[] {
  return list(message(value).imageFilesystems).map(filesystem);
}
