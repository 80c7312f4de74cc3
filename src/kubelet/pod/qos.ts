/** Quality of service: a pod's class (KEP-less classic; pkg/apis/core/v1/helper/qos) and its containers' OOM scores. */

import { compareQuantities, quantityValue } from '#api/quantity.ts';
import type { Container, PodQOSClass, ResourceList } from '#kinds/generated/core-v1.ts';
import type { NodePod } from './node-pod.ts';

const qosResources = ['cpu', 'memory'] as const;

/** The stored class when the API server has set one; it never changes in a pod's life. */
export function qosClassOf(pod: NodePod): PodQOSClass {
  return pod.status.qosClass ?? computeQosClass(pod);
}

export function computeQosClass(pod: NodePod): PodQOSClass {
  const own = pod.spec.resources;
  const levels =
    own?.requests || own?.limits
      ? [own]
      : [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => container.resources);
  let any = false;
  let guaranteed = true;
  for (const resources of levels) {
    for (const name of qosResources) {
      const request = nonZero(resources?.requests, name);
      const limit = nonZero(resources?.limits, name);
      if (request !== undefined || limit !== undefined) any = true;
      if (limit === undefined || (request !== undefined && compareQuantities(request, limit) !== 0)) guaranteed = false;
    }
  }
  if (!any) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

function nonZero(list: ResourceList | undefined, name: string): string | undefined {
  const quantity = list?.[name];
  return quantity !== undefined && compareQuantities(quantity, '0') > 0 ? quantity : undefined;
}

const guaranteedOomScore = -997;
const bestEffortOomScore = 1000;
/** system-node-critical */
const nodeCriticalPriority = 2_000_001_000;

/** oom_score_adj: the more of the machine's memory a container asks for, the later it is killed (pkg/kubelet/qos/policy.go). */
export function oomScoreAdjust(pod: NodePod, container: Container, machineMemoryBytes: number): number {
  if ((pod.spec.priority ?? 0) >= nodeCriticalPriority) return guaranteedOomScore;
  const qos = qosClassOf(pod);
  if (qos === 'Guaranteed') return guaranteedOomScore;
  if (qos === 'BestEffort') return bestEffortOomScore;
  const request = quantityValue(container.resources?.requests?.memory ?? '0');
  const score = 1000 - Math.floor((1000 * request) / machineMemoryBytes);
  // Never as safe as a guaranteed container, never as doomed as a best-effort one.
  return Math.min(Math.max(score, 1000 + guaranteedOomScore), bestEffortOomScore - 1);
}
