/**
 * The container runtime as the kubelet sees it: a port over CRI v1 (k8s.io/cri-api runtime/v1).
 *
 * Problem: CRI is a wire format with nanosecond strings, enum numbers and codes that differ from runtime to runtime. The port
 * keeps its vocabulary and drops the wire: times are milliseconds since the epoch (fractions kept: containers of one
 * millisecond still have an order), absent is undefined, failures are CriError.
 *
 * Contract of every implementation (containerd over gRPC, a simulated one):
 * 1. stop*, remove* are idempotent: what is not there counts as done.
 * 2. stopContainer returns when the container is dead; the grace period is its bound.
 * 3. After startContainer has returned, containerStatus says running or exited, never created.
 * 4. Labels and annotations come back as they were given; they are all that survives a restart of the kubelet.
 */

export type NamespaceMode = 'POD' | 'CONTAINER' | 'NODE' | 'TARGET';
export type MountPropagation = 'PROPAGATION_PRIVATE' | 'PROPAGATION_HOST_TO_CONTAINER' | 'PROPAGATION_BIDIRECTIONAL';
export type SandboxState = 'SANDBOX_READY' | 'SANDBOX_NOTREADY';
export type RuntimeContainerState =
  | 'CONTAINER_CREATED'
  | 'CONTAINER_RUNNING'
  | 'CONTAINER_EXITED'
  | 'CONTAINER_UNKNOWN';

export type StringMap = Readonly<Record<string, string>>;

export interface IdMapping {
  readonly hostId: number;
  readonly containerId: number;
  readonly length: number;
}

export interface NamespaceOptions {
  readonly network: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly ipc: NamespaceMode;
  /** Container whose PID namespace is joined (pid is TARGET). */
  readonly targetId?: string;
  readonly usernsOptions?: {
    readonly mode: NamespaceMode;
    readonly uids: readonly IdMapping[];
    readonly gids: readonly IdMapping[];
  };
}

export interface SecurityProfile {
  readonly profileType: 'RuntimeDefault' | 'Unconfined' | 'Localhost';
  readonly localhostRef?: string;
}

export interface SelinuxOptions {
  readonly user?: string;
  readonly role?: string;
  readonly type?: string;
  readonly level?: string;
}

export interface LinuxContainerResources {
  /** Microseconds. */
  readonly cpuPeriod?: number;
  /** Microseconds in each period; -1 is no limit. */
  readonly cpuQuota?: number;
  readonly cpuShares?: number;
  readonly memoryLimitInBytes?: number;
  readonly oomScoreAdj?: number;
  readonly hugepageLimits?: readonly { readonly pageSize: string; readonly limit: number }[];
  readonly unified?: StringMap;
}

export interface PodSandboxMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly attempt: number;
}

export interface PortMapping {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIp: string;
}

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface LinuxSandboxSecurityContext {
  readonly namespaceOptions: NamespaceOptions;
  readonly selinuxOptions?: SelinuxOptions;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly readonlyRootfs?: boolean;
  readonly supplementalGroups?: readonly number[];
  readonly supplementalGroupsPolicy?: 'Merge' | 'Strict';
  readonly privileged?: boolean;
  readonly seccomp?: SecurityProfile;
}

export interface PodSandboxConfig {
  readonly metadata: PodSandboxMetadata;
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dnsConfig?: DnsConfig;
  readonly portMappings: readonly PortMapping[];
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly linux: {
    readonly cgroupParent: string;
    readonly securityContext: LinuxSandboxSecurityContext;
    readonly sysctls: StringMap;
    readonly resources?: LinuxContainerResources;
  };
}

export interface PodSandbox {
  readonly id: string;
  readonly metadata: PodSandboxMetadata;
  readonly state: SandboxState;
  readonly createdAtMs: number;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

export interface PodSandboxStatus extends PodSandbox {
  /** Primary first; empty in the host's network. */
  readonly ips: readonly string[];
  readonly namespaces: NamespaceOptions;
}

export interface ImageSpec {
  readonly image: string;
  readonly userSpecifiedImage?: string;
  readonly runtimeHandler?: string;
  readonly annotations?: StringMap;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly?: boolean;
  readonly propagation?: MountPropagation;
  readonly recursiveReadOnly?: boolean;
  readonly uidMappings?: readonly IdMapping[];
  readonly gidMappings?: readonly IdMapping[];
  /** An image as a volume, in place of hostPath. */
  readonly image?: ImageSpec;
  readonly imageSubPath?: string;
}

export interface LinuxContainerSecurityContext {
  readonly capabilities?: { readonly addCapabilities: readonly string[]; readonly dropCapabilities: readonly string[] };
  readonly privileged?: boolean;
  readonly namespaceOptions: NamespaceOptions;
  readonly selinuxOptions?: SelinuxOptions;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsUsername?: string;
  readonly readonlyRootfs?: boolean;
  readonly supplementalGroups?: readonly number[];
  readonly supplementalGroupsPolicy?: 'Merge' | 'Strict';
  readonly noNewPrivs?: boolean;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly seccomp?: SecurityProfile;
  readonly apparmor?: SecurityProfile;
}

export interface ContainerMetadata {
  readonly name: string;
  /** How often a container of this name was made in the pod before: its restart count. */
  readonly attempt: number;
}

export interface ContainerConfig {
  readonly metadata: ContainerMetadata;
  readonly image: ImageSpec;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly envs: readonly { readonly key: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly devices: readonly {
    readonly containerPath: string;
    readonly hostPath: string;
    readonly permissions: string;
  }[];
  readonly labels: StringMap;
  readonly annotations: StringMap;
  /** Below the sandbox's logDirectory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly linux: {
    readonly resources: LinuxContainerResources;
    readonly securityContext: LinuxContainerSecurityContext;
  };
  /** 'SIGUSR1'; the image's (or SIGTERM) unless told. */
  readonly stopSignal?: string;
}

export interface RuntimeContainer {
  readonly id: string;
  readonly podSandboxId: string;
  readonly metadata: ContainerMetadata;
  readonly image: ImageSpec;
  readonly imageRef: string;
  readonly state: RuntimeContainerState;
  readonly createdAtMs: number;
  readonly labels: StringMap;
  readonly annotations: StringMap;
}

export interface RuntimeContainerStatus {
  readonly id: string;
  readonly metadata: ContainerMetadata;
  readonly state: RuntimeContainerState;
  readonly createdAtMs: number;
  /** 0 when it was never started. */
  readonly startedAtMs: number;
  /** 0 while it runs. */
  readonly finishedAtMs: number;
  readonly exitCode: number;
  readonly image: ImageSpec;
  readonly imageRef: string;
  readonly imageId: string;
  readonly reason: string;
  readonly message: string;
  readonly labels: StringMap;
  readonly annotations: StringMap;
  readonly mounts: readonly Mount[];
  readonly logPath: string;
  readonly resources?: LinuxContainerResources;
  readonly user?: { readonly uid: number; readonly gid: number; readonly supplementalGroups: readonly number[] };
}

export interface RuntimeVersion {
  /** 'containerd' */
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  readonly runtimeApiVersion: string;
}

export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface RuntimeHandler {
  readonly name: string;
  readonly recursiveReadOnlyMounts: boolean;
  readonly userNamespaces: boolean;
}

export interface RuntimeStatus {
  /** RuntimeReady and NetworkReady. */
  readonly conditions: readonly RuntimeCondition[];
  readonly handlers: readonly RuntimeHandler[];
  readonly supplementalGroupsPolicy: boolean;
}

/** Something changed about a container or sandbox of a pod; a wake-up, the truth is asked for. */
export interface RuntimeEvent {
  readonly type: 'created' | 'started' | 'stopped' | 'deleted';
  readonly containerId: string;
  /** Known when the runtime says it. */
  readonly podUid?: string;
}

export interface ExecResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
}

export interface CpuUsage {
  readonly timestampMs: number;
  readonly usageCoreNanoSeconds: number;
  readonly usageNanoCores?: number;
}

export interface MemoryUsage {
  readonly timestampMs: number;
  readonly workingSetBytes: number;
  readonly usageBytes?: number;
  readonly rssBytes?: number;
  readonly availableBytes?: number;
  readonly pageFaults?: number;
  readonly majorPageFaults?: number;
}

export interface FilesystemUsage {
  readonly timestampMs: number;
  readonly mountpoint: string;
  readonly usedBytes: number;
  readonly inodesUsed: number;
}

export interface ContainerStats {
  readonly id: string;
  readonly metadata: ContainerMetadata;
  readonly labels: StringMap;
  readonly cpu?: CpuUsage;
  readonly memory?: MemoryUsage;
  readonly writableLayer?: FilesystemUsage;
}

export interface NetworkInterfaceUsage {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly txBytes: number;
  readonly txErrors: number;
}

export interface PodSandboxStats {
  readonly id: string;
  readonly metadata: PodSandboxMetadata;
  readonly labels: StringMap;
  readonly cpu?: CpuUsage;
  readonly memory?: MemoryUsage;
  readonly network?: { readonly timestampMs: number; readonly defaultInterface: NetworkInterfaceUsage };
  readonly processCount?: number;
  readonly containers: readonly ContainerStats[];
}

export interface SandboxFilter {
  readonly podUid?: string;
}

export interface ContainerFilter {
  readonly podUid?: string;
  readonly podSandboxId?: string;
}

export interface CriRuntime {
  version(): Promise<RuntimeVersion>;
  status(): Promise<RuntimeStatus>;

  /** Answers the sandbox's id; its network is set up. */
  runPodSandbox(config: PodSandboxConfig, runtimeHandler: string): Promise<string>;
  stopPodSandbox(id: string): Promise<void>;
  removePodSandbox(id: string): Promise<void>;
  podSandboxStatus(id: string): Promise<PodSandboxStatus>;
  listPodSandboxes(filter?: SandboxFilter): Promise<readonly PodSandbox[]>;

  createContainer(sandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** SIGTERM (or the stop signal), then SIGKILL after the grace period. Aborting stops waiting, not the stop. */
  stopContainer(id: string, graceSeconds: number, signal?: AbortSignal): Promise<void>;
  removeContainer(id: string): Promise<void>;
  listContainers(filter?: ContainerFilter): Promise<readonly RuntimeContainer[]>;
  containerStatus(id: string): Promise<RuntimeContainerStatus>;
  updateContainerResources(id: string, resources: LinuxContainerResources): Promise<void>;
  /** After the log file was renamed: the runtime goes on in a new file. */
  reopenContainerLog(id: string): Promise<void>;

  /** Fails with code DeadlineExceeded after the timeout (0: none); the process is killed then. */
  execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult>;
  /** URL of the runtime's streaming server. */
  exec(
    id: string,
    options: {
      readonly command: readonly string[];
      readonly tty: boolean;
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
    },
  ): Promise<string>;
  attach(
    id: string,
    options: { readonly tty: boolean; readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean },
  ): Promise<string>;
  portForward(sandboxId: string, ports: readonly number[]): Promise<string>;

  listContainerStats(filter?: ContainerFilter): Promise<readonly ContainerStats[]>;
  listPodSandboxStats(): Promise<readonly PodSandboxStats[]>;

  /**
   * Changes as they happen, until the signal fires; throws when the stream breaks (ask again, then look at everything once).
   * Throws CriError Unimplemented when this runtime has no events: then the kubelet relists.
   */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
}

export interface RuntimeImage {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly sizeBytes: number;
  readonly uid?: number;
  readonly username: string;
  readonly pinned: boolean;
}

export interface ImageAuth {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly serverAddress?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

export interface CriImages {
  listImages(): Promise<readonly RuntimeImage[]>;
  /** Undefined when the image is not there. */
  imageStatus(image: ImageSpec): Promise<RuntimeImage | undefined>;
  /** Answers the reference to run it by. */
  pullImage(image: ImageSpec, auth: ImageAuth | undefined, sandbox: PodSandboxConfig): Promise<string>;
  removeImage(image: ImageSpec): Promise<void>;
  imageFsInfo(): Promise<readonly FilesystemUsage[]>;
}

export type CriErrorCode =
  | 'Unknown'
  | 'InvalidArgument'
  | 'DeadlineExceeded'
  | 'NotFound'
  | 'AlreadyExists'
  | 'PermissionDenied'
  | 'ResourceExhausted'
  | 'Unimplemented'
  | 'Unavailable'
  | 'Canceled'
  | 'Internal';

/** A call that the runtime refused; the message is the runtime's own. */
export class CriError extends Error {
  override readonly name = 'CriError';
  readonly code: CriErrorCode;

  constructor(code: CriErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function isCriError(error: unknown, code: CriErrorCode): boolean {
  return error instanceof CriError && error.code === code;
}
