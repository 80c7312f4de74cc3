/** Pods that nobody else will remove (upstream's pkg/controller/podgc). */

import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { isPodTerminal } from '../pods/state.ts';

const outOfServiceTaint = 'node.kubernetes.io/out-of-service';

export type Verdict =
  | 'keep'
  /** Its node is not there; it may have been deleted, or may be about to register again. */
  | 'quarantine'
  /** Deleted before it had a node: no kubelet will finish it. */
  | 'unscheduled'
  /** Deleted, and an administrator says that its node is dead. */
  | 'out-of-service';

export function judge(pod: Pod, node: Node | undefined): Verdict {
  const deleting = pod.metadata?.deletionTimestamp !== undefined;
  if (!pod.spec?.nodeName) return deleting ? 'unscheduled' : 'keep';
  if (!node) return 'quarantine';
  const ready = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
  const outOfService = node.spec?.taints?.some(({ key }) => key === outOfServiceTaint) ?? false;
  return deleting && !ready && outOfService ? 'out-of-service' : 'keep';
}

/** Ended pods beyond the threshold: evicted ones first, then the oldest. */
export function surplus(pods: readonly Pod[], threshold: number): Pod[] {
  const ended = pods.filter(isPodTerminal);
  if (threshold <= 0 || ended.length <= threshold) return [];
  return ended.toSorted(byEvictionAndAge).slice(0, ended.length - threshold);
}

function byEvictionAndAge(a: Pod, b: Pod): number {
  const evicted = Number(isEvicted(b)) - Number(isEvicted(a));
  return (
    evicted ||
    compare(a.metadata?.creationTimestamp, b.metadata?.creationTimestamp) ||
    compare(a.metadata?.name, b.metadata?.name)
  );
}

function isEvicted({ status }: Pod): boolean {
  return status?.phase === 'Failed' && status.reason === 'Evicted';
}

function compare(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
