/**
 * Prometheus text of the kubelet's server: /metrics/resource (stable names, what metrics-server reads), the part of cAdvisor's names
 * that dashboards use, and the kubelet's own counts. Made from a Summary when somebody asks; nothing is kept.
 */

import type { Pod } from '#kinds/generated/core-v1.ts';
import type { ContainerStats, PodStats, Summary } from './summary.ts';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number | undefined;
  /** RFC 3339; samples of the past carry their time. */
  readonly time?: string | undefined;
}

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly Sample[];
}

export function resourceMetrics({ node, pods }: Summary): string {
  const ofPods = (value: (pod: PodStats) => Omit<Sample, 'labels'>): Sample[] =>
    pods.map((pod) => ({ labels: { namespace: pod.podRef.namespace, pod: pod.podRef.name }, ...value(pod) }));
  const ofContainers = (value: (container: ContainerStats) => Omit<Sample, 'labels'>): Sample[] =>
    pods.flatMap((pod) =>
      pod.containers.map((container) => ({
        labels: { container: container.name, namespace: pod.podRef.namespace, pod: pod.podRef.name },
        ...value(container),
      })),
    );
  return exposition([
    {
      name: 'container_cpu_usage_seconds_total',
      help: '[STABLE] Cumulative cpu time consumed by the container in core-seconds',
      type: 'counter',
      samples: ofContainers(({ cpu }) => ({ value: seconds(cpu?.usageCoreNanoSeconds), time: cpu?.time })),
    },
    {
      name: 'container_memory_working_set_bytes',
      help: '[STABLE] Current working set of the container in bytes',
      type: 'gauge',
      samples: ofContainers(({ memory }) => ({ value: memory?.workingSetBytes, time: memory?.time })),
    },
    {
      name: 'container_start_time_seconds',
      help: '[STABLE] Start time of the container since unix epoch in seconds',
      type: 'gauge',
      samples: ofContainers(({ startTime }) => ({ value: Date.parse(startTime) / 1000 })),
    },
    {
      name: 'node_cpu_usage_seconds_total',
      help: '[STABLE] Cumulative cpu time consumed by the node in core-seconds',
      type: 'counter',
      samples: [{ labels: {}, value: seconds(node.cpu.usageCoreNanoSeconds), time: node.cpu.time }],
    },
    {
      name: 'node_memory_working_set_bytes',
      help: '[STABLE] Current working set of the node in bytes',
      type: 'gauge',
      samples: [{ labels: {}, value: node.memory.workingSetBytes, time: node.memory.time }],
    },
    {
      name: 'pod_cpu_usage_seconds_total',
      help: '[STABLE] Cumulative cpu time consumed by the pod in core-seconds',
      type: 'counter',
      samples: ofPods(({ cpu }) => ({ value: seconds(cpu?.usageCoreNanoSeconds), time: cpu?.time })),
    },
    {
      name: 'pod_memory_working_set_bytes',
      help: '[STABLE] Current working set of the pod in bytes',
      type: 'gauge',
      samples: ofPods(({ memory }) => ({ value: memory?.workingSetBytes, time: memory?.time })),
    },
    {
      name: 'resource_scrape_error',
      help: '[STABLE] 1 if there was an error while getting container metrics, 0 otherwise',
      type: 'gauge',
      samples: [{ labels: {}, value: 0 }],
    },
  ]);
}

export function cadvisorMetrics(
  { pods }: Summary,
  machine: { readonly cpus: number; readonly memoryBytes: number },
): string {
  const ofContainers = (value: (container: ContainerStats) => number | undefined, more: Labels = {}): Sample[] =>
    pods.flatMap((pod) =>
      pod.containers.map((container) => ({
        labels: { container: container.name, ...more, namespace: pod.podRef.namespace, pod: pod.podRef.name },
        value: value(container),
      })),
    );
  const ofInterfaces = (field: 'rxBytes' | 'rxErrors' | 'txBytes' | 'txErrors'): Sample[] =>
    pods.flatMap((pod) =>
      (pod.network?.interfaces ?? []).map((found) => ({
        labels: { interface: found.name, namespace: pod.podRef.namespace, pod: pod.podRef.name },
        value: found[field],
      })),
    );
  const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
    name,
    help,
    type: 'gauge',
    samples,
  });
  const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
    name,
    help,
    type: 'counter',
    samples,
  });
  return exposition([
    counter(
      'container_cpu_usage_seconds_total',
      'Cumulative cpu time consumed in seconds.',
      ofContainers(({ cpu }) => seconds(cpu?.usageCoreNanoSeconds), { cpu: 'total' }),
    ),
    gauge(
      'container_memory_working_set_bytes',
      'Current working set in bytes.',
      ofContainers(({ memory }) => memory?.workingSetBytes),
    ),
    gauge(
      'container_memory_usage_bytes',
      'Current memory usage in bytes, including all memory regardless of when it was accessed',
      ofContainers(({ memory }) => memory?.usageBytes),
    ),
    gauge(
      'container_memory_rss',
      'Size of RSS in bytes.',
      ofContainers(({ memory }) => memory?.rssBytes),
    ),
    gauge(
      'container_fs_usage_bytes',
      'Number of bytes that are consumed by the container on this filesystem.',
      ofContainers(({ rootfs }) => rootfs?.usedBytes),
    ),
    gauge(
      'container_start_time_seconds',
      'Start time of the container since unix epoch in seconds.',
      ofContainers(({ startTime }) => Date.parse(startTime) / 1000),
    ),
    counter('container_network_receive_bytes_total', 'Cumulative count of bytes received', ofInterfaces('rxBytes')),
    counter(
      'container_network_receive_errors_total',
      'Cumulative count of errors encountered while receiving',
      ofInterfaces('rxErrors'),
    ),
    counter('container_network_transmit_bytes_total', 'Cumulative count of bytes transmitted', ofInterfaces('txBytes')),
    counter(
      'container_network_transmit_errors_total',
      'Cumulative count of errors encountered while transmitting',
      ofInterfaces('txErrors'),
    ),
    gauge('machine_cpu_cores', 'Number of logical CPU cores.', [{ labels: {}, value: machine.cpus }]),
    gauge('machine_memory_bytes', 'Amount of memory installed on the machine.', [
      { labels: {}, value: machine.memoryBytes },
    ]),
  ]);
}

/** The kubelet's own counts, from what it knows of its pods. */
export function kubeletMetrics(nodeName: string, pods: readonly Pod[]): string {
  const statuses = pods.flatMap(({ status }) => [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ]);
  const running = statuses.filter(({ state }) => state?.running).length;
  const exited = statuses.filter(({ state }) => state?.terminated).length;
  return exposition([
    {
      name: 'kubelet_node_name',
      help: "[ALPHA] The node's name. The count is always 1.",
      type: 'gauge',
      samples: [{ labels: { node: nodeName }, value: 1 }],
    },
    {
      name: 'kubelet_running_pods',
      help: '[BETA] Number of pods that have a running pod sandbox',
      type: 'gauge',
      samples: [{ labels: {}, value: pods.filter(({ status }) => status?.phase === 'Running').length }],
    },
    {
      name: 'kubelet_running_containers',
      help: '[BETA] Number of containers currently running',
      type: 'gauge',
      samples: [
        { labels: { container_state: 'exited' }, value: exited },
        { labels: { container_state: 'running' }, value: running },
      ],
    },
  ]);
}

function seconds(nanoSeconds: number | undefined): number | undefined {
  return nanoSeconds === undefined ? undefined : nanoSeconds / 1e9;
}

/** Text format 0.0.4; families without samples are left out. */
function exposition(families: readonly Family[]): string {
  let text = '';
  for (const { name, help, type, samples } of families) {
    const known = samples.filter(({ value }) => value !== undefined && Number.isFinite(value));
    if (known.length === 0) continue;
    text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;
    for (const { labels, value, time } of known) {
      const pairs = Object.entries(labels).map(([label, content]) => `${label}="${escapeLabel(content)}"`);
      text += `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}${time ? ` ${Date.parse(time)}` : ''}\n`;
    }
  }
  return text;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
