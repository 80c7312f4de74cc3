/** What a cron job needs done now: bookkeeping of its jobs, and whether the next one is due (upstream's pkg/controller/cronjob). */

import { formatTime } from '#api/time.ts';
import { messageOf } from '#base/errors.ts';
import { CronJobs } from '#kinds/batch/cron-job/definition.ts';
import { formatInZone, isTimeZone, parseSchedule, type Schedule } from '#kinds/batch/cron-job/schedule.ts';
import type { CronJob, CronJobStatus, Job } from '#kinds/generated/batch-v1.ts';
import type { ObjectReference } from '#kinds/generated/core-v1.ts';
import { newControllerRef } from '../ownership/controller-ref.ts';

export interface CronJobEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

export interface CronJobPlan {
  /** To be created now, and its scheduled time. */
  readonly create?: { readonly job: Job; readonly scheduledMs: number };
  readonly delete: readonly Job[];
  readonly status: CronJobStatus;
  readonly events: readonly CronJobEvent[];
  readonly requeueAfterMs?: number;
}

/** Looking a little late makes sure that the time has come. */
const lateMs = 100;
const manyMissed = 100;

export function planCronJob(cronJob: CronJob, jobs: readonly Job[], nowMs: number): CronJobPlan {
  const events: CronJobEvent[] = [];
  const surplus = surplusJobs(cronJob, jobs);
  const status = followJobs(cronJob, jobs, surplus, events);
  const rest = { delete: surplus, status, events };
  if (cronJob.metadata?.deletionTimestamp !== undefined || cronJob.spec?.suspend) return rest;
  const schedule = scheduleOf(cronJob, events);
  if (!schedule) return rest;
  const due = mostRecent({ ...cronJob, status }, schedule, nowMs, true);
  if (!due) {
    const fault = 'time difference between two schedules is less than 1 second';
    const message = `invalid schedule: ${cronJob.spec?.schedule} : ${fault}`;
    events.push({ type: 'Warning', reason: 'InvalidSchedule', message });
    return rest;
  }
  const requeueAfterMs = nextLookMs({ ...cronJob, status }, schedule, nowMs);
  const later = { ...rest, ...(requeueAfterMs === undefined ? {} : { requeueAfterMs }) };
  if (due.timeMs === undefined) return later;
  const scheduledMs = due.timeMs;
  if (due.missed > manyMissed) {
    const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    events.push({ type: 'Warning', reason: 'TooManyMissedTimes', message });
  }
  const deadlineSeconds = cronJob.spec?.startingDeadlineSeconds;
  if (deadlineSeconds !== undefined && scheduledMs + deadlineSeconds * 1000 < nowMs) {
    const time = new Date(scheduledMs).toUTCString().replace('GMT', '+0000');
    events.push({ type: 'Warning', reason: 'MissSchedule', message: `Missed scheduled time to start a job: ${time}` });
    return later;
  }
  const job = jobFor(cronJob, scheduledMs);
  const processed = status.lastScheduleTime !== undefined && Date.parse(status.lastScheduleTime) === scheduledMs;
  if (processed || status.active?.some(({ name }) => name === job.metadata?.name)) return later;
  const running = jobs.filter(({ metadata }) => status.active?.some(({ uid }) => uid === metadata?.uid));
  if (cronJob.spec?.concurrencyPolicy === 'Forbid' && status.active?.length) {
    const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    events.push({ type: 'Normal', reason: 'JobAlreadyActive', message });
    return later;
  }
  const replaced = cronJob.spec?.concurrencyPolicy === 'Replace' ? running : [];
  const active = status.active?.filter(({ uid }) => !replaced.some(({ metadata }) => metadata?.uid === uid));
  return {
    ...later,
    create: { job, scheduledMs },
    delete: [...surplus, ...replaced],
    status: { ...status, active: active?.length ? active : undefined },
  };
}

/** The status once the job was created. */
export function withStarted(status: CronJobStatus, job: ObjectReference, scheduledMs: number): CronJobStatus {
  return { ...status, active: [...(status.active ?? []), job], lastScheduleTime: formatTime(scheduledMs) };
}

function finishedAs(job: Job): 'Complete' | 'Failed' | undefined {
  const found = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return found?.type === 'Complete' ? 'Complete' : found ? 'Failed' : undefined;
}

/** Finished jobs beyond the history limits, oldest first. */
function surplusJobs({ spec }: CronJob, jobs: readonly Job[]): Job[] {
  const beyond = (as: 'Complete' | 'Failed', limit: number | undefined) => {
    const finished = jobs.filter((job) => finishedAs(job) === as).toSorted(byStart);
    return limit === undefined ? [] : finished.slice(0, Math.max(0, finished.length - limit));
  };
  return [...beyond('Complete', spec?.successfulJobsHistoryLimit), ...beyond('Failed', spec?.failedJobsHistoryLimit)];
}

/** Jobs without a start time come last. */
function byStart(a: Job, b: Job): number {
  const key = ({ status, metadata }: Job) => `${status?.startTime ?? '~'} ${metadata?.name}`;
  return key(a) < key(b) ? -1 : 1;
}

function followJobs(
  cronJob: CronJob,
  jobs: readonly Job[],
  surplus: readonly Job[],
  events: CronJobEvent[],
): CronJobStatus {
  let active = cronJob.status?.active ?? [];
  let lastSuccessfulTime = cronJob.status?.lastSuccessfulTime;
  for (const job of jobs) {
    const { uid, name } = job.metadata ?? {};
    const known = active.some((reference) => reference.uid === uid);
    const finished = finishedAs(job);
    if (!finished) {
      const message = `Saw a job that the controller did not create or forgot: ${name}`;
      if (!known) events.push({ type: 'Warning', reason: 'UnexpectedJob', message });
      continue;
    }
    if (known) {
      active = active.filter((reference) => reference.uid !== uid);
      const message = `Saw completed job: ${name}, condition: ${finished}`;
      events.push({ type: 'Normal', reason: 'SawCompletedJob', message });
    }
    const completed = job.status?.completionTime;
    if (finished === 'Complete' && completed && completed > (lastSuccessfulTime ?? '')) lastSuccessfulTime = completed;
  }
  for (const reference of active) {
    if (jobs.some(({ metadata }) => metadata?.uid === reference.uid)) continue;
    events.push({ type: 'Normal', reason: 'MissingJob', message: `Active job went missing: ${reference.name}` });
    active = active.filter((other) => other !== reference);
  }
  active = active.filter(({ uid }) => !surplus.some(({ metadata }) => metadata?.uid === uid));
  return { ...cronJob.status, active: active.length > 0 ? active : undefined, lastSuccessfulTime };
}

function scheduleOf({ spec }: CronJob, events: CronJobEvent[]): Schedule | undefined {
  const { schedule = '', timeZone } = spec ?? {};
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const message = `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`;
    events.push({ type: 'Warning', reason: 'UnknownTimeZone', message });
    return undefined;
  }
  try {
    return parseSchedule(schedule, timeZone);
  } catch (error) {
    const message = `unparseable schedule: "${schedule}" : ${messageOf(error)}`;
    events.push({ type: 'Warning', reason: 'UnparseableSchedule', message });
    return undefined;
  }
}

interface Due {
  /** The latest time of the schedule that has passed and was not run; undefined when there is none. */
  readonly timeMs: number | undefined;
  /** Since when we look. */
  readonly sinceMs: number;
  readonly missed: number;
}

/** Undefined for a schedule whose time never comes, such as the 31st of February: upstream finds it by two times that are the same. */
function mostRecent(cronJob: CronJob, schedule: Schedule, nowMs: number, withDeadline: boolean): Due | undefined {
  const { metadata, status, spec } = cronJob;
  let sinceMs = Date.parse(status?.lastScheduleTime ?? metadata?.creationTimestamp ?? '') || nowMs;
  const deadlineSeconds = spec?.startingDeadlineSeconds;
  if (withDeadline && deadlineSeconds !== undefined) sinceMs = Math.max(sinceMs, nowMs - deadlineSeconds * 1000);
  const first = schedule.next(sinceMs);
  if (first === undefined) return undefined;
  if (first > nowMs) return { timeMs: undefined, sinceMs, missed: 0 };
  const second = schedule.next(first);
  if (second === undefined) return undefined;
  if (second > nowMs) return { timeMs: first, sinceMs, missed: 0 };
  // After a long pause there may be thousands of missed times: step over all but the last ones.
  const periodMs = second - first;
  const missed = Math.floor((nowMs - first) / periodMs) + 1;
  let timeMs: number | undefined;
  let next = schedule.next(first + (missed - 2) * periodMs);
  while (next !== undefined && next <= nowMs) {
    timeMs = next;
    next = schedule.next(next);
  }
  return { timeMs, sinceMs, missed };
}

function nextLookMs(cronJob: CronJob, schedule: Schedule, nowMs: number): number | undefined {
  const due = mostRecent(cronJob, schedule, nowMs, false);
  const next = schedule.next(due ? (due.timeMs ?? (due.missed > 0 ? nowMs : due.sinceMs)) : nowMs);
  return next === undefined ? undefined : Math.max(0, next - nowMs) + lateMs;
}

function jobFor(cronJob: CronJob, scheduledMs: number): Job {
  const { metadata, spec } = cronJob;
  const template = spec?.jobTemplate;
  return {
    metadata: {
      name: `${metadata?.name}-${Math.floor(scheduledMs / 60_000)}`,
      namespace: metadata?.namespace,
      labels: template?.metadata?.labels,
      annotations: {
        ...template?.metadata?.annotations,
        'batch.kubernetes.io/cronjob-scheduled-timestamp': formatInZone(scheduledMs, spec?.timeZone),
      },
      ownerReferences: [newControllerRef(CronJobs, cronJob)],
    },
    spec: template?.spec,
  };
}
