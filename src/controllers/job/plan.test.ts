import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime } from '#api/time.ts';
import { equalTrees } from '#base/equal.ts';
import { validateJobStatus } from '#kinds/batch/job/status-rules.ts';
import type { Job, JobSpec } from '#kinds/generated/batch-v1.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { type BackoffRecord, noFailures } from './backoff.ts';
import { isFinished, type JobPlan, planJob } from './plan.ts';
import { hasTrackingFinalizer, indexOf } from './pods.ts';

/** A job and its pods; plans are carried out at once, pods end when told. */
class World {
  job: Job;
  pods: Pod[] = [];
  nowMs = Date.parse('2026-01-01T12:00:00Z');
  readonly events: string[] = [];
  private backoff: BackoffRecord = noFailures;
  private uids = 0;

  constructor(spec: Partial<JobSpec>) {
    const template = {
      metadata: { labels: { job: 'j' } },
      spec: { containers: [{ name: 'c' }], restartPolicy: 'Never' as const },
    };
    this.job = {
      metadata: { name: 'j', namespace: 'default', uid: 'j' },
      spec: { parallelism: 2, completions: 3, backoffLimit: 2, template, ...spec },
    };
  }

  step(): JobPlan {
    const plan = planJob({ job: this.job, pods: this.pods, backoff: this.backoff, nowMs: this.nowMs });
    this.backoff = plan.backoff;
    const leaving = new Set([...plan.remove, ...plan.stop]);
    const released = new Set([...plan.remove, ...plan.release]);
    this.pods = this.pods.flatMap((pod) => {
      const freed: Pod = released.has(pod) ? { ...pod, metadata: { ...pod.metadata, finalizers: [] } } : pod;
      return leaving.has(pod) && !hasTrackingFinalizer(freed) ? [] : [freed];
    });
    for (const pod of plan.create) {
      const uid = `p${this.uids++}`;
      const creationTimestamp = formatTime(this.nowMs);
      this.pods.push({
        ...pod,
        metadata: { ...pod.metadata, uid, name: uid, creationTimestamp },
        status: { phase: 'Running' },
      });
    }
    this.events.push(...plan.events.map(({ reason }) => reason));
    const written = { ...this.job, status: plan.status };
    assert.deepEqual(validateJobStatus(written, this.job), []);
    this.job = written;
    return plan;
  }

  run(): void {
    for (let i = 0; i < 20; i++) {
      const before = this.job.status;
      this.step();
      if (isFinished(this.job) || equalTrees(before, this.job.status)) return;
    }
    assert.fail('the job does not come to rest');
  }

  /** The first active pod (of the index) ends. */
  end(phase: 'Succeeded' | 'Failed', index?: number, exitCode = phase === 'Failed' ? 1 : 0): void {
    const pod = this.active.find((each) => index === undefined || indexOf(each) === index);
    assert.ok(pod, 'no active pod');
    const terminated = { exitCode, finishedAt: formatTime(this.nowMs) };
    const container = { name: 'c', ready: false, restartCount: 0, image: '', imageID: '', state: { terminated } };
    const ended = { ...pod, status: { phase, containerStatuses: [container] } };
    this.pods = this.pods.map((each) => (each === pod ? ended : each));
  }

  get active(): Pod[] {
    return this.pods.filter(({ status }) => status?.phase === 'Running');
  }

  get conditions(): string {
    return (this.job.status?.conditions ?? [])
      .map(({ type, status, reason }) => `${type}=${status} ${reason}`)
      .join('; ');
  }
}

test('a job runs to completion within its parallelism, and counts every pod once', () => {
  const world = new World({});
  world.run();
  assert.equal(world.active.length, 2);
  world.end('Succeeded');
  world.end('Succeeded');
  world.run();
  assert.deepEqual([world.active.length, world.job.status?.succeeded], [1, 2]);
  world.end('Succeeded');
  world.run();
  assert.ok(isFinished(world.job));
  assert.equal(world.conditions, 'SuccessCriteriaMet=True CompletionsReached; Complete=True CompletionsReached');
  assert.deepEqual(world.job.status && { ...world.job.status, conditions: undefined }, {
    conditions: undefined,
    startTime: '2026-01-01T12:00:00Z',
    completionTime: '2026-01-01T12:00:00Z',
    active: undefined,
    succeeded: 3,
    failed: undefined,
    terminating: 0,
    completedIndexes: undefined,
    failedIndexes: undefined,
    uncountedTerminatedPods: {},
    ready: 0,
  });
  assert.deepEqual(world.events, ['Completed']);
  assert.ok(!world.pods.some(hasTrackingFinalizer));
});

test('a job whose clock was set back after its start completes, not before it began', () => {
  const world = new World({ completions: 1, parallelism: 1 });
  world.run();
  world.nowMs -= 3_600_000;
  world.end('Succeeded');
  world.run();
  assert.ok(isFinished(world.job));
  assert.equal(world.job.status?.completionTime, '2026-01-01T12:00:00Z');
});

test('a pod that ended is uncounted in the status before its finalizer goes, and counted after', () => {
  const world = new World({ completions: 1, parallelism: 1 });
  world.run();
  world.end('Succeeded');
  const uid = world.pods[0]?.metadata?.uid;
  const first = world.step();
  assert.deepEqual(first.status.uncountedTerminatedPods, { succeeded: [uid] });
  assert.deepEqual([first.release.length, first.status.succeeded], [1, undefined]);
  const second = world.step();
  assert.deepEqual([second.status.uncountedTerminatedPods, second.status.succeeded], [{}, 1]);
});

test('failures wait for their back-off, and too many end the job', () => {
  const world = new World({ completions: 1, parallelism: 1 });
  world.run();
  for (const [failures, waitMs] of [
    [1, 10_000],
    [2, 20_000],
  ] as const) {
    world.end('Failed');
    world.run();
    assert.equal(world.active.length, 0);
    assert.equal(world.step().requeueAfterMs, waitMs);
    world.nowMs += waitMs;
    world.run();
    assert.deepEqual([world.active.length, world.job.status?.failed], [1, failures]);
  }
  world.end('Failed');
  world.run();
  assert.equal(world.conditions, 'FailureTarget=True BackoffLimitExceeded; Failed=True BackoffLimitExceeded');
  assert.equal(world.job.status?.failed, 3);
  assert.deepEqual(world.events, ['BackoffLimitExceeded']);
});

test('a deadline stops active pods, which count as failed', () => {
  const world = new World({ activeDeadlineSeconds: 60 });
  world.run();
  world.nowMs += 60_000;
  world.run();
  assert.match(world.conditions, /Failed=True DeadlineExceeded/);
  assert.deepEqual([world.active.length, world.job.status?.failed], [0, 2]);
});

test('suspend removes active pods without counting them; resume starts anew', () => {
  const world = new World({});
  world.run();
  assert.ok(world.job.spec);
  world.job = { ...world.job, spec: { ...world.job.spec, suspend: true } };
  world.run();
  assert.deepEqual(
    [world.active.length, world.job.status?.failed, world.job.status?.startTime],
    [0, undefined, undefined],
  );
  assert.equal(world.conditions, 'Suspended=True JobSuspended');
  world.nowMs += 5000;
  world.job = { ...world.job, spec: { ...world.job.spec, template: world.job.spec?.template ?? {}, suspend: false } };
  world.run();
  assert.deepEqual([world.active.length, world.job.status?.startTime], [2, '2026-01-01T12:00:05Z']);
  assert.deepEqual(world.events, ['Suspended', 'Resumed']);
});

test('Indexed: every index once, with its name, label and variable', () => {
  const world = new World({ completionMode: 'Indexed' });
  world.run();
  const pod = world.pods[1];
  assert.deepEqual([pod?.metadata?.generateName, pod?.spec?.hostname], ['j-1-', 'j-1']);
  assert.equal(pod?.spec?.containers[0]?.env?.[0]?.name, 'JOB_COMPLETION_INDEX');
  world.end('Succeeded', 1);
  world.run();
  assert.deepEqual(world.active.map(indexOf), [0, 2]);
  world.end('Succeeded', 0);
  world.end('Succeeded', 2);
  world.run();
  assert.deepEqual([world.job.status?.completedIndexes, world.job.status?.succeeded], ['0-2', 3]);
  assert.ok(isFinished(world.job));
});

test('Indexed with back-off per index: an index fails alone', () => {
  const world = new World({ completionMode: 'Indexed', backoffLimitPerIndex: 0, backoffLimit: 100 });
  world.run();
  world.end('Failed', 0);
  world.run();
  assert.equal(world.job.status?.failedIndexes, '0');
  world.end('Succeeded', 1);
  world.run();
  world.end('Succeeded', 2);
  world.run();
  assert.match(world.conditions, /Failed=True FailedIndexes/);
});

test('a success policy ends the job early', () => {
  const world = new World({ completionMode: 'Indexed', successPolicy: { rules: [{ succeededIndexes: '0' }] } });
  world.run();
  world.end('Succeeded', 0);
  world.run();
  assert.match(world.conditions, /SuccessCriteriaMet=True SuccessPolicy; Complete=True SuccessPolicy/);
  assert.equal(world.active.length, 0);
});

test('a failure policy ignores, or fails the job', () => {
  const rules = [
    { action: 'Ignore' as const, onExitCodes: { operator: 'In' as const, values: [7] } },
    { action: 'FailJob' as const, onExitCodes: { operator: 'In' as const, values: [42] } },
  ];
  const world = new World({ completions: 1, parallelism: 1, backoffLimit: 0, podFailurePolicy: { rules } });
  world.run();
  world.end('Failed', undefined, 7);
  world.run();
  world.nowMs += 10_000;
  world.run();
  assert.deepEqual([world.active.length, world.job.status?.failed], [1, undefined]);
  world.end('Failed', undefined, 42);
  world.run();
  const message = world.job.status?.conditions?.[0]?.message;
  assert.equal(message, 'Container c for pod default/p1 failed with exit code 42 matching FailJob rule at index 1');
});
