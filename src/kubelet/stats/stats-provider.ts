/** Usage of the node and its pods: /stats/summary and the Prometheus endpoints (k8s.io/kubelet stats/v1alpha1, pkg/kubelet/metrics/collectors). */

import { formatTime } from '#api/time.ts';
import type { Env } from '#base/env.ts';
import type { KubeletConfig } from '../config.ts';
import type { ContainerStats, CpuUsage, MemoryUsage, PodSandboxStats } from '../cri/runtime.ts';
import { containerNameLabel, podNameLabel, podNamespaceLabel, podUidLabel } from '../pod/identity.ts';
import type { NodePod } from '../pod/node-pod.ts';
import type { KubeletPorts } from '../ports.ts';

export interface StatsProviderConfig {
  readonly env: Env;
  readonly config: KubeletConfig;
  readonly ports: KubeletPorts;
  readonly pods: () => readonly NodePod[];
}

interface NodeUsage {
  readonly cpuNanoSeconds: number;
  readonly memoryBytes: number;
}

export class StatsProvider {
  private readonly config: StatsProviderConfig;
  /** Last CPU readings by container id: the rate is computed where the runtime does not give it. */
  private readonly lastCpu = new Map<string, CpuUsage>();

  constructor(config: StatsProviderConfig) {
    this.config = config;
  }

  async summary(): Promise<unknown> {
    const { config, ports } = this.config;
    const [sandboxes, containers, disk, available, machine] = await Promise.all([
      ports.runtime.listPodSandboxStats().catch((): readonly PodSandboxStats[] => []),
      ports.runtime.listContainerStats(),
      ports.files.usage(config.rootDirectory),
      ports.machine.memoryAvailableBytes(),
      ports.machine.info(),
    ]);
    const now = formatTime(this.config.env.clock.now());
    const usage = nodeUsage(containers);
    const pods = this.config.pods().map((pod) => {
      const own = containers.filter(({ labels }) => labels[podUidLabel] === pod.metadata.uid);
      const sandbox = sandboxes.find(({ labels }) => labels[podUidLabel] === pod.metadata.uid);
      const { name, namespace, uid } = pod.metadata;
      const cpu = own.map((container) => this.cpu(container)).filter((value) => value !== undefined);
      const memory = own.map(({ memory: value }) => value).filter((value) => value !== undefined);
      return {
        podRef: { name, namespace, uid },
        startTime: pod.status.startTime ?? now,
        containers: own.map((container) => ({
          name: container.labels[containerNameLabel] ?? container.metadata.name,
          startTime: pod.status.startTime ?? now,
          cpu: this.cpu(container),
          memory: memoryStats(container.memory),
          rootfs: {
            time: now,
            usedBytes: container.writableLayer?.usedBytes ?? 0,
            inodesUsed: container.writableLayer?.inodesUsed ?? 0,
          },
          logs: { time: now },
        })),
        cpu: {
          time: now,
          usageNanoCores: cpu.reduce((sum, value) => sum + (value.usageNanoCores ?? 0), 0),
          usageCoreNanoSeconds: cpu.reduce((sum, value) => sum + value.usageCoreNanoSeconds, 0),
        },
        memory: {
          time: now,
          workingSetBytes: memory.reduce((sum, value) => sum + value.workingSetBytes, 0),
          usageBytes: memory.reduce((sum, value) => sum + (value.usageBytes ?? value.workingSetBytes), 0),
          rssBytes: memory.reduce((sum, value) => sum + (value.rssBytes ?? 0), 0),
        },
        ...(sandbox?.network ? { network: { time: now, ...sandbox.network.defaultInterface } } : {}),
        process_stats: { process_count: sandbox?.processCount ?? 0 },
      };
    });
    const filesystem = {
      time: now,
      availableBytes: disk.availableBytes,
      capacityBytes: disk.capacityBytes,
      usedBytes: disk.capacityBytes - disk.availableBytes,
      inodesFree: disk.inodesFree,
      inodes: disk.inodes,
      inodesUsed: disk.inodes - disk.inodesFree,
    };
    return {
      node: {
        nodeName: config.nodeName,
        startTime: now,
        cpu: { time: now, usageNanoCores: 0, usageCoreNanoSeconds: usage.cpuNanoSeconds },
        memory: {
          time: now,
          availableBytes: available,
          usageBytes: machine.memoryBytes - available,
          workingSetBytes: machine.memoryBytes - available,
        },
        fs: filesystem,
        runtime: { imageFs: filesystem, containerFs: filesystem },
        rlimit: { time: now },
      },
      pods,
    };
  }

  /** Prometheus text. */
  async metrics(endpoint: 'kubelet' | 'cadvisor' | 'resource' | 'probes'): Promise<string> {
    if (endpoint === 'resource') return this.resourceMetrics();
    if (endpoint === 'cadvisor') return this.containerMetrics();
    return `# HELP kubelet_running_pods [ALPHA] Number of pods that have a running pod sandbox\n# TYPE kubelet_running_pods gauge\nkubelet_running_pods ${this.config.pods().length}\n`;
  }

  private async resourceMetrics(): Promise<string> {
    const containers = await this.config.ports.runtime.listContainerStats();
    const node = nodeUsage(containers);
    const lines = [
      '# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds',
      '# TYPE container_cpu_usage_seconds_total counter',
      ...containers.map(
        (container) =>
          `container_cpu_usage_seconds_total${labelsOf(container)} ${(container.cpu?.usageCoreNanoSeconds ?? 0) / 1e9}`,
      ),
      '# HELP container_memory_working_set_bytes [STABLE] Current working set of the container in bytes',
      '# TYPE container_memory_working_set_bytes gauge',
      ...containers.map(
        (container) =>
          `container_memory_working_set_bytes${labelsOf(container)} ${container.memory?.workingSetBytes ?? 0}`,
      ),
      '# HELP node_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the node in core-seconds',
      '# TYPE node_cpu_usage_seconds_total counter',
      `node_cpu_usage_seconds_total ${node.cpuNanoSeconds / 1e9}`,
      '# HELP node_memory_working_set_bytes [STABLE] Current working set of the node in bytes',
      '# TYPE node_memory_working_set_bytes gauge',
      `node_memory_working_set_bytes ${node.memoryBytes}`,
      '# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise',
      '# TYPE resource_scrape_error gauge',
      'resource_scrape_error 0',
    ];
    return `${lines.join('\n')}\n`;
  }

  private async containerMetrics(): Promise<string> {
    const containers = await this.config.ports.runtime.listContainerStats();
    const lines = [
      '# TYPE container_cpu_usage_seconds_total counter',
      ...containers.map(
        (container) =>
          `container_cpu_usage_seconds_total${labelsOf(container)} ${(container.cpu?.usageCoreNanoSeconds ?? 0) / 1e9}`,
      ),
      '# TYPE container_memory_working_set_bytes gauge',
      ...containers.map(
        (container) =>
          `container_memory_working_set_bytes${labelsOf(container)} ${container.memory?.workingSetBytes ?? 0}`,
      ),
      '# TYPE container_memory_rss gauge',
      ...containers.map((container) => `container_memory_rss${labelsOf(container)} ${container.memory?.rssBytes ?? 0}`),
      '# TYPE container_fs_usage_bytes gauge',
      ...containers.map(
        (container) => `container_fs_usage_bytes${labelsOf(container)} ${container.writableLayer?.usedBytes ?? 0}`,
      ),
    ];
    return `${lines.join('\n')}\n`;
  }

  private cpu(container: ContainerStats) {
    const { cpu, id } = container;
    if (!cpu) return undefined;
    const before = this.lastCpu.get(id);
    this.lastCpu.set(id, cpu);
    const seconds = before ? (cpu.timestampMs - before.timestampMs) / 1000 : 0;
    const rate =
      before && seconds > 0 ? Math.round((cpu.usageCoreNanoSeconds - before.usageCoreNanoSeconds) / seconds) : 0;
    return {
      time: formatTime(cpu.timestampMs),
      usageNanoCores: cpu.usageNanoCores ?? rate,
      usageCoreNanoSeconds: cpu.usageCoreNanoSeconds,
    };
  }
}

function nodeUsage(containers: readonly ContainerStats[]): NodeUsage {
  return {
    cpuNanoSeconds: containers.reduce((sum, { cpu }) => sum + (cpu?.usageCoreNanoSeconds ?? 0), 0),
    memoryBytes: containers.reduce((sum, { memory }) => sum + (memory?.workingSetBytes ?? 0), 0),
  };
}

function memoryStats(memory: MemoryUsage | undefined) {
  if (!memory) return undefined;
  const { timestampMs, ...values } = memory;
  return { time: formatTime(timestampMs), ...values };
}

function labelsOf({ labels }: ContainerStats): string {
  const pairs = [
    ['container', labels[containerNameLabel]],
    ['namespace', labels[podNamespaceLabel]],
    ['pod', labels[podNameLabel]],
  ];
  return `{${pairs.map(([name, value = '']) => `${name}="${value}"`).join(',')}}`;
}
