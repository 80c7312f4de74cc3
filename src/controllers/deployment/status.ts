/** Status of a Deployment: counts over its ReplicaSets, and the conditions Available, Progressing and ReplicaFailure. */

import { formatTime } from '#api/time.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '#kinds/generated/apps-v1.ts';
import { availableReplicas, noLimit, type Rollout, totalReplicas } from './rollout.ts';

type ConditionStatus = 'True' | 'False' | 'Unknown';

/** Upstream counts old and new pods alike; zero is left out as in its encoding. */
export function deploymentStatus(deployment: Deployment, rollout: Rollout, nowMs: number): DeploymentStatus {
  const available = availableReplicas(rollout.all);
  const hasMinimum = available >= rollout.desired - rollout.maxUnavailable;
  const availability = hasMinimum
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', nowMs)
    : newCondition(
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
        nowMs,
      );
  return {
    observedGeneration: deployment.metadata?.generation,
    replicas: sum(rollout.all, (status) => status?.replicas) || undefined,
    updatedReplicas: rollout.newReplicaSet?.status?.replicas || undefined,
    readyReplicas: sum(rollout.all, (status) => status?.readyReplicas) || undefined,
    availableReplicas: available || undefined,
    unavailableReplicas: Math.max(0, totalReplicas(rollout.all) - available) || undefined,
    terminatingReplicas: terminatingReplicas(rollout.all),
    conditions: setCondition(deployment.status?.conditions ?? [], availability),
    collisionCount: deployment.status?.collisionCount,
  };
}

/** The status during and after a rollout: with its progress. `deployment.status` is what stood before. */
export function rolloutStatus(deployment: Deployment, rollout: Rollout, nowMs: number): DeploymentStatus {
  const status = deploymentStatus(deployment, rollout, nowMs);
  const conditions = withProgress(deployment, status, rollout, nowMs);
  const failure = replicaFailure(rollout);
  return {
    ...status,
    conditions: failure ? setCondition(conditions, failure) : without(conditions, 'ReplicaFailure'),
  };
}

function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  rollout: Rollout,
  nowMs: number,
): readonly DeploymentCondition[] {
  const conditions = status.conditions ?? [];
  if (!hasProgressDeadline(deployment)) return without(conditions, 'Progressing');
  const current = find(conditions, 'Progressing');
  const allUpdated = (status.replicas ?? 0) === (status.updatedReplicas ?? 0);
  if (allUpdated && current?.reason === 'NewReplicaSetAvailable') return conditions;
  const subject = rollout.newReplicaSet
    ? `ReplicaSet "${rollout.newReplicaSet.metadata?.name}"`
    : `Deployment "${deployment.metadata?.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${subject} has successfully progressed.`;
    return setCondition(conditions, newCondition('Progressing', 'True', 'NewReplicaSetAvailable', message, nowMs));
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const progressing = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, nowMs);
    const since = current?.status === 'True' ? current.lastTransitionTime : progressing.lastTransitionTime;
    // lastUpdateTime has to move with every progress: the deadline counts from it.
    return [...without(conditions, 'Progressing'), { ...progressing, lastTransitionTime: since }];
  }
  if (hasTimedOut(deployment, current, nowMs)) {
    const message = `${subject} has timed out progressing.`;
    return setCondition(conditions, newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', message, nowMs));
  }
  return conditions;
}

/** Everything runs the current template and is available. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = deployment.spec?.replicas ?? 0;
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata?.generation ?? 0)
  );
}

function hasProgressed(old: DeploymentStatus, status: DeploymentStatus): boolean {
  const oldPods = (of: DeploymentStatus) => (of.replicas ?? 0) - (of.updatedReplicas ?? 0);
  return (
    (status.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    oldPods(status) < oldPods(old) ||
    (status.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (status.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: Deployment, current: DeploymentCondition | undefined, nowMs: number): boolean {
  if (!current || current.reason === 'NewReplicaSetAvailable') return false;
  if (current.reason === 'ProgressDeadlineExceeded') return true;
  return deadlineMs(deployment, current) < nowMs;
}

function deadlineMs(deployment: Deployment, progressing: DeploymentCondition): number {
  return Date.parse(progressing.lastUpdateTime ?? '') + (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000;
}

/** Milliseconds until the progress deadline may have passed; undefined when there is nothing to wait for. */
export function progressCheckAfterMs(
  deployment: Deployment,
  status: DeploymentStatus,
  nowMs: number,
): number | undefined {
  const progressing = find(status.conditions ?? [], 'Progressing');
  if (!hasProgressDeadline(deployment) || !progressing) return undefined;
  if (isComplete(deployment, status) || progressing.reason === 'ProgressDeadlineExceeded') return undefined;
  // A second more, because times have no fractions.
  return Math.max(0, deadlineMs(deployment, progressing) - nowMs) + 1000;
}

function hasProgressDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== noLimit;
}

/** Pausing stops the progress clock, resuming starts it anew. A rollout that timed out already stays so. */
export function withPauseCondition(deployment: Deployment, status: DeploymentStatus, nowMs: number): DeploymentStatus {
  const current = find(status.conditions ?? [], 'Progressing');
  if (!hasProgressDeadline(deployment) || current?.reason === 'ProgressDeadlineExceeded') return status;
  const shown = current?.reason === 'DeploymentPaused';
  if (Boolean(deployment.spec?.paused) === shown) return status;
  const condition = shown
    ? newCondition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed', nowMs)
    : newCondition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused', nowMs);
  return { ...status, conditions: setCondition(status.conditions ?? [], condition) };
}

/** Progress begins with the ReplicaSet of the current template. */
export function withFoundReplicaSet(
  deployment: Deployment,
  status: DeploymentStatus,
  rollout: Rollout,
  nowMs: number,
): DeploymentStatus {
  const name = rollout.newReplicaSet?.metadata?.name;
  if (name === undefined || !hasProgressDeadline(deployment)) return status;
  const conditions = status.conditions ?? [];
  if (rollout.create) {
    const message = `Created new replica set "${name}"`;
    const created = newCondition('Progressing', 'True', 'NewReplicaSetCreated', message, nowMs);
    return { ...status, conditions: setCondition(conditions, created) };
  }
  if (find(conditions, 'Progressing')) return status;
  const found = newCondition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${name}"`, nowMs);
  return { ...status, conditions: setCondition(conditions, found) };
}

/** The status after the new ReplicaSet could not be created. */
export function withCreateFailure(deployment: Deployment, message: string, nowMs: number): DeploymentStatus {
  const status = deployment.status ?? {};
  if (!hasProgressDeadline(deployment)) return status;
  const failed = newCondition('Progressing', 'False', 'ReplicaSetCreateError', message, nowMs);
  return { ...status, conditions: setCondition(status.conditions ?? [], failed) };
}

/** The new ReplicaSet's failure, else any other's. */
function replicaFailure(rollout: Rollout): DeploymentCondition | undefined {
  const candidates = rollout.newReplicaSet
    ? [rollout.newReplicaSet, ...rollout.oldReplicaSets]
    : rollout.oldReplicaSets;
  for (const { status } of candidates) {
    const failure = status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
    if (failure) return { ...failure, lastUpdateTime: failure.lastTransitionTime };
  }
  return undefined;
}

/** Undefined while a ReplicaSet that was observed does not tell. */
function terminatingReplicas(replicaSets: readonly ReplicaSet[]): number | undefined {
  let total = 0;
  for (const { status } of replicaSets) {
    if (status?.terminatingReplicas !== undefined) total += status.terminatingReplicas;
    else if ((status?.observedGeneration ?? 0) > 0) return undefined;
  }
  return total;
}

function sum(replicaSets: readonly ReplicaSet[], of: (status: ReplicaSet['status']) => number | undefined): number {
  return replicaSets.reduce((total, { status }) => total + (of(status) ?? 0), 0);
}

function newCondition(
  type: string,
  status: ConditionStatus,
  reason: string,
  message: string,
  nowMs: number,
): DeploymentCondition {
  const now = formatTime(nowMs);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

function find(conditions: readonly DeploymentCondition[], type: string): DeploymentCondition | undefined {
  return conditions.find((condition) => condition.type === type);
}

function without(conditions: readonly DeploymentCondition[], type: string): readonly DeploymentCondition[] {
  return conditions.filter((condition) => condition.type !== type);
}

/** Nothing changes when status and reason stand already; the transition time stays when only the reason changes. */
function setCondition(
  conditions: readonly DeploymentCondition[],
  condition: DeploymentCondition,
): readonly DeploymentCondition[] {
  const current = find(conditions, condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return conditions;
  const since = current?.status === condition.status ? current.lastTransitionTime : condition.lastTransitionTime;
  return [...without(conditions, condition.type), { ...condition, lastTransitionTime: since }];
}
