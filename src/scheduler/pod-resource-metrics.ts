/**
 * What each pod of the cluster asks for and may use at most, as upstream's scheduler shows at /metrics/resources
 * (pkg/scheduler/metrics/resources). Computed when somebody asks.
 */

import type { MetricsRegistry, Sample } from '#base/metrics.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { podTotals } from './framework/pod-requests.ts';

const labels = ['namespace', 'pod', 'node', 'scheduler', 'priority', 'resource', 'unit'];

/** `pods` answers those that have not ended. */
export function showPodResources(registry: MetricsRegistry, pods: () => Iterable<Pod>): void {
  const show = (name: string, help: string, list: 'requests' | 'limits'): void =>
    registry.collected(name, help, labels, function* () {
      for (const pod of pods()) yield* samplesOf(pod, list);
    });
  show('kube_pod_resource_request', 'What pods ask for, by resource.', 'requests');
  show('kube_pod_resource_limit', 'What pods may use at most, by resource.', 'limits');
}

function* samplesOf(pod: Pod, list: 'requests' | 'limits'): Generator<Sample, void, void> {
  const { namespace = '', name = '' } = pod.metadata ?? {};
  const { nodeName = '', schedulerName = '', priority } = pod.spec ?? {};
  for (const [resource, amount] of podTotals(pod, list)) {
    if (amount === 0) continue;
    const value = resource === 'cpu' ? amount / 1000 : amount;
    const whose = [namespace, name, nodeName, schedulerName, priority === undefined ? '' : String(priority)];
    yield { labels: [...whose, resource, unitOf(resource)], value };
  }
}

function unitOf(resource: string): string {
  switch (resource) {
    case 'cpu':
      return 'cores';
    case 'memory':
    case 'storage':
    case 'ephemeral-storage':
      return 'bytes';
    default:
      if (resource.startsWith('hugepages-')) return 'bytes';
      return resource.startsWith('attachable-volumes-') ? 'integer' : '';
  }
}
