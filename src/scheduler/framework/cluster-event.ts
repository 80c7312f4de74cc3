/**
 * Cluster events: what happened, in the terms in which plugins say what might make a pod that they rejected schedulable
 * (kube-scheduler framework ClusterEvent). Action types are bits so that a registration covers several.
 */

import type { Node, Pod } from '#kinds/generated/core-v1.ts';
import { podRequests } from './pod-requests.ts';

export const Action = {
  Add: 1 << 0,
  Delete: 1 << 1,
  UpdateNodeAllocatable: 1 << 2,
  UpdateNodeLabel: 1 << 3,
  UpdateNodeTaint: 1 << 4,
  UpdateNodeCondition: 1 << 5,
  UpdateNodeAnnotation: 1 << 6,
  UpdatePodLabel: 1 << 7,
  UpdatePodScaleDown: 1 << 8,
  UpdatePodToleration: 1 << 9,
  UpdatePodSchedulingGatesEliminated: 1 << 10,
  UpdatePodGeneratedResourceClaim: 1 << 11,
  Update: 0b1111_1111_1100,
  All: 0b1111_1111_1111,
} as const;

/** A bit set of `Action`. */
export type ActionType = number;

export type EventResource =
  /** Registered by plugins for both of the next two. */
  | 'Pod'
  | 'AssignedPod'
  | 'UnschedulablePod'
  | 'Node'
  | 'PersistentVolume'
  | 'PersistentVolumeClaim'
  | 'storage.k8s.io/StorageClass'
  | 'storage.k8s.io/CSINode'
  | '*';

export interface ClusterEvent {
  readonly resource: EventResource;
  readonly action: ActionType;
  /** The name that metrics and logs show. */
  readonly label: string;
}

export function clusterEvent(resource: EventResource, action: ActionType, label?: string): ClusterEvent {
  return Object.freeze({ resource, action, label: label ?? `${resource}${actionName(action)}` });
}

export const assignedPodAdd = clusterEvent('AssignedPod', Action.Add);
export const unscheduledPodAdd = clusterEvent('UnschedulablePod', Action.Add);
export const assignedPodDelete = clusterEvent('AssignedPod', Action.Delete);
export const nodeAdd = clusterEvent('Node', Action.Add);
export const nodeDelete = clusterEvent('Node', Action.Delete);
export const unschedulableTimeout = clusterEvent('*', Action.All, 'UnschedulableTimeout');
export const forceActivate = clusterEvent('*', Action.All, 'ForceActivate');

/**
 * Whether a registration covers an event that happened. A general Update (of none of the parts that have names) is covered by registrations
 * of general Updates only, of which it is no part otherwise.
 */
export function matchesEvent(registered: ClusterEvent, incoming: ClusterEvent): boolean {
  if (registered.resource === '*' && registered.action === Action.All) return true;
  const resource =
    registered.resource === '*' ||
    registered.resource === incoming.resource ||
    (registered.resource === 'Pod' &&
      (incoming.resource === 'AssignedPod' || incoming.resource === 'UnschedulablePod'));
  return resource && (registered.action & incoming.action) !== 0 && incoming.action <= registered.action;
}

/** The scheduling-relevant changes of a node, one event each; empty for a heartbeat. */
export function nodeChanges(before: Node, after: Node): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  if (before.spec?.unschedulable && !after.spec?.unschedulable) events.push(nodeTaintUpdate);
  if (!sameStrings(before.status?.allocatable, after.status?.allocatable)) events.push(nodeAllocatableUpdate);
  if (!sameStrings(before.metadata?.labels, after.metadata?.labels)) events.push(nodeLabelUpdate);
  if (!sameTaints(before, after)) events.push(nodeTaintUpdate);
  if (!sameConditions(before, after)) events.push(nodeConditionUpdate);
  if (!sameStrings(before.metadata?.annotations, after.metadata?.annotations)) events.push(nodeAnnotationUpdate);
  return events;
}

/** The scheduling-relevant changes of a pod, one event each; a plain Update when there is none of them. */
export function podChanges(before: Pod, after: Pod): ClusterEvent[] {
  const resource: EventResource = after.spec?.nodeName ? 'AssignedPod' : 'UnschedulablePod';
  const events: ClusterEvent[] = [];
  if (!sameStrings(before.metadata?.labels, after.metadata?.labels)) {
    events.push(clusterEvent(resource, Action.UpdatePodLabel));
  }
  if (isScaledDown(before, after)) events.push(clusterEvent(resource, Action.UpdatePodScaleDown));
  if (before.spec?.schedulingGates?.length && !after.spec?.schedulingGates?.length) {
    events.push(clusterEvent(resource, Action.UpdatePodSchedulingGatesEliminated));
  }
  if ((before.spec?.tolerations?.length ?? 0) !== (after.spec?.tolerations?.length ?? 0)) {
    events.push(clusterEvent(resource, Action.UpdatePodToleration));
  }
  if (events.length === 0) events.push(clusterEvent(resource, Action.Update));
  return events;
}

/** Structural equality of string maps; absent equals empty. */
export function sameStrings(
  a: Readonly<Record<string, string>> | undefined,
  b: Readonly<Record<string, string>> | undefined,
): boolean {
  if (a === b) return true;
  const keys = Object.keys(a ?? {});
  if (keys.length !== Object.keys(b ?? {}).length) return false;
  return keys.every((key) => a?.[key] === b?.[key]);
}

const nodeTaintUpdate = clusterEvent('Node', Action.UpdateNodeTaint);
const nodeAllocatableUpdate = clusterEvent('Node', Action.UpdateNodeAllocatable);
const nodeLabelUpdate = clusterEvent('Node', Action.UpdateNodeLabel);
const nodeConditionUpdate = clusterEvent('Node', Action.UpdateNodeCondition);
const nodeAnnotationUpdate = clusterEvent('Node', Action.UpdateNodeAnnotation);

export function sameTaints(before: Node, after: Node): boolean {
  const old = before.spec?.taints ?? [];
  const now = after.spec?.taints ?? [];
  return (
    old.length === now.length &&
    old.every((taint, i) => {
      const other = now[i];
      return (
        taint.key === other?.key &&
        taint.value === other?.value &&
        taint.effect === other?.effect &&
        taint.timeAdded === other?.timeAdded
      );
    })
  );
}

/** Type and status only: heartbeat times do not matter. */
function sameConditions(before: Node, after: Node): boolean {
  const old = before.status?.conditions ?? [];
  const now = after.status?.conditions ?? [];
  if (old.length !== now.length) return false;
  return old.every((condition, i) => {
    const other = now[i]?.type === condition.type ? now[i] : now.find(({ type }) => type === condition.type);
    return other?.status === condition.status;
  });
}

function isScaledDown(before: Pod, after: Pod): boolean {
  if (before.spec === after.spec && before.status === after.status) return false;
  const old = podRequests(before);
  const now = podRequests(after);
  if (now.milliCpu < old.milliCpu || now.memory < old.memory || now.ephemeralStorage < old.ephemeralStorage)
    return true;
  for (const [name, amount] of old.scalars) if ((now.scalars.get(name) ?? 0) < amount) return true;
  return false;
}

function actionName(action: ActionType): string {
  for (const [name, bits] of Object.entries(Action)) if (bits === action) return name;
  return '';
}
