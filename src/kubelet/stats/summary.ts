/**
 * /stats/summary: what the node, its pods and their containers use (k8s.io/kubelet pkg/apis/stats/v1alpha1). Metrics-server and the
 * resource metrics are made from it.
 *
 * Runtimes count; rates are ours: usageNanoCores is the difference to the sample before, when the runtime does not say it. Nothing
 * is sampled unless somebody asks.
 */

import { formatTime } from '#api/time.ts';
import type { Clock } from '#base/env.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type {
  CpuUsage,
  CriRuntime,
  FilesystemUsage,
  MemoryUsage,
  PodSandboxStats,
  ContainerStats as RuntimeContainerStats,
} from '../cri/runtime.ts';
import { isCriError } from '../cri/runtime.ts';
import { containerNameLabel, podUidLabel } from '../pod/identity.ts';
import type { KubeletPorts } from '../ports.ts';

export interface Summary {
  readonly node: NodeStats;
  readonly pods: readonly PodStats[];
}

export interface CpuStats {
  readonly time: string;
  readonly usageNanoCores?: number;
  readonly usageCoreNanoSeconds?: number;
}

export interface MemoryStats {
  readonly time: string;
  readonly availableBytes?: number;
  readonly usageBytes?: number;
  readonly workingSetBytes?: number;
  readonly rssBytes?: number;
  readonly pageFaults?: number;
  readonly majorPageFaults?: number;
}

export interface InterfaceStats {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly txBytes: number;
  readonly txErrors: number;
}

export interface NetworkStats extends InterfaceStats {
  readonly time: string;
  readonly interfaces: readonly InterfaceStats[];
}

export interface FsStats {
  readonly time: string;
  readonly availableBytes?: number;
  readonly capacityBytes?: number;
  readonly usedBytes?: number;
  readonly inodesFree?: number;
  readonly inodes?: number;
  readonly inodesUsed?: number;
}

export interface ContainerStats {
  readonly name: string;
  readonly startTime: string;
  readonly cpu?: CpuStats;
  readonly memory?: MemoryStats;
  readonly rootfs?: FsStats;
}

export interface PodStats {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly startTime: string;
  readonly containers: readonly ContainerStats[];
  readonly cpu?: CpuStats;
  readonly memory?: MemoryStats;
  readonly network?: NetworkStats;
  readonly process_stats?: { readonly process_count: number };
}

export interface NodeStats {
  readonly nodeName: string;
  readonly startTime: string;
  readonly cpu: CpuStats;
  readonly memory: MemoryStats;
  readonly network?: NetworkStats;
  readonly fs: FsStats;
  readonly runtime: { readonly imageFs?: FsStats };
  readonly rlimit: { readonly time: string; readonly maxpid: number; readonly curproc: number };
}

export interface StatsOptions {
  readonly nodeName: string;
  readonly clock: Clock;
  readonly ports: Pick<KubeletPorts, 'runtime' | 'images' | 'files' | 'machine'>;
  /** Pods of this node with their statuses. */
  readonly pods: () => readonly Pod[];
  /** Whose filesystem counts as the node's. */
  readonly rootDirectory: string;
}

/** A function that takes a sample each time it is called. */
export function createStats(options: StatsOptions): () => Promise<Summary> {
  const rates = new Rates();
  return async () => {
    const now = options.clock.now();
    const [node, pods] = await Promise.all([nodeStats(options, rates, now), podStats(options, rates)]);
    rates.forgetBefore(now - forgetMs);
    return { node, pods };
  };
}

async function nodeStats(
  { nodeName, ports, rootDirectory }: StatsOptions,
  rates: Rates,
  now: number,
): Promise<NodeStats> {
  const [usage, processes, disk, imageDisks] = await Promise.all([
    ports.machine.usage(),
    ports.machine.processes(),
    ports.files.usage(rootDirectory),
    ports.images.imageFsInfo().catch(() => []),
  ]);
  const time = formatTime(now);
  const fs: FsStats = {
    time,
    availableBytes: disk.availableBytes,
    capacityBytes: disk.capacityBytes,
    usedBytes: disk.capacityBytes - disk.availableBytes,
    inodesFree: disk.inodesFree,
    inodes: disk.inodes,
    inodesUsed: disk.inodes - disk.inodesFree,
  };
  const imageDisk = imageDisks[0];
  const [primary] = usage.interfaces;
  return {
    nodeName,
    startTime: formatTime(usage.bootTimeMs),
    cpu: rates.cpu('node', { timestampMs: now, usageCoreNanoSeconds: usage.cpuNanoSeconds }),
    memory: {
      time,
      availableBytes: usage.memoryAvailableBytes,
      usageBytes: usage.memoryUsageBytes,
      workingSetBytes: usage.memoryWorkingSetBytes,
      rssBytes: usage.memoryRssBytes,
    },
    ...(primary ? { network: { time, ...primary, interfaces: usage.interfaces } } : {}),
    fs,
    runtime: imageDisk ? { imageFs: { ...fs, usedBytes: imageDisk.usedBytes, inodesUsed: imageDisk.inodesUsed } } : {},
    rlimit: { time, maxpid: processes.max, curproc: processes.running },
  };
}

async function podStats(options: StatsOptions, rates: Rates): Promise<readonly PodStats[]> {
  const pods = new Map(options.pods().map((pod) => [pod.metadata?.uid ?? '', pod]));
  const found: PodStats[] = [];
  for (const sandbox of await sandboxStats(options.ports.runtime)) {
    const pod = pods.get(sandbox.metadata.uid);
    const containers = sandbox.containers.map((container) => containerStats(container, pod, rates));
    const startTime = pod?.status?.startTime ?? containers[0]?.startTime ?? formatTime(0);
    const cpu = sandbox.cpu ? rates.cpu(sandbox.id, sandbox.cpu) : sumCpu(containers);
    const memory = sandbox.memory ? memoryStats(sandbox.memory) : sumMemory(containers);
    const { name, namespace, uid } = sandbox.metadata;
    found.push({
      podRef: { name, namespace, uid },
      startTime,
      containers,
      ...(cpu ? { cpu } : {}),
      ...(memory ? { memory } : {}),
      ...(sandbox.network
        ? {
            network: {
              time: formatTime(sandbox.network.timestampMs),
              ...sandbox.network.defaultInterface,
              interfaces: [sandbox.network.defaultInterface],
            },
          }
        : {}),
      ...(sandbox.processCount === undefined ? {} : { process_stats: { process_count: sandbox.processCount } }),
    });
  }
  return found;
}

/** Statistics by pod; from containers alone where the runtime has none of sandboxes (containerd before 1.7). */
async function sandboxStats(runtime: CriRuntime): Promise<readonly PodSandboxStats[]> {
  try {
    return await runtime.listPodSandboxStats();
  } catch (error) {
    if (!isCriError(error, 'Unimplemented')) throw error;
  }
  const [sandboxes, containers] = await Promise.all([runtime.listPodSandboxes(), runtime.listContainerStats()]);
  return sandboxes
    .filter(({ state }) => state === 'SANDBOX_READY')
    .map(({ id, metadata, labels }) => ({
      id,
      metadata,
      labels,
      containers: containers.filter((container) => container.labels[podUidLabel] === metadata.uid),
    }));
}

function containerStats(stats: RuntimeContainerStats, pod: Pod | undefined, rates: Rates): ContainerStats {
  const name = stats.labels[containerNameLabel] ?? stats.metadata.name;
  const statuses = [...(pod?.status?.containerStatuses ?? []), ...(pod?.status?.initContainerStatuses ?? [])];
  const startTime = statuses.find((status) => status.name === name)?.state?.running?.startedAt;
  return {
    name,
    startTime: startTime ?? pod?.status?.startTime ?? formatTime(0),
    ...(stats.cpu ? { cpu: rates.cpu(stats.id, stats.cpu) } : {}),
    ...(stats.memory ? { memory: memoryStats(stats.memory) } : {}),
    ...(stats.writableLayer ? { rootfs: layerStats(stats.writableLayer) } : {}),
  };
}

function memoryStats({ timestampMs, ...memory }: MemoryUsage): MemoryStats {
  return { time: formatTime(timestampMs), ...memory };
}

function layerStats(layer: FilesystemUsage): FsStats {
  return { time: formatTime(layer.timestampMs), usedBytes: layer.usedBytes, inodesUsed: layer.inodesUsed };
}

function sumCpu(containers: readonly ContainerStats[]): CpuStats | undefined {
  const parts = containers.flatMap(({ cpu }) => cpu ?? []);
  const [first] = parts;
  if (!first) return undefined;
  const sum = (field: 'usageNanoCores' | 'usageCoreNanoSeconds') =>
    parts.reduce((total, part) => total + (part[field] ?? 0), 0);
  const rate = parts.every(({ usageNanoCores }) => usageNanoCores !== undefined)
    ? { usageNanoCores: sum('usageNanoCores') }
    : {};
  return { time: first.time, ...rate, usageCoreNanoSeconds: sum('usageCoreNanoSeconds') };
}

function sumMemory(containers: readonly ContainerStats[]): MemoryStats | undefined {
  const parts = containers.flatMap(({ memory }) => memory ?? []);
  const [first] = parts;
  if (!first) return undefined;
  const sum = (field: 'usageBytes' | 'workingSetBytes' | 'rssBytes') =>
    parts.reduce((total, part) => total + (part[field] ?? 0), 0);
  return {
    time: first.time,
    usageBytes: sum('usageBytes'),
    workingSetBytes: sum('workingSetBytes'),
    rssBytes: sum('rssBytes'),
  };
}

/** Samples closer together say too little. */
const minRateMs = 100;
/** A sample that old is no beginning of a rate. */
const forgetMs = 10 * 60_000;

/** The last sample of each counter. */
class Rates {
  private readonly last = new Map<string, { readonly sample: CpuUsage; readonly rate: number | undefined }>();

  cpu(key: string, sample: CpuUsage): CpuStats {
    const before = this.last.get(key);
    const elapsedMs = before ? sample.timestampMs - before.sample.timestampMs : 0;
    let rate = sample.usageNanoCores ?? before?.rate;
    if (before && elapsedMs >= minRateMs && sample.usageNanoCores === undefined) {
      rate = Math.max(
        0,
        Math.round(((sample.usageCoreNanoSeconds - before.sample.usageCoreNanoSeconds) * 1000) / elapsedMs),
      );
    }
    if (!before || elapsedMs >= minRateMs) this.last.set(key, { sample, rate });
    return {
      time: formatTime(sample.timestampMs),
      ...(rate === undefined ? {} : { usageNanoCores: rate }),
      usageCoreNanoSeconds: sample.usageCoreNanoSeconds,
    };
  }

  forgetBefore(timeMs: number): void {
    for (const [key, { sample }] of this.last) if (sample.timestampMs < timeMs) this.last.delete(key);
  }
}
