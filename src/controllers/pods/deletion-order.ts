/**
 * Which pods to delete first when a controller has too many (upstream's ActivePodsWithRanks).
 *
 * In order, the first rule that tells two pods apart decides; the pod named first goes first:
 * 1. not assigned to a node < assigned          2. Pending < Unknown < Running           3. not ready < ready
 * 4. lower controller.kubernetes.io/pod-deletion-cost < higher                           5. more related pods on its node < fewer
 * 6. ready for a shorter < longer time          7. more < fewer container restarts (then of sidecars)
 * 8. created later < earlier
 * Times are compared by the binary logarithm of the age (KEP-2185), so that among pods of about one age chance (the uid) decides.
 */

import type { Pod } from '#kinds/generated/core-v1.ts';
import { isPodActive, isPodReady, podCondition } from './state.ts';

const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * The `count` pods of `pods` to delete first. `related` are all pods of the same workload (of a Deployment's other ReplicaSets
 * too), by which doubling up on a node is judged.
 */
export function podsToDelete(pods: readonly Pod[], related: readonly Pod[], count: number, nowMs: number): Pod[] {
  if (count >= pods.length) return [...pods];
  const onNode = new Map<string | undefined, number>();
  for (const pod of related) {
    if (isPodActive(pod)) onNode.set(pod.spec?.nodeName, (onNode.get(pod.spec?.nodeName) ?? 0) + 1);
  }
  const rank = (pod: Pod) => onNode.get(pod.spec?.nodeName) ?? 0;
  return pods.toSorted((a, b) => compareForDeletion(a, b, rank(a), rank(b), nowMs)).slice(0, count);
}

function compareForDeletion(a: Pod, b: Pod, rankA: number, rankB: number, nowMs: number): number {
  return (
    compareNumbers(a.spec?.nodeName ? 1 : 0, b.spec?.nodeName ? 1 : 0) ||
    compareNumbers(phaseOrder[a.status?.phase ?? ''] ?? 0, phaseOrder[b.status?.phase ?? ''] ?? 0) ||
    compareNumbers(isPodReady(a) ? 1 : 0, isPodReady(b) ? 1 : 0) ||
    compareNumbers(deletionCost(a), deletionCost(b)) ||
    compareNumbers(rankB, rankA) ||
    compareAges(readySince(a), readySince(b), a, b, nowMs) ||
    compareNumbers(maxRestarts(b.status?.containerStatuses), maxRestarts(a.status?.containerStatuses)) ||
    compareNumbers(maxSidecarRestarts(b), maxSidecarRestarts(a)) ||
    compareAges(a.metadata?.creationTimestamp, b.metadata?.creationTimestamp, a, b, nowMs)
  );
}

function compareNumbers(a: number, b: number): number {
  return a - b;
}

/** The annotation as upstream reads it (a 32-bit decimal without a leading plus or zero), 0 when absent or unreadable. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata?.annotations?.['controller.kubernetes.io/pod-deletion-cost'];
  if (text === undefined || !/^(0|-?[1-9][0-9]*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

function readySince(pod: Pod): string | undefined {
  const ready = podCondition(pod, 'Ready');
  return ready?.status === 'True' ? ready.lastTransitionTime : undefined;
}

/** A missing time comes first; younger before older; the uid decides between times of one magnitude. */
function compareAges(timeA: string | undefined, timeB: string | undefined, a: Pod, b: Pod, nowMs: number): number {
  if (timeA === timeB) return 0;
  if (timeA === undefined) return -1;
  if (timeB === undefined) return 1;
  const magnitude = logAge(timeA, nowMs) - logAge(timeB, nowMs);
  if (magnitude !== 0) return magnitude;
  return (a.metadata?.uid ?? '') < (b.metadata?.uid ?? '') ? -1 : 1;
}

/** Whole binary logarithm of the age in nanoseconds; -1 for the future. */
function logAge(time: string, nowMs: number): number {
  const ageMs = nowMs - Date.parse(time);
  return ageMs > 0 ? Math.floor(Math.log2(ageMs * 1e6)) : -1;
}

function maxRestarts(statuses: readonly { readonly restartCount: number }[] | undefined): number {
  return Math.max(0, ...(statuses ?? []).map((status) => status.restartCount));
}

function maxSidecarRestarts(pod: Pod): number {
  const sidecars = new Set(
    pod.spec?.initContainers?.filter((container) => container.restartPolicy === 'Always').map(({ name }) => name),
  );
  return maxRestarts(pod.status?.initContainerStatuses?.filter((status) => sidecars.has(status.name)));
}
