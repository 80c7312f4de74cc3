/** Health of nodes: conditions after silence, and the taints that conditions mean (upstream's pkg/controller/nodelifecycle). */

import { formatTime } from '#api/time.ts';
import type { Node, NodeCondition, Taint } from '#kinds/generated/core-v1.ts';

export const notReadyTaint = 'node.kubernetes.io/not-ready';
export const unreachableTaint = 'node.kubernetes.io/unreachable';
const unschedulableTaint = 'node.kubernetes.io/unschedulable';

/** Taint key by condition type and status. */
const taintKeys: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReadyTaint, Unknown: unreachableTaint },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};

const managedNoSchedule: ReadonlySet<string> = new Set([
  unschedulableTaint,
  ...Object.values(taintKeys).flatMap((byStatus) => Object.values(byStatus)),
]);

/** Conditions that the kubelet keeps; without it nobody knows them. */
const heartbeatConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export function nodeCondition(node: Node, type: string): NodeCondition | undefined {
  return node.status?.conditions?.find((condition) => condition.type === type);
}

export function isNodeReady(node: Node): boolean {
  return nodeCondition(node, 'Ready')?.status === 'True';
}

/** The conditions after the kubelet was silent for too long; undefined when they say so already. */
export function conditionsOfSilence(node: Node, nowMs: number): readonly NodeCondition[] | undefined {
  const conditions = [...(node.status?.conditions ?? [])];
  const now = formatTime(nowMs);
  let changed = false;
  for (const type of heartbeatConditions) {
    const at = conditions.findIndex((condition) => condition.type === type);
    const current = conditions[at];
    if (current?.status === 'Unknown') continue;
    changed = true;
    if (current) {
      const reason = 'NodeStatusUnknown';
      const message = 'Kubelet stopped posting node status.';
      conditions[at] = { ...current, status: 'Unknown', reason, message, lastTransitionTime: now };
    } else {
      conditions.push({
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: node.metadata?.creationTimestamp,
        lastTransitionTime: now,
      });
    }
  }
  return changed ? conditions : undefined;
}

/** Whether pods may be evicted from a node that is not ready. */
export type EvictionState =
  | 'allowed'
  /** Not now: too many nodes went at once, so it is rather us who are cut off. */
  | 'held'
  /** No node at all is ready: even standing eviction taints go. */
  | 'suspended';

/**
 * The node's taints as its conditions and spec.unschedulable want them; undefined when they are right. Taints of others stay.
 * A NoExecute taint is added only when eviction is allowed, but always swapped when the reason changes.
 */
export function taintsOf(node: Node, eviction: EvictionState, nowMs: number): readonly Taint[] | undefined {
  const current = node.spec?.taints ?? [];
  const wanted = [...noScheduleTaints(node), ...noExecuteTaints(node, eviction)];
  const kept = current.filter((taint) => !isManaged(taint) || wanted.some((each) => isSame(each, taint)));
  const added = wanted.filter((taint) => !current.some((each) => isSame(each, taint)));
  if (added.length === 0 && kept.length === current.length) return undefined;
  return [...kept, ...added.map((taint) => ({ ...taint, timeAdded: formatTime(nowMs) }))];
}

/** True when a NoExecute taint would be new: what the eviction rate counts. */
export function needsEvictionTaint(node: Node): boolean {
  return !isNodeReady(node) && nodeCondition(node, 'Ready') !== undefined && !hasEvictionTaint(node);
}

function hasEvictionTaint(node: Node): boolean {
  return (node.spec?.taints ?? []).some(isEvictionTaint);
}

function noScheduleTaints(node: Node): Taint[] {
  const taints: Taint[] = [];
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = taintKeys[type]?.[status];
    if (key) taints.push({ key, effect: 'NoSchedule' });
  }
  if (node.spec?.unschedulable) taints.push({ key: unschedulableTaint, effect: 'NoSchedule' });
  return taints;
}

function noExecuteTaints(node: Node, eviction: EvictionState): Taint[] {
  const status = nodeCondition(node, 'Ready')?.status;
  if (status === undefined) return (node.spec?.taints ?? []).filter(isEvictionTaint);
  const key = taintKeys.Ready?.[status];
  if (!key || eviction === 'suspended') return [];
  return eviction === 'allowed' || hasEvictionTaint(node) ? [{ key, effect: 'NoExecute' }] : [];
}

function isManaged(taint: Taint): boolean {
  return taint.effect === 'NoSchedule' ? managedNoSchedule.has(taint.key) : isEvictionTaint(taint);
}

function isEvictionTaint({ key, effect }: Taint): boolean {
  return effect === 'NoExecute' && (key === notReadyTaint || key === unreachableTaint);
}

function isSame(a: Taint, b: Taint): boolean {
  return a.key === b.key && a.effect === b.effect;
}

export type ZoneState = 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** Share of nodes that are not ready from which a zone counts as disrupted (--unhealthy-zone-threshold). */
const unhealthyThreshold = 0.55;

export function zoneState(ready: number, notReady: number): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  return notReady > 2 && notReady / (notReady + ready) >= unhealthyThreshold ? 'PartialDisruption' : 'Normal';
}

/** Zones larger than this are evicted from, slowly, even when disrupted (--large-cluster-size-threshold). */
const largeZone = 50;

/** Nodes a second that get an eviction taint in a zone (--node-eviction-rate, --secondary-node-eviction-rate). */
export function evictionRate(state: ZoneState, size: number): number {
  return state === 'PartialDisruption' ? (size > largeZone ? 0.01 : 0) : 0.1;
}

/** The zone of a node: region and zone labels. */
export function zoneOf(node: Node): string {
  const labels = node.metadata?.labels ?? {};
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  return `${region}:${zone}`;
}
