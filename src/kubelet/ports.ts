/**
 * What the kubelet needs of its machine, as interfaces. src/platform/node implements them for Linux; a simulated node gives
 * its own. The container runtime is in cri/runtime.ts.
 *
 * Paths are absolute and mean the node's own mount namespace. Failures of files are Errors with a `code` as the system calls
 * name it ('ENOENT'); `isMissing` asks for that.
 */

import type { CriImages, CriRuntime, NetworkInterfaceUsage } from './cri/runtime.ts';
import type { PodCgroupLimits } from './pod/resources.ts';

export interface KubeletPorts {
  readonly runtime: CriRuntime;
  readonly images: CriImages;
  readonly files: NodeFiles;
  readonly mounts: Mounts;
  readonly cgroups: PodCgroups;
  readonly machine: Machine;
  readonly network: ProbeNetwork;
}

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'socket' | 'charDevice' | 'blockDevice' | 'other';
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface NodeFiles {
  readText(path: string): Promise<string>;
  /** The last `maxBytes` bytes. */
  readTail(path: string, maxBytes: number): Promise<Uint8Array>;
  readBytes(path: string): Promise<Uint8Array>;
  /** The mode is set exactly, whatever the umask. */
  write(path: string, content: string | Uint8Array, mode: number): Promise<void>;
  /** With parents; the mode is set exactly on directories that are made. */
  makeDirectory(path: string, mode: number): Promise<void>;
  /** Undefined when there is nothing; symbolic links are not followed. */
  stat(path: string): Promise<FileStat | undefined>;
  /** Follows symbolic links. */
  statTarget(path: string): Promise<FileStat | undefined>;
  list(path: string): Promise<readonly string[]>;
  readLink(path: string): Promise<string>;
  link(target: string, path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Replaces a file by its gzip, PATH.gz. */
  compress(path: string): Promise<void>;
  /** With everything below; nothing to do when it is not there. Does not cross mounts. */
  remove(path: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /** Of the link itself where it is one; -1 leaves one as it is. */
  setOwner(path: string, uid: number, gid: number): Promise<void>;
  usage(path: string): Promise<FilesystemSpace>;
  /** Bytes that the tree takes up. */
  treeBytes(path: string): Promise<number>;
}

export interface FilesystemSpace {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

export interface Mounts {
  mountTmpfs(path: string, options: { readonly sizeBytes?: number; readonly mode: number }): Promise<void>;
  isMountPoint(path: string): Promise<boolean>;
  /** Nothing to do when nothing is mounted there. */
  unmount(path: string): Promise<void>;
  unmountBelow(path: string): Promise<void>;
  /**
   * Bind-mounts `subPath` of `volume` on `target` (made when missing), such that no symbolic link, however quickly exchanged,
   * leads out of the volume (the class of CVE-2017-1002101 and CVE-2021-25741). Missing directories are made with the
   * volume's mode. Throws an Error whose text gives nothing of the host away.
   */
  bindBeneath(volume: string, subPath: string, target: string): Promise<void>;
}

/** The tree of control groups: ROOT/kubepods/{burstable,besteffort}/podUID. */
export interface PodCgroups {
  /** Makes the root and the two classes below it; sets what they may use of the machine. */
  prepare(allocatable: { readonly milliCpu: number; readonly memoryBytes: number }): Promise<void>;
  /** The burstable class gets what its pods ask for together. */
  setBurstableShares(cpuShares: number): Promise<void>;
  /** `name` as PodSandboxConfig.cgroupParent takes it: '/kubepods/burstable/pod1234'. */
  create(name: string, limits: PodCgroupLimits): Promise<void>;
  update(name: string, limits: PodCgroupLimits): Promise<void>;
  exists(name: string): Promise<boolean>;
  /** Kills what is still in it. */
  remove(name: string): Promise<void>;
  /** Names of all pod groups. */
  list(): Promise<readonly string[]>;
  readonly version: 1 | 2;
}

export interface MachineInfo {
  readonly hostname: string;
  readonly machineId: string;
  readonly systemUuid: string;
  readonly bootId: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  /** Go's names: 'amd64', 'arm64'. */
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly swapBytes: number;
  readonly hugepages: Readonly<Record<string, number>>;
}

/** What the whole machine uses now. */
export interface MachineUsage {
  readonly bootTimeMs: number;
  readonly cpuNanoSeconds: number;
  readonly memoryUsageBytes: number;
  /** Without what could be had back at once. */
  readonly memoryWorkingSetBytes: number;
  readonly memoryAvailableBytes: number;
  readonly memoryRssBytes: number;
  /** Of the node's network namespace without loopback and the pods' ends; the one with the default route first. */
  readonly interfaces: readonly NetworkInterfaceUsage[];
}

export interface Machine {
  info(): Promise<MachineInfo>;
  usage(): Promise<MachineUsage>;
  memoryAvailableBytes(): Promise<number>;
  /** Processes that may be and that are. */
  processes(): Promise<{ readonly max: number; readonly running: number }>;
  /** Addresses of the interface with the default route, IPv4 first. */
  addresses(): Promise<readonly string[]>;
}

export interface HttpProbeRequest {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Path and query as written in the probe. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly timeoutMs: number;
}

export interface HttpProbeResponse {
  readonly status: number;
  /** The first 10 KiB. */
  readonly body: string;
  /** A redirect to another host was not followed. */
  readonly redirectedElsewhere: boolean;
}

/** Connections that probes and hooks make, from the node. They reject with an Error worded as Go's net package does. */
export interface ProbeNetwork {
  http(request: HttpProbeRequest): Promise<HttpProbeResponse>;
  tcp(host: string, port: number, timeoutMs: number): Promise<void>;
  /** grpc.health.v1: the status's name, 'SERVING' when all is well. */
  grpcHealth(host: string, port: number, service: string, timeoutMs: number): Promise<string>;
}
