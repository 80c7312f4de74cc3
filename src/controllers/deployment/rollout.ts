/**
 * Rollout: a Deployment and its ReplicaSets while a plan is being made. It collects the changed ReplicaSets, so that every step
 * of the plan sees the sizes that the steps before it decided; the shell writes what is left at the end.
 */

import { scaledValue } from '#api/int-or-string.ts';
import type { Deployment, ReplicaSet } from '#kinds/generated/apps-v1.ts';
import {
  byCreation,
  countAnnotation,
  desiredReplicasAnnotation,
  findNewReplicaSet,
  maxReplicasAnnotation,
  maxRevision,
  newReplicaSetFor,
  revisionAnnotation,
  revisionAnnotations,
  revisionOf,
  scaleAnnotations,
  withAnnotations,
} from './revisions.ts';

export interface ReplicaSetUpdate {
  readonly replicaSet: ReplicaSet;
  /** Size before, when the update changes it. */
  readonly scaledFrom?: number;
}

export class Rollout {
  readonly deployment: Deployment;
  readonly desired: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
  /** The ReplicaSet of the current template. */
  newReplicaSet: ReplicaSet | undefined;
  /** Oldest first. */
  oldReplicaSets: readonly ReplicaSet[];
  /** The new ReplicaSet does not exist yet. */
  create = false;
  readonly delete: ReplicaSet[] = [];
  private readonly updates = new Map<string, ReplicaSetUpdate>();

  constructor(deployment: Deployment, replicaSets: readonly ReplicaSet[]) {
    this.deployment = deployment;
    this.desired = deployment.spec?.replicas ?? 0;
    const { maxSurge, maxUnavailable } = rollingLimits(deployment);
    this.maxSurge = maxSurge;
    this.maxUnavailable = maxUnavailable;
    this.newReplicaSet = findNewReplicaSet(deployment, replicaSets);
    this.oldReplicaSets = replicaSets.filter((replicaSet) => replicaSet !== this.newReplicaSet).toSorted(byCreation);
    this.syncRevision();
  }

  get all(): readonly ReplicaSet[] {
    return this.newReplicaSet ? [...this.oldReplicaSets, this.newReplicaSet] : this.oldReplicaSets;
  }

  /** Updates of ReplicaSets that exist, in the order in which they were first touched. */
  get changed(): readonly ReplicaSetUpdate[] {
    return [...this.updates.values()];
  }

  /** The Deployment's revision annotation as it should be; undefined while there is no ReplicaSet of its template. */
  get revision(): string | undefined {
    return this.newReplicaSet?.metadata?.annotations?.[revisionAnnotation];
  }

  /** Makes a ReplicaSet of the current template if there is none; it starts as large as the strategy allows. */
  ensureNewReplicaSet(): ReplicaSet {
    if (this.newReplicaSet) return this.newReplicaSet;
    this.create = true;
    const empty = newReplicaSetFor(this.deployment, maxRevision(this.oldReplicaSets) + 1n);
    this.newReplicaSet = withAnnotations(empty, scaleAnnotations(this.deployment, this.maxSurge));
    this.newReplicaSet = withReplicas(this.newReplicaSet, this.newReplicaSetSize(this.newReplicaSet));
    return this.newReplicaSet;
  }

  /** How large the new ReplicaSet may be now: in a rolling update all together may exceed the desired count by maxSurge. */
  newReplicaSetSize(newReplicaSet: ReplicaSet): number {
    if (!isRollingUpdate(this.deployment)) return this.desired;
    const size = replicasOf(newReplicaSet);
    const room = this.desired + this.maxSurge - totalReplicas(this.all);
    return room <= 0 ? size : size + Math.min(room, this.desired - size);
  }

  /** Sets the size and notes the Deployment's own size in annotations; true when the size changed. */
  scale(replicaSet: ReplicaSet, replicas: number): boolean {
    const size = replicasOf(replicaSet);
    const wanted = scaleAnnotations(this.deployment, this.maxSurge);
    const noted = Object.entries(wanted).every(([key, value]) => replicaSet.metadata?.annotations?.[key] === value);
    if (size === replicas && noted) return false;
    this.replace(replicaSet, withReplicas(withAnnotations(replicaSet, wanted), replicas), size);
    return size !== replicas;
  }

  /** Size and Deployment's size at the last write differ: somebody scaled the Deployment. */
  get isScaling(): boolean {
    return this.all.some((replicaSet) => {
      const noted = countAnnotation(replicaSet, desiredReplicasAnnotation);
      return replicasOf(replicaSet) > 0 && noted !== undefined && noted !== this.desired;
    });
  }

  /** Removes old, empty ReplicaSets beyond revisionHistoryLimit, lowest revision first. */
  cleanUpHistory(): void {
    const limit = this.deployment.spec?.revisionHistoryLimit;
    if (limit === undefined || limit === noLimit) return;
    const candidates = this.oldReplicaSets.filter((replicaSet) => replicaSet.metadata?.deletionTimestamp === undefined);
    const surplus = candidates.length - limit;
    if (surplus <= 0) return;
    for (const replicaSet of candidates.toSorted(byRevision).slice(0, surplus)) {
      const settled = (replicaSet.metadata?.generation ?? 0) <= (replicaSet.status?.observedGeneration ?? 0);
      if (replicasOf(replicaSet) === 0 && (replicaSet.status?.replicas ?? 0) === 0 && settled)
        this.delete.push(replicaSet);
    }
  }

  /** Gives the ReplicaSet of the current template the newest revision number and the Deployment's annotations. */
  private syncRevision(): void {
    const current = this.newReplicaSet;
    if (!current) return;
    const annotations = revisionAnnotations(this.deployment, current, maxRevision(this.oldReplicaSets) + 1n);
    const same = Object.entries(annotations).every(([key, value]) => current.metadata?.annotations?.[key] === value);
    const minReadySeconds = this.deployment.spec?.minReadySeconds ?? 0;
    if (same && (current.spec?.minReadySeconds ?? 0) === minReadySeconds) return;
    const next = withAnnotations(current, annotations);
    this.replace(current, next.spec ? { ...next, spec: { ...next.spec, minReadySeconds } } : next, replicasOf(current));
  }

  private replace(replicaSet: ReplicaSet, next: ReplicaSet, sizeBefore: number): void {
    const uid = replicaSet.metadata?.uid ?? '';
    if (replicaSet === this.newReplicaSet) this.newReplicaSet = next;
    else this.oldReplicaSets = this.oldReplicaSets.map((old) => (old === replicaSet ? next : old));
    if (this.create && next === this.newReplicaSet) return;
    const scaledFrom = this.updates.get(uid)?.scaledFrom ?? sizeBefore;
    this.updates.set(uid, {
      replicaSet: next,
      ...(scaledFrom === replicasOf(next) ? {} : { scaledFrom }),
    });
  }
}

/** What "no limit" looks like in int32 fields. */
export const noLimit = 2 ** 31 - 1;

export function isRollingUpdate(deployment: Deployment): boolean {
  return deployment.spec?.strategy?.type === 'RollingUpdate';
}

/** maxSurge and maxUnavailable as counts; never both 0, or nothing could move (upstream's ResolveFenceposts). */
export function rollingLimits(deployment: Deployment): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const desired = deployment.spec?.replicas ?? 0;
  if (!isRollingUpdate(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const { rollingUpdate } = deployment.spec?.strategy ?? {};
  const maxSurge = scaledValue(rollingUpdate?.maxSurge ?? 0, desired, 'up');
  const maxUnavailable = scaledValue(rollingUpdate?.maxUnavailable ?? 0, desired, 'down');
  return { maxSurge, maxUnavailable: Math.min(desired, maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable) };
}

export function replicasOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec?.replicas ?? 0;
}

export function totalReplicas(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, replicaSet) => sum + replicasOf(replicaSet), 0);
}

export function availableReplicas(replicaSets: readonly ReplicaSet[]): number {
  return replicaSets.reduce((sum, replicaSet) => sum + (replicaSet.status?.availableReplicas ?? 0), 0);
}

/** The Deployment's size with surge when the ReplicaSet was last written. */
export function maxReplicasBefore(replicaSet: ReplicaSet): number | undefined {
  return countAnnotation(replicaSet, maxReplicasAnnotation);
}

function byRevision(a: ReplicaSet, b: ReplicaSet): number {
  const revisionA = revisionOf(a);
  const revisionB = revisionOf(b);
  if (revisionA === undefined || revisionB === undefined || revisionA === revisionB) return byCreation(a, b);
  return revisionA < revisionB ? -1 : 1;
}

function withReplicas(replicaSet: ReplicaSet, replicas: number): ReplicaSet {
  return replicaSet.spec ? { ...replicaSet, spec: { ...replicaSet.spec, replicas } } : replicaSet;
}
