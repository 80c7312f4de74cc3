import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronJob, Job } from '#kinds/generated/batch-v1.ts';
import { planCronJob } from './plan.ts';

const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);

function cronJob(spec: Partial<NonNullable<CronJob['spec']>> = {}, status: CronJob['status'] = {}): CronJob {
  return {
    metadata: { name: 'c', namespace: 'default', uid: 'c', creationTimestamp: '2026-01-01T10:00:30Z' },
    spec: { schedule: '*/10 * * * *', jobTemplate: { spec: { template: {} } }, successfulJobsHistoryLimit: 1, ...spec },
    status,
  };
}

function job(name: string, state: 'Running' | 'Complete' | 'Failed', startTime = '2026-01-01T10:00:00Z'): Job {
  const conditions = state === 'Running' ? [] : [{ type: state, status: 'True' }];
  return { metadata: { name, uid: name }, status: { startTime, conditions, completionTime: startTime } };
}

const active = (name: string) => ({ active: [{ name, uid: name }] });

const plans: readonly {
  readonly name: string;
  readonly cronJob: CronJob;
  readonly jobs?: readonly Job[];
  readonly now: string;
  readonly create?: string;
  readonly delete?: readonly string[];
  readonly events?: readonly string[];
  readonly requeueAfterMs: number | undefined;
}[] = [
  { name: 'not yet', cronJob: cronJob(), now: '10:05:00', requeueAfterMs: 300_100 },
  { name: 'due', cronJob: cronJob(), now: '10:10:00', create: 'c-29454370', requeueAfterMs: 600_100 },
  {
    name: 'done already',
    cronJob: cronJob({}, { lastScheduleTime: '2026-01-01T10:10:00Z' }),
    now: '10:12:00',
    requeueAfterMs: 480_100,
  },
  {
    name: 'only the last of several missed',
    cronJob: cronJob(),
    now: '10:45:00',
    create: 'c-29454400',
    requeueAfterMs: 300_100,
  },
  {
    name: 'too late',
    cronJob: cronJob({ startingDeadlineSeconds: 60 }),
    now: '10:12:00',
    requeueAfterMs: 480_100,
  },
  { name: 'suspended', cronJob: cronJob({ suspend: true }), now: '10:12:00', requeueAfterMs: undefined },
  {
    name: 'Forbid waits',
    cronJob: cronJob({ concurrencyPolicy: 'Forbid' }, active('old')),
    jobs: [job('old', 'Running')],
    now: '10:10:00',
    events: ['JobAlreadyActive'],
    requeueAfterMs: 600_100,
  },
  {
    name: 'Replace deletes',
    cronJob: cronJob({ concurrencyPolicy: 'Replace' }, active('old')),
    jobs: [job('old', 'Running')],
    now: '10:10:00',
    create: 'c-29454370',
    delete: ['old'],
    requeueAfterMs: 600_100,
  },
  {
    name: 'history',
    cronJob: cronJob({ suspend: true }, active('b')),
    jobs: [job('b', 'Complete', '2026-01-01T10:01:00Z'), job('a', 'Complete'), job('f', 'Failed')],
    now: '10:05:00',
    delete: ['a'],
    events: ['SawCompletedJob'],
    requeueAfterMs: undefined,
  },
  {
    name: 'a job is missing',
    cronJob: cronJob({}, active('lost')),
    now: '10:05:00',
    events: ['MissingJob'],
    requeueAfterMs: 300_100,
  },
  {
    name: 'unparseable',
    cronJob: cronJob({ schedule: 'x' }),
    now: '10:05:00',
    events: ['UnparseableSchedule'],
    requeueAfterMs: undefined,
  },
  {
    name: 'a time that never comes',
    cronJob: cronJob({ schedule: '59 23 31 2 *' }),
    now: '10:10:00',
    events: ['InvalidSchedule'],
    requeueAfterMs: undefined,
  },
];

for (const { name, cronJob: of, jobs = [], now, create, delete: gone = [], events = [], requeueAfterMs } of plans) {
  test(`planCronJob: ${name}`, () => {
    const plan = planCronJob(of, jobs, at(now));
    assert.deepEqual(
      {
        create: plan.create?.job.metadata?.name,
        delete: plan.delete.map(({ metadata }) => metadata?.name),
        events: plan.events.map(({ reason }) => reason),
        requeueAfterMs: plan.requeueAfterMs,
      },
      { create, delete: gone, events, requeueAfterMs },
    );
  });
}
