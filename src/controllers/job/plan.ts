/**
 * What a job needs done now (upstream's pkg/controller/job).
 *
 * Every pod that ends is counted exactly once, although the process may die at any moment (KEP-2307): a pod carries a finalizer until its
 * uid stands in status.uncountedTerminatedPods (or its index in status.completedIndexes); the finalizer is taken off only after that
 * status was written; and the uid moves into the counters only when the pod is seen without the finalizer. One round of each per plan:
 * the change of the pods brings the job back here.
 *
 * A job that is to end says so first by SuccessCriteriaMet or FailureTarget, deletes its active pods, and becomes Complete or Failed when
 * all are counted and gone.
 */

import { formatTime } from '#api/time.ts';
import type { Job, JobCondition, JobStatus } from '#kinds/generated/batch-v1.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { podsToDelete } from '../pods/deletion-order.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../pods/state.ts';
import { type BackoffRecord, recordEnds, remainingMs } from './backoff.ts';
import {
  addIndexes,
  countIndexes,
  firstMissing,
  formatIndexes,
  hasIndex,
  type IndexSet,
  parseIndexes,
  unite,
} from './indexes.ts';
import {
  absoluteFailureCountOf,
  failureCountOf,
  finishedAtMs,
  hasTrackingFinalizer,
  indexOf,
  isIndexed,
  isPodFailed,
  newJobPod,
  replacesOnlyFailed,
} from './pods.ts';
import { countsAsFailure, judgeFailure, metSuccessRule } from './policies.ts';

/** Pods created or deleted in one round, and uids in the status, at most. */
const burst = 500;

export interface JobInput {
  readonly job: Job;
  /** The job's own pods, also those that have ended. */
  readonly pods: readonly Pod[];
  readonly backoff: BackoffRecord;
  readonly nowMs: number;
}

export interface JobEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** What a round did, as upstream's metrics call it. */
export type JobAction = 'reconciling' | 'tracking' | 'pods_created' | 'pods_deleted';

export interface JobPlan {
  readonly action: JobAction;
  readonly create: readonly Pod[];
  /** Too many: their finalizer is taken off first, because they count neither way. */
  readonly remove: readonly Pod[];
  /** The job ends: they are deleted, and counted later. */
  readonly stop: readonly Pod[];
  readonly status: JobStatus;
  /** Pods to take the finalizer off after the status was written. */
  readonly release: readonly Pod[];
  readonly events: readonly JobEvent[];
  readonly backoff: BackoffRecord;
  readonly requeueAfterMs?: number;
}

export function isFinished(job: Job): boolean {
  return Boolean(job.status?.conditions?.some(({ type, status }) => isTerminalType(type) && status === 'True'));
}

export function planJob(input: JobInput): JobPlan {
  return new Planner(input).plan();
}

class Planner {
  private readonly job: Job;
  private readonly pods: readonly Pod[];
  private readonly nowMs: number;
  private readonly active: readonly Pod[];
  private readonly terminating: readonly Pod[];
  private readonly backoff: BackoffRecord;
  private readonly completions: number | undefined;
  private readonly indexed: boolean;
  /** In status.uncountedTerminatedPods, and still with their finalizer. */
  private readonly uncounted: { readonly succeeded: string[]; readonly failed: string[] };
  /** Counters with those that have lost their finalizer. */
  private readonly counted: { succeeded: number; failed: number };
  private readonly succeededIndexes: IndexSet;
  private readonly failedIndexes: IndexSet | undefined;
  /** Effective counts: also of pods that have ended and are not in the status yet. */
  private readonly succeeded: number;
  private readonly failed: number;
  private readonly create: Pod[] = [];
  private remove: readonly Pod[] = [];
  private stop: readonly Pod[] = [];
  private readonly events: JobEvent[] = [];
  private readonly waits: number[] = [];
  private conditions: readonly JobCondition[];
  private startTime: string | undefined;

  constructor({ job, pods, backoff, nowMs }: JobInput) {
    this.job = job;
    this.pods = pods;
    this.nowMs = nowMs;
    this.completions = job.spec?.completions;
    this.indexed = isIndexed(job);
    this.active = pods.filter(isPodActive);
    this.terminating = pods.filter(isPodTerminating);
    this.conditions = job.status?.conditions ?? [];
    this.startTime = job.status?.startTime ?? (this.suspended ? undefined : formatTime(nowMs));
    const held = new Set(pods.filter(hasTrackingFinalizer).map(({ metadata }) => metadata?.uid ?? ''));
    const { succeeded = [], failed = [] } = job.status?.uncountedTerminatedPods ?? {};
    this.uncounted = {
      succeeded: succeeded.filter((uid) => held.has(uid)),
      failed: failed.filter((uid) => held.has(uid)),
    };
    this.counted = {
      succeeded: (job.status?.succeeded ?? 0) + succeeded.length - this.uncounted.succeeded.length,
      failed: (job.status?.failed ?? 0) + failed.length - this.uncounted.failed.length,
    };
    const newSucceeded = this.newlyEnded((pod) => pod.status?.phase === 'Succeeded');
    const newFailed = this.newlyEnded((pod) => isPodFailed(job, pod));
    this.backoff = recordEnds(backoff, newSucceeded, newFailed);
    this.failed =
      this.counted.failed + this.uncounted.failed.length + newFailed.filter((pod) => this.counts(pod)).length;
    const count = this.completions ?? 0;
    const indexes = this.indexed ? newSucceeded.flatMap((pod) => indexOf(pod) ?? []) : [];
    this.succeededIndexes = addIndexes(parseIndexes(job.status?.completedIndexes, count), indexes);
    this.failedIndexes = this.perIndex
      ? addIndexes(
          parseIndexes(job.status?.failedIndexes, count),
          this.held.filter((pod) => this.isIndexFailed(pod)).flatMap((pod) => indexOf(pod) ?? []),
        )
      : undefined;
    this.succeeded = this.indexed
      ? countIndexes(this.succeededIndexes)
      : this.counted.succeeded + this.uncounted.succeeded.length + newSucceeded.length;
  }

  plan(): JobPlan {
    let action: JobAction = 'reconciling';
    let finish = this.standingCondition() ?? this.failure() ?? this.indexVerdict();
    if (finish) this.stop = this.active;
    else {
      let active = this.active.length;
      if (this.job.metadata?.deletionTimestamp === undefined) {
        active = this.manage();
        action = this.managed();
      }
      const done = this.completions === undefined ? this.succeeded > 0 : this.succeeded >= this.completions;
      if (done && active === 0) {
        const message = 'Reached expected number of succeeded pods';
        finish = this.condition('SuccessCriteriaMet', 'CompletionsReached', message);
      } else this.followSuspend();
    }
    const release = this.count(finish);
    const status = this.status(finish);
    return {
      action,
      create: this.create,
      remove: this.remove,
      stop: this.stop,
      status,
      release,
      events: this.events,
      backoff: this.backoff,
      ...(this.waits.length > 0 ? { requeueAfterMs: Math.min(...this.waits) } : {}),
    };
  }

  private get suspended(): boolean {
    return this.job.spec?.suspend ?? false;
  }

  private get perIndex(): boolean {
    return this.indexed && this.job.spec?.backoffLimitPerIndex !== undefined;
  }

  /** Pods that are not counted for good, of a valid index in Indexed jobs. */
  private get held(): Pod[] {
    return this.pods.filter((pod) => hasTrackingFinalizer(pod) && this.hasValidIndex(pod));
  }

  private hasValidIndex(pod: Pod): boolean {
    if (!this.indexed) return true;
    const index = indexOf(pod);
    return index !== undefined && index < (this.completions ?? 0);
  }

  private newlyEnded(ended: (pod: Pod) => boolean): Pod[] {
    const known = new Set([...this.uncounted.succeeded, ...this.uncounted.failed]);
    return this.held.filter((pod) => !known.has(pod.metadata?.uid ?? '') && ended(pod));
  }

  private counts(pod: Pod): boolean {
    return countsAsFailure(judgeFailure(this.job.spec?.podFailurePolicy, pod));
  }

  private isIndexFailed(pod: Pod): boolean {
    if (!isPodFailed(this.job, pod)) return false;
    const verdict = judgeFailure(this.job.spec?.podFailurePolicy, pod);
    if (verdict.action === 'FailIndex') return true;
    return countsAsFailure(verdict) && failureCountOf(pod) >= (this.job.spec?.backoffLimitPerIndex ?? 0);
  }

  /** The verdict of an earlier round stands. */
  private standingCondition(): JobCondition | undefined {
    return this.conditions.find(
      ({ type, status }) => (type === 'SuccessCriteriaMet' || type === 'FailureTarget') && status === 'True',
    );
  }

  private failure(): JobCondition | undefined {
    const { podFailurePolicy, backoffLimit = 6, activeDeadlineSeconds } = this.job.spec ?? {};
    for (const pod of podFailurePolicy ? this.pods : []) {
      const { message } = isPodFailed(this.job, pod) ? judgeFailure(podFailurePolicy, pod) : {};
      if (message !== undefined) return this.condition('FailureTarget', 'PodFailurePolicy', message);
    }
    if (this.failed > backoffLimit || this.restartedTooOften(backoffLimit)) {
      const message = 'Job has reached the specified backoff limit';
      return this.condition('FailureTarget', 'BackoffLimitExceeded', message);
    }
    if (activeDeadlineSeconds === undefined || this.suspended || this.startTime === undefined) return undefined;
    const leftMs = Date.parse(this.startTime) + activeDeadlineSeconds * 1000 - this.nowMs;
    if (leftMs <= 0) {
      const message = 'Job was active longer than specified deadline';
      return this.condition('FailureTarget', 'DeadlineExceeded', message);
    }
    this.waits.push(leftMs);
    return undefined;
  }

  /** With restartPolicy OnFailure the kubelet restarts containers; their restarts count as failures. */
  private restartedTooOften(backoffLimit: number): boolean {
    if (this.job.spec?.template.spec?.restartPolicy !== 'OnFailure') return false;
    let restarts = 0;
    for (const { status } of this.pods) {
      if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
      for (const { restartCount } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
        restarts += restartCount;
    }
    return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
  }

  private indexVerdict(): JobCondition | undefined {
    if (!this.indexed) return undefined;
    const { maxFailedIndexes, successPolicy } = this.job.spec ?? {};
    const completions = this.completions ?? 0;
    const failed = countIndexes(this.failedIndexes ?? []);
    if (maxFailedIndexes !== undefined && failed > maxFailedIndexes) {
      const message = 'Job has exceeded the specified maximal number of failed indexes';
      return this.condition('FailureTarget', 'MaxFailedIndexesExceeded', message);
    }
    if (failed > 0 && failed + countIndexes(this.succeededIndexes) >= completions) {
      return this.condition('FailureTarget', 'FailedIndexes', 'Job has failed indexes');
    }
    const met = metSuccessRule(successPolicy, completions, this.succeededIndexes);
    return met === undefined ? undefined : this.condition('SuccessCriteriaMet', 'SuccessPolicy', met);
  }

  /** Creates or removes pods; answers how many will be active. */
  private manage(): number {
    const active = this.active.length;
    if (this.suspended) {
      this.remove = this.active.slice(0, burst);
      return active - this.remove.length;
    }
    const wanted = this.wantedActive();
    this.remove = this.surplus(Math.max(0, active - wanted)).slice(0, burst);
    if (this.remove.length > 0) return active - this.remove.length;
    const leaving = replacesOnlyFailed(this.job) ? this.terminating.length : 0;
    const missing = Math.min(burst, wanted - leaving - active);
    if (missing <= 0) return active;
    if (!this.perIndex) {
      const waitMs = remainingMs(this.backoff, this.nowMs);
      if (waitMs > 0) {
        this.waits.push(waitMs);
        return active;
      }
    }
    if (this.indexed) this.createIndexed(missing);
    else for (let i = 0; i < missing; i++) this.create.push(newJobPod(this.job, undefined, undefined, false));
    return active + this.create.length;
  }

  private managed(): JobAction {
    if (this.remove.length > 0) return 'pods_deleted';
    return this.create.length > 0 ? 'pods_created' : 'tracking';
  }

  private wantedActive(): number {
    const parallelism = this.job.spec?.parallelism ?? 1;
    // A work queue: after the first success no more pods are made.
    if (this.completions === undefined) return this.succeeded > 0 ? this.active.length : parallelism;
    return Math.max(0, Math.min(parallelism, this.completions - this.succeeded));
  }

  /** At least `atLeast` active pods: those of invalid or duplicate indexes, then as workloads scale down. */
  private surplus(atLeast: number): Pod[] {
    if (!this.indexed) return podsToDelete(this.active, [], atLeast, this.nowMs).slice(0, atLeast);
    const byIndex = Map.groupBy(this.active, (pod) => (this.hasValidIndex(pod) ? indexOf(pod) : undefined));
    const surplus: Pod[] = [];
    const left: Pod[] = [];
    for (const [index, pods] of byIndex) {
      const extra = index === undefined ? pods : podsToDelete(pods, [], pods.length - 1, this.nowMs);
      surplus.push(...extra);
      left.push(...pods.filter((pod) => !extra.includes(pod)));
    }
    const more = atLeast - surplus.length;
    return more > 0 ? [...surplus, ...podsToDelete(left, [], more, this.nowMs).slice(0, more)] : surplus;
  }

  private createIndexed(missing: number): void {
    const taken = this.active.concat(replacesOnlyFailed(this.job) ? this.terminating : []);
    const busy = addIndexes(
      unite(this.succeededIndexes, this.failedIndexes ?? []),
      taken.flatMap((pod) => indexOf(pod) ?? []),
    );
    const indexes = firstMissing(busy, missing, this.completions ?? 0);
    const delayed = this.delayedPods();
    const waits: number[] = [];
    for (const index of indexes) {
      const replaces = delayed.get(index);
      const waitMs = replaces ? this.indexWaitMs(replaces) : 0;
      if (waitMs > 0) waits.push(waitMs);
      else this.create.push(newJobPod(this.job, index, replaces, replaces ? this.counts(replaces) : false));
    }
    this.waits.push(...waits);
  }

  private indexWaitMs(failed: Pod): number {
    const failuresAfterLastSuccess = absoluteFailureCountOf(failed) + 1;
    return remainingMs({ failuresAfterLastSuccess, lastFailureMs: finishedAtMs(failed) }, this.nowMs);
  }

  /** With back-off per index the last failed pod of an index is kept until its successor is there: it carries the count. */
  private delayedPods(): Map<number, Pod> {
    const delayed = new Map<number, Pod>();
    if (!this.perIndex) return delayed;
    const activeIndexes = new Set(this.active.map(indexOf));
    for (const pod of this.held) {
      const index = indexOf(pod);
      if (index === undefined || !isPodFailed(this.job, pod) || activeIndexes.has(index)) continue;
      if (hasIndex(this.succeededIndexes, index) || hasIndex(this.failedIndexes ?? [], index)) continue;
      const other = delayed.get(index);
      const newer =
        !other ||
        (absoluteFailureCountOf(other) <= absoluteFailureCountOf(pod) && finishedAtMs(pod) >= finishedAtMs(other));
      if (newer) delayed.set(index, pod);
    }
    return delayed;
  }

  private followSuspend(): void {
    const current = this.conditions.find(({ type }) => type === 'Suspended');
    if (this.suspended === (current?.status === 'True')) return;
    const [status, reason, message] = this.suspended
      ? (['True', 'JobSuspended', 'Job suspended'] as const)
      : (['False', 'JobResumed', 'Job resumed'] as const);
    const condition = { ...this.condition('Suspended', reason, message), status };
    this.conditions = [...this.conditions.filter(({ type }) => type !== 'Suspended'), condition];
    this.events.push({ type: 'Normal', reason: this.suspended ? 'Suspended' : 'Resumed', message });
    this.startTime = this.suspended ? undefined : formatTime(this.nowMs);
  }

  /** Notes pods that have ended as uncounted; answers those whose finalizer may go once that is written. */
  private count(finish: JobCondition | undefined): Pod[] {
    const release: Pod[] = [];
    const delayed = new Set(this.delayedPods().values());
    const failing = finish !== undefined && finish.type !== 'SuccessCriteriaMet';
    const ending = finish !== undefined || this.job.metadata?.deletionTimestamp !== undefined;
    const removed = new Set(this.remove);
    for (const pod of this.pods) {
      if (!hasTrackingFinalizer(pod) || removed.has(pod)) continue;
      const succeeded = pod.status?.phase === 'Succeeded';
      const failed = isPodFailed(this.job, pod);
      if (!ending && !succeeded && (!failed || delayed.has(pod))) continue;
      if (this.uncounted.succeeded.length + this.uncounted.failed.length >= burst) break;
      release.push(pod);
      const uid = pod.metadata?.uid ?? '';
      if (succeeded) {
        if (!this.indexed && !this.uncounted.succeeded.includes(uid)) this.uncounted.succeeded.push(uid);
      } else if ((failed || failing) && !this.uncounted.failed.includes(uid)) {
        if (this.hasValidIndex(pod) && this.counts(pod)) this.uncounted.failed.push(uid);
      }
    }
    return release;
  }

  private status(finish: JobCondition | undefined): JobStatus {
    const active = this.active.length - this.remove.length - this.stop.length + this.create.length;
    const gone = new Set([...this.remove, ...this.stop]);
    const ready = this.active.filter((pod) => isPodReady(pod) && !gone.has(pod)).length;
    const terminating = this.terminating.length + gone.size;
    let { conditions } = this;
    let completionTime = this.job.status?.completionTime;
    if (finish && !conditions.includes(finish)) conditions = [...conditions, finish];
    const { succeeded, failed } = this.uncounted;
    const uncounted = succeeded.length + failed.length;
    if (finish && uncounted === 0 && terminating === 0) {
      const { reason = '', message = '' } = finish;
      const success = finish.type === 'SuccessCriteriaMet';
      conditions = [...conditions, this.condition(success ? 'Complete' : 'Failed', reason, message)];
      if (success) completionTime = this.completionTime();
      this.tellEnd(success, reason, message);
    }
    return {
      conditions: conditions.length > 0 ? conditions : undefined,
      startTime: this.startTime,
      completionTime,
      active: active || undefined,
      succeeded: (this.indexed ? countIndexes(this.succeededIndexes) : this.counted.succeeded) || undefined,
      failed: this.counted.failed || undefined,
      terminating,
      completedIndexes: formatIndexes(this.succeededIndexes) || undefined,
      failedIndexes: this.failedIndexes && formatIndexes(this.failedIndexes),
      uncountedTerminatedPods: {
        ...(succeeded.length > 0 ? { succeeded } : {}),
        ...(failed.length > 0 ? { failed } : {}),
      },
      ready,
    };
  }

  /** A clock that was set back may say less than the start: the API server refuses such a status, so the job would never complete. */
  private completionTime(): string {
    const startMs = this.startTime === undefined ? this.nowMs : Date.parse(this.startTime);
    return formatTime(Math.max(startMs, this.nowMs));
  }

  private tellEnd(success: boolean, reason: string, message: string): void {
    if (!success) {
      this.events.push({ type: 'Warning', reason, message });
      return;
    }
    if (this.completions !== undefined && this.succeeded > this.completions) {
      const tooMany = 'Too many succeeded pods running after completion count reached';
      this.events.push({ type: 'Warning', reason: 'TooManySucceededPods', message: tooMany });
    }
    this.events.push({ type: 'Normal', reason: 'Completed', message: 'Job completed' });
  }

  private condition(type: string, reason: string, message: string): JobCondition {
    const now = formatTime(this.nowMs);
    return { type, status: 'True', lastProbeTime: now, lastTransitionTime: now, reason, message };
  }
}

function isTerminalType(type: string): boolean {
  return type === 'Complete' || type === 'Failed';
}
