import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from '#base/metrics.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { assignedPodDelete, forceActivate, nodeAdd, nodeDelete } from '../framework/cluster-event.ts';
import type { Framework } from '../framework/framework.ts';
import { createBench, ManualClock, makeNode, makePod, podInfo } from '../testing/fixtures.ts';
import { QueueMetrics } from './metrics.ts';
import { Nominator } from './nominator.ts';
import type { QueuedPod } from './queued-pod.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

const none: ReadonlySet<string> = new Set();
const byResources: ReadonlySet<string> = new Set(['NodeResourcesFit']);

function newQueue(registry?: MetricsRegistry) {
  const clock = new ManualClock();
  clock.advance(1_000_000);
  const { profile } = createBench();
  const profiles = new Map<string, Framework>([['default-scheduler', profile]]);
  const backoff = { initialMs: 1000, maxMs: 10_000 };
  const queue = new SchedulingQueue(
    {
      clock,
      nominator: new Nominator(),
      backoff,
      maxUnschedulableMs: 300_000,
      metrics: registry && new QueueMetrics(registry, clock),
    },
    profiles,
  );
  return { clock, queue };
}

const pending = (name: string, spec: Partial<NonNullable<Pod['spec']>> = {}) =>
  podInfo(
    makePod(name, {
      schedulerName: 'default-scheduler',
      containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }],
      ...spec,
    }),
  );

const room = { cpu: '4', memory: '8Gi', pods: '110' };

function popName(queue: SchedulingQueue): string | undefined {
  return queue.pop()?.info.name;
}

/** Tries a pod and rejects it for want of resources. */
function rejectNext(queue: SchedulingQueue, plugins = byResources): QueuedPod {
  const pod = queue.pop();
  assert.ok(pod);
  queue.rejected(pod, pod.info, plugins, none);
  return pod;
}

test('pods come by priority, then in the order in which they were added', () => {
  const { clock, queue } = newQueue();
  for (const [name, priority] of [
    ['a', 0],
    ['b', 10],
    ['c', 0],
    ['d', 10],
  ] as const) {
    queue.add(pending(name, { priority }));
    clock.advance(1);
  }
  assert.deepEqual(
    [0, 1, 2, 3, 4].map(() => popName(queue)),
    ['b', 'd', 'a', 'c', undefined],
  );
});

test('a rejected pod waits for an event that helps, and then for its back-off', () => {
  const { clock, queue } = newQueue();
  queue.add(pending('p'));
  rejectNext(queue);
  assert.deepEqual(queue.counts, { active: 0, backoff: 0, unschedulable: 1 });
  queue.moveAll(nodeAdd, undefined, makeNode('tiny', { cpu: '500m', memory: '1Gi', pods: '10' }));
  queue.moveAll(nodeDelete, makeNode('n', room), undefined);
  assert.equal(queue.counts.unschedulable, 1, 'events that do not help');
  // Something else to do, so that the pod is not taken out of its back-off early.
  queue.add(pending('busy', { priority: 100 }));
  queue.moveAll(nodeAdd, undefined, makeNode('n', room));
  assert.deepEqual(queue.counts, { active: 1, backoff: 1, unschedulable: 0 });
  clock.advance(2000);
  assert.deepEqual(queue.counts, { active: 2, backoff: 0, unschedulable: 0 });
  assert.deepEqual([popName(queue), popName(queue)], ['busy', 'p']);
});

test('with nothing else to do a pod is tried before its back-off is over', () => {
  const { queue } = newQueue();
  queue.add(pending('p'));
  rejectNext(queue);
  queue.moveAll(nodeAdd, undefined, makeNode('n', room));
  assert.equal(queue.counts.backoff, 1);
  assert.equal(popName(queue), 'p');
});

test('the back-off doubles from one second to ten; errors count by themselves and are waited out', () => {
  const { clock, queue } = newQueue();
  queue.add(pending('p'));
  const waits: number[] = [];
  for (let i = 0; i < 6; i++) {
    const pod = queue.pop();
    assert.ok(pod);
    queue.rejected(pod, pod.info, none, none);
    assert.equal(queue.pop(), undefined, 'an error is not retried early');
    let waited = 0;
    while (queue.counts.active === 0) {
      clock.advance(1000);
      waited += 1000;
    }
    waits.push(waited - 1000);
  }
  // Upstream's windows of one second add up to one second.
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('events during an attempt count when the pod comes back rejected', () => {
  const { queue } = newQueue();
  queue.add(pending('p'));
  const pod = queue.pop();
  assert.ok(pod);
  queue.moveAll(nodeAdd, undefined, makeNode('n', room));
  queue.rejected(pod, pod.info, byResources, none);
  assert.equal(queue.counts.backoff, 1);
  // Those before the attempt do not.
  assert.equal(queue.pop(), pod);
  queue.rejected(pod, pod.info, byResources, none);
  assert.equal(queue.counts.unschedulable, 1);
});

test('a plugin that the pod waits for brings it back without back-off', () => {
  const { queue } = newQueue();
  queue.add(pending('p'));
  const pod = queue.pop();
  assert.ok(pod);
  queue.rejected(pod, pod.info, none, byResources);
  queue.moveAll(nodeAdd, undefined, makeNode('n', room));
  assert.equal(queue.counts.active, 1);
});

test('a gated pod is not tried until its gates are gone', () => {
  const { queue } = newQueue();
  const gated = makePod('p', { schedulerName: 'default-scheduler', schedulingGates: [{ name: 'example.com/g' }] });
  queue.add(podInfo(gated));
  assert.deepEqual(queue.counts, { active: 0, backoff: 0, unschedulable: 1 });
  queue.moveAll(nodeAdd, undefined, makeNode('n', room));
  queue.moveAll(forceActivate, undefined, undefined);
  assert.equal(queue.pop(), undefined);
  const free = { ...gated, spec: { containers: [], ...gated.spec, schedulingGates: [] } };
  queue.update(gated, podInfo(free));
  assert.equal(popName(queue), 'p');
});

test('after five minutes a pod is tried although no hint said so', () => {
  const { clock, queue } = newQueue();
  queue.add(pending('p'));
  rejectNext(queue);
  clock.advance(300_000);
  assert.equal(queue.counts.unschedulable, 1);
  clock.advance(30_000);
  assert.equal(popName(queue), 'p');
});

test('an empty queue keeps no timer', () => {
  const { clock, queue } = newQueue();
  queue.add(pending('p'));
  rejectNext(queue);
  queue.moveAll(nodeAdd, undefined, makeNode('n', room));
  queue.delete(pending('p').uid);
  clock.advance(60_000);
  assert.deepEqual(
    [clock.pending, queue.pop(), queue.counts],
    [0, undefined, { active: 0, backoff: 0, unschedulable: 0 }],
  );
});

test('a deleted pod is not popped, wherever it was', () => {
  const { queue } = newQueue();
  for (const name of ['active', 'backoff', 'pool']) queue.add(pending(name));
  const [active, backoff, pool] = [queue.pop(), queue.pop(), queue.pop()];
  assert.ok(active && backoff && pool);
  queue.rejected(pool, pool.info, new Set(['NodePorts']), none);
  queue.rejected(backoff, backoff.info, byResources, none);
  queue.done(active.info.uid);
  queue.add(active.info);
  queue.moveAll(assignedPodDelete, makePod('gone', { nodeName: 'n' }), undefined);
  assert.deepEqual(queue.counts, { active: 1, backoff: 1, unschedulable: 1 });
  for (const { info } of [active, backoff, pool]) queue.delete(info.uid);
  assert.deepEqual([queue.pop(), queue.counts], [undefined, { active: 0, backoff: 0, unschedulable: 0 }]);
});

test('wait resolves when there is something to pop, and when the queue is closed', async () => {
  const { queue } = newQueue();
  const waited = queue.wait();
  queue.add(pending('p'));
  await waited;
  assert.equal(popName(queue), 'p');
  const closed = queue.wait();
  queue.close();
  await closed;
});

test('an update may help a rejected pod', () => {
  const { queue } = newQueue();
  const before = makePod('p', { schedulerName: 'default-scheduler' });
  queue.add(podInfo(before));
  rejectNext(queue, new Set(['TaintToleration']));
  const relabelled = { ...before, metadata: { ...before.metadata, labels: { a: 'b' } } };
  queue.update(before, podInfo(relabelled));
  assert.equal(queue.counts.unschedulable, 1);
  const tolerant = {
    ...relabelled,
    spec: { containers: [], ...before.spec, tolerations: [{ operator: 'Exists' as const }] },
  };
  queue.update(relabelled, podInfo(tolerant));
  assert.equal(popName(queue), 'p');
});

test('metrics say what brought pods where, and what hints answered', () => {
  const registry = new MetricsRegistry();
  const { clock, queue } = newQueue(registry);
  const gated = pending('gated', { schedulingGates: [{ name: 'g' }] });
  queue.add(gated);
  // It stays where it is, and comes nowhere.
  queue.moveAll(nodeAdd, undefined, makeNode('n', room));
  queue.add(pending('a'));
  rejectNext(queue);
  queue.moveAll(nodeAdd, undefined, makeNode('n', room));
  clock.advance(10_000);
  assert.equal(popName(queue), 'a');
  const lines = registry.expose().split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('scheduler_queue_incoming_pods_total')),
    [
      'scheduler_queue_incoming_pods_total{event="UnschedulablePodAdd",queue="unschedulable"} 1',
      'scheduler_queue_incoming_pods_total{event="UnschedulablePodAdd",queue="active"} 1',
      'scheduler_queue_incoming_pods_total{event="ScheduleAttemptFailure",queue="unschedulable"} 1',
      'scheduler_queue_incoming_pods_total{event="NodeAdd",queue="backoff"} 1',
      'scheduler_queue_incoming_pods_total{event="BackoffComplete",queue="active"} 1',
    ],
  );
  assert.ok(
    lines.some((line) =>
      line.startsWith(
        'scheduler_queueing_hint_execution_duration_seconds_count{event="NodeAdd",hint="Queue",plugin="NodeResourcesFit"} 1',
      ),
    ),
  );
  assert.deepEqual([...queue.rejections()], [['SchedulingGates', 'default-scheduler', 1]]);
});
