/**
 * What a StatefulSet needs done now (upstream's stateful_set_control).
 *
 * Replicas are brought up in order of their ordinals and taken down in reverse. With OrderedReady management each step waits until the one
 * before is done: every plan has at most one pod to create or delete, and none while a pod is not ready. Parallel management does all at
 * once. Updates delete pods of older revisions from the highest ordinal down to the partition, one after the other, or up to
 * maxUnavailable at a time (KEP-961).
 */

import { scaledValue } from '#api/int-or-string.ts';
import type { StatefulSet, StatefulSetStatus } from '#kinds/generated/apps-v1.ts';
import type { Pod, PodTemplateSpec } from '#kinds/generated/core-v1.ts';
import { isPodAvailable, isPodReady, isPodTerminal } from '../pods/state.ts';
import { hasIdentity, isInRange, newStatefulPod, ordinalOf, revisionOf, startOrdinal } from './identity.ts';

export interface Revision {
  readonly name: string;
  readonly template: PodTemplateSpec;
}

export interface StatefulSetInput {
  readonly set: StatefulSet;
  /** Pods that the set controls. */
  readonly pods: readonly Pod[];
  readonly current: Revision;
  readonly update: Revision;
  readonly collisionCount: number;
  readonly nowMs: number;
  /** The pod may not be created yet: its claims are those of an earlier one. */
  readonly claimsAreStale: (pod: Pod) => boolean;
}

export interface StatefulSetPlan {
  readonly create: readonly Pod[];
  readonly delete: readonly Pod[];
  /** Identity or volumes were changed by somebody. */
  readonly repair: readonly Pod[];
  /** Pods in whose names claims have to exist and be owned rightly. */
  readonly keepClaims: readonly Pod[];
  readonly status: StatefulSetStatus;
}

interface Slot {
  readonly ordinal: number;
  readonly pod: Pod;
  readonly exists: boolean;
}

export function planStatefulSet(input: StatefulSetInput): StatefulSetPlan {
  const plan = new Draft();
  const { set } = input;
  const replicas = slotsOf(input);
  const condemned = input.pods
    .filter((pod) => !isInRange(set, ordinalOf(set, pod) ?? -1))
    .toSorted((a, b) => (ordinalOf(set, b) ?? 0) - (ordinalOf(set, a) ?? 0));
  if (set.metadata?.deletionTimestamp === undefined) {
    const settled = keepReplicas(input, replicas, plan) && removeCondemned(input, replicas, condemned, plan);
    if (settled) updateReplicas(input, replicas, plan);
    plan.keepClaims.push(...replicas.map(({ pod }) => pod), ...condemned);
  }
  return { ...plan, status: statusOf(input, plan.updated) };
}

class Draft {
  readonly create: Pod[] = [];
  readonly delete: Pod[] = [];
  readonly repair: Pod[] = [];
  readonly keepClaims: Pod[] = [];
  /** Pods of the current revision that this plan deletes for the update. */
  updated = 0;
}

/** One slot per replica: the pod that is there or the one to create. */
function slotsOf(input: StatefulSetInput): Slot[] {
  const { set } = input;
  const byOrdinal = new Map(input.pods.map((pod) => [ordinalOf(set, pod), pod]));
  return Array.from({ length: set.spec?.replicas ?? 0 }, (_, index) => {
    const ordinal = startOrdinal(set) + index;
    const pod = byOrdinal.get(ordinal);
    return pod ? { ordinal, pod, exists: true } : { ordinal, pod: newPod(input, ordinal), exists: false };
  });
}

/** Pods below the partition (or those not updated yet) are created anew in the revision that they had. */
function newPod({ set, current, update }: StatefulSetInput, ordinal: number): Pod {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
  const keepsCurrent = rollingUpdate
    ? (rollingUpdate.partition ?? 0)
    : type === 'RollingUpdate'
      ? (set.status?.currentReplicas ?? 0)
      : 0;
  const revision = ordinal < startOrdinal(set) + keepsCurrent ? current : update;
  return newStatefulPod(set, revision.template, ordinal, revision.name);
}

/** True when every replica is as it should be, so that the plan may go on. */
function keepReplicas(input: StatefulSetInput, replicas: readonly Slot[], plan: Draft): boolean {
  const ordered = isOrdered(input.set);
  for (const { pod, exists } of replicas) {
    if (exists && isPodTerminal(pod)) {
      if (!isTerminating(pod)) plan.delete.push(pod);
      if (ordered) return false;
      continue;
    }
    if (!exists) {
      if (!input.claimsAreStale(pod)) plan.create.push(pod);
      if (ordered) return false;
      continue;
    }
    if (ordered && (isTerminating(pod) || !isRunningAndReady(pod) || !isAvailable(input, pod))) return false;
    if (!hasIdentity(input.set, pod)) plan.repair.push(pod);
  }
  return true;
}

/** Highest ordinal first. True when there is nothing to wait for. */
function removeCondemned(
  input: StatefulSetInput,
  replicas: readonly Slot[],
  condemned: readonly Pod[],
  plan: Draft,
): boolean {
  const ordered = isOrdered(input.set);
  const inOrder = [...replicas.map(({ pod }) => pod), ...condemned.toReversed()];
  const firstUnhealthy = inOrder.find((pod) => isUnavailable(input, pod));
  for (const pod of condemned) {
    if (isTerminating(pod)) {
      if (ordered) return false;
      continue;
    }
    const healthy = isRunningAndReady(pod) && isAvailable(input, pod);
    // An unhealthy pod that is the first one may go: waiting for it could take for ever.
    if (ordered && !healthy && pod !== firstUnhealthy) return false;
    plan.delete.push(pod);
    if (ordered) return false;
  }
  return true;
}

/** From the highest ordinal down to the partition: an old pod is deleted; one that is not available yet is waited for. */
function updateReplicas(input: StatefulSetInput, replicas: readonly Slot[], plan: Draft): void {
  const { type, rollingUpdate } = input.set.spec?.updateStrategy ?? {};
  if (type === 'OnDelete') return;
  const isOld = ({ pod, exists }: Slot) => exists && revisionOf(pod) !== input.update.name && !isTerminating(pod);
  const targets = replicas.slice(rollingUpdate?.partition ?? 0).toReversed();
  if (rollingUpdate?.maxUnavailable === undefined) {
    const next = targets.find((slot) => isOld(slot) || isUnavailable(input, slot.pod));
    if (next && isOld(next)) deleteForUpdate(next, plan);
    return;
  }
  const count = input.set.spec?.replicas ?? 0;
  const maxUnavailable = Math.max(1, scaledValue(rollingUpdate.maxUnavailable, count, 'down'));
  const unavailable = replicas.filter(({ pod }) => isUnavailable(input, pod)).length;
  for (const slot of targets.filter(isOld).slice(0, Math.max(0, maxUnavailable - unavailable)))
    deleteForUpdate(slot, plan);
}

function deleteForUpdate({ pod }: Slot, plan: Draft): void {
  plan.delete.push(pod);
  plan.updated++;
}

function statusOf(input: StatefulSetInput, updated: number): StatefulSetStatus {
  const { set, pods, current, update, collisionCount } = input;
  const created = pods.filter(({ status }) => status?.phase !== undefined);
  const live = created.filter((pod) => !isTerminating(pod));
  const ready = pods.filter(isRunningAndReady);
  const replicas = set.spec?.replicas ?? 0;
  const updatedReplicas = live.filter((pod) => revisionOf(pod) === update.name).length;
  const currentReplicas = live.filter((pod) => revisionOf(pod) === current.name).length - updated;
  const complete =
    set.spec?.updateStrategy?.type !== 'OnDelete' &&
    updatedReplicas === replicas &&
    ready.length === replicas &&
    created.length === replicas;
  return {
    observedGeneration: set.metadata?.generation,
    replicas: created.length,
    readyReplicas: ready.length || undefined,
    currentReplicas: (complete ? updatedReplicas : currentReplicas) || undefined,
    updatedReplicas: updatedReplicas || undefined,
    currentRevision: complete ? update.name : current.name,
    updateRevision: update.name,
    collisionCount,
    conditions: set.status?.conditions,
    availableReplicas: ready.filter((pod) => isAvailable(input, pod)).length,
  };
}

function isOrdered(set: StatefulSet): boolean {
  return set.spec?.podManagementPolicy !== 'Parallel';
}

function isTerminating(pod: Pod): boolean {
  return pod.metadata?.deletionTimestamp !== undefined;
}

function isRunningAndReady(pod: Pod): boolean {
  return pod.status?.phase === 'Running' && isPodReady(pod);
}

function isAvailable({ set, nowMs }: StatefulSetInput, pod: Pod): boolean {
  return isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, nowMs);
}

function isUnavailable(input: StatefulSetInput, pod: Pod): boolean {
  return !isAvailable(input, pod) || isTerminating(pod);
}
