/**
 * What a Deployment needs done now: at most one step of its rollout, and the status that tells it (upstream's pkg/controller/
 * deployment). Level-triggered: the step follows from the sizes and states of its ReplicaSets alone; when they change the plan
 * is made again.
 *
 * Which step: a Deployment that is being deleted only reports. A paused or just scaled one keeps its ReplicaSets in proportion.
 * Otherwise its strategy rolls: RollingUpdate grows the new ReplicaSet within maxSurge, then shrinks old ones within
 * maxUnavailable (those that are unhealthy first); Recreate empties old ones, waits until their pods are gone, then fills the new.
 */

import type { Deployment, DeploymentStatus, ReplicaSet } from '#kinds/generated/apps-v1.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { isPodTerminal } from '../pods/state.ts';
import { byCreation, countAnnotation, desiredReplicasAnnotation, revisionAnnotation } from './revisions.ts';
import {
  isRollingUpdate,
  maxReplicasBefore,
  type ReplicaSetUpdate,
  Rollout,
  replicasOf,
  totalReplicas,
} from './rollout.ts';
import {
  deploymentStatus,
  isComplete,
  progressCheckAfterMs,
  rolloutStatus,
  withFoundReplicaSet,
  withPauseCondition,
} from './status.ts';

export interface DeploymentInput {
  readonly deployment: Deployment;
  /** Those that the Deployment controls. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods by the uid of their ReplicaSet. */
  readonly podsOf: (replicaSet: ReplicaSet) => readonly Pod[];
  readonly nowMs: number;
}

export interface DeploymentPlan {
  /** The ReplicaSet of the current template, when it does not exist. */
  readonly create?: ReplicaSet;
  readonly update: readonly ReplicaSetUpdate[];
  readonly delete: readonly ReplicaSet[];
  /** What the Deployment's revision annotation has to be set to. */
  readonly revision?: string;
  readonly status: DeploymentStatus;
  /** When the progress deadline has to be looked at. */
  readonly requeueAfterMs?: number;
}

export function planDeployment(input: DeploymentInput): DeploymentPlan {
  const { deployment, nowMs } = input;
  const rollout = new Rollout(deployment, input.replicaSets);
  const deleting = deployment.metadata?.deletionTimestamp !== undefined;
  // Conditions as they stand before the step: later ones build on them.
  let status = deployment.status ?? {};
  if (!deleting) status = withPauseCondition(deployment, status, nowMs);
  const paused = deployment.spec?.paused ?? false;
  const proportional = deleting || paused || rollout.isScaling;
  if (!proportional) {
    if (isRollingUpdate(deployment)) rollForward(rollout, status);
    else recreate(rollout, status, input.podsOf);
  } else if (!deleting) {
    keepInProportion(rollout);
    if (paused) rollout.cleanUpHistory();
  }
  status = withFoundReplicaSet(deployment, status, rollout, nowMs);
  const before = { ...deployment, status };
  const after = proportional ? deploymentStatus(before, rollout, nowMs) : rolloutStatus(before, rollout, nowMs);
  const requeueAfterMs = proportional ? undefined : progressCheckAfterMs(deployment, after, nowMs);
  const revision = rollout.revision;
  const annotated = deployment.metadata?.annotations?.[revisionAnnotation];
  return {
    ...(rollout.create && rollout.newReplicaSet ? { create: rollout.newReplicaSet } : {}),
    update: rollout.changed,
    delete: rollout.delete,
    ...(revision !== undefined && revision !== annotated ? { revision } : {}),
    status: after,
    ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }),
  };
}

function rollForward(rollout: Rollout, status: DeploymentStatus): void {
  const newReplicaSet = rollout.ensureNewReplicaSet();
  const size = replicasOf(newReplicaSet);
  const target = size > rollout.desired ? rollout.desired : rollout.newReplicaSetSize(newReplicaSet);
  if (size !== rollout.desired && rollout.scale(newReplicaSet, target)) return;
  if (scaleDownOld(rollout)) return;
  if (isComplete(rollout.deployment, status)) rollout.cleanUpHistory();
}

/** Shrinks old ReplicaSets as far as minimum availability allows; true when one shrank. */
function scaleDownOld(rollout: Rollout): boolean {
  const newReplicaSet = rollout.newReplicaSet;
  if (!newReplicaSet || totalReplicas(rollout.oldReplicaSets) === 0) return false;
  const minAvailable = rollout.desired - rollout.maxUnavailable;
  const newUnavailable = replicasOf(newReplicaSet) - (newReplicaSet.status?.availableReplicas ?? 0);
  const spare = totalReplicas(rollout.all) - minAvailable - newUnavailable;
  if (spare <= 0) return false;

  // Unhealthy replicas add nothing to availability: they go first, or a stuck rollout could not move.
  let removed = 0;
  for (const replicaSet of rollout.oldReplicaSets) {
    const unhealthy = replicasOf(replicaSet) - (replicaSet.status?.availableReplicas ?? 0);
    const count = Math.min(spare - removed, unhealthy);
    if (count <= 0) continue;
    rollout.scale(replicaSet, replicasOf(replicaSet) - count);
    removed += count;
  }
  const surplus = sureReplicas(rollout.all) - minAvailable;
  let shrunk = 0;
  for (const replicaSet of rollout.oldReplicaSets) {
    const count = Math.min(surplus - shrunk, replicasOf(replicaSet));
    if (count <= 0) continue;
    rollout.scale(replicaSet, replicasOf(replicaSet) - count);
    shrunk += count;
  }
  return removed + shrunk > 0;
}

/**
 * Available replicas that stay when every ReplicaSet has the size that it was given. A status may still count pods that a
 * smaller size is about to take away; upstream counts them, and can then fall below minimum availability.
 */
function sureReplicas(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce(
    (sum, replicaSet) => sum + Math.min(replicaSet.status?.availableReplicas ?? 0, replicasOf(replicaSet)),
    0,
  );
}

function recreate(
  rollout: Rollout,
  status: DeploymentStatus,
  podsOf: (replicaSet: ReplicaSet) => readonly Pod[],
): void {
  let emptied = false;
  for (const replicaSet of rollout.oldReplicaSets) {
    if (replicasOf(replicaSet) > 0) emptied = rollout.scale(replicaSet, 0) || emptied;
  }
  if (emptied || oldPodsRun(rollout, podsOf)) return;
  const newReplicaSet = rollout.ensureNewReplicaSet();
  if (replicasOf(newReplicaSet) !== rollout.desired) rollout.scale(newReplicaSet, rollout.desired);
  if (isComplete(rollout.deployment, status)) rollout.cleanUpHistory();
}

function oldPodsRun(rollout: Rollout, podsOf: (replicaSet: ReplicaSet) => readonly Pod[]): boolean {
  return rollout.oldReplicaSets.some(
    (replicaSet) => (replicaSet.status?.replicas ?? 0) > 0 || podsOf(replicaSet).some((pod) => !isPodTerminal(pod)),
  );
}

/** Scaling while paused or in the middle of a rollout: sizes keep their share of the whole. */
function keepInProportion(rollout: Rollout): void {
  const only = activeOrLatest(rollout);
  if (only) {
    if (replicasOf(only) !== rollout.desired) rollout.scale(only, rollout.desired);
    return;
  }
  if (isSaturated(rollout)) {
    for (const replicaSet of rollout.oldReplicaSets) {
      if (replicasOf(replicaSet) > 0) rollout.scale(replicaSet, 0);
    }
    return;
  }
  if (isRollingUpdate(rollout.deployment)) distribute(rollout);
}

/** The only ReplicaSet with replicas, or without any the newest; undefined when several have some. */
function activeOrLatest(rollout: Rollout): ReplicaSet | undefined {
  const active = rollout.all.filter((replicaSet) => replicasOf(replicaSet) > 0);
  if (active.length > 1) return undefined;
  return active[0] ?? rollout.newReplicaSet ?? rollout.oldReplicaSets.at(-1);
}

/** The new ReplicaSet has the whole size and all of it is available. */
function isSaturated({ newReplicaSet, desired }: Rollout): boolean {
  return (
    newReplicaSet !== undefined &&
    countAnnotation(newReplicaSet, desiredReplicasAnnotation) === desired &&
    replicasOf(newReplicaSet) === desired &&
    newReplicaSet.status?.availableReplicas === desired
  );
}

function distribute(rollout: Rollout): void {
  const active = rollout.all.filter((replicaSet) => replicasOf(replicaSet) > 0);
  const allowed = rollout.desired > 0 ? rollout.desired + rollout.maxSurge : 0;
  const toAdd = allowed - totalReplicas(active);
  // Newer ones grow first, older ones shrink first, the largest before all.
  const ordered = active.toSorted(
    (a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)),
  );
  let added = 0;
  const sizes = ordered.map((replicaSet) => {
    const share = shareOf(rollout, replicaSet, toAdd, added);
    added += share;
    return replicasOf(replicaSet) + share;
  });
  ordered.forEach((replicaSet, index) => {
    const leftover = index === 0 ? toAdd - added : 0;
    rollout.scale(replicaSet, Math.max(0, (sizes[index] ?? 0) + leftover));
  });
}

/** What a ReplicaSet gets of `toAdd` replicas (negative: gives), of which `added` are given out already. */
function shareOf(rollout: Rollout, replicaSet: ReplicaSet, toAdd: number, added: number): number {
  const size = replicasOf(replicaSet);
  if (size === 0 || toAdd === 0 || toAdd === added) return 0;
  const share = proportionalChange(rollout, replicaSet);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

function proportionalChange(rollout: Rollout, replicaSet: ReplicaSet): number {
  const size = replicasOf(replicaSet);
  if (rollout.desired === 0) return -size;
  // Without the annotation (somebody removed it) the Deployment's last known size has to do.
  const before = maxReplicasBefore(replicaSet) || rollout.deployment.status?.replicas || 0;
  if (before === 0) return 0;
  return Math.round((size * (rollout.desired + rollout.maxSurge)) / before) - size;
}
