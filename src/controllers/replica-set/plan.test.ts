import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { planReplicas, replicaStatus } from './plan.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');

function pods(count: number, readySince?: string): Pod[] {
  return Array.from({ length: count }, (_, index) => ({
    metadata: { name: `p${index}`, uid: `u${index}`, labels: { app: 'web' } },
    spec: { containers: [] },
    status: {
      phase: 'Running',
      conditions: readySince ? [{ type: 'Ready', status: 'True', lastTransitionTime: readySince }] : [],
    },
  }));
}

const sizes: readonly (readonly [name: string, desired: number, active: number, create: number, remove: number])[] = [
  ['as many as wanted', 3, 3, 0, 0],
  ['too few', 3, 1, 2, 0],
  ['too many', 1, 3, 0, 2],
  ['a burst creates 500 at most', 1200, 0, 500, 0],
  ['a burst deletes 500 at most', 0, 700, 0, 500],
];

for (const [name, desired, active, create, remove] of sizes) {
  test(`planReplicas: ${name}`, () => {
    const plan = planReplicas(desired, pods(active), () => [], nowMs);
    assert.deepEqual([plan.create, plan.delete.length], [create, remove]);
  });
}

const owner = {
  metadata: { name: 'web', generation: 4 },
  spec: { replicas: 3, minReadySeconds: 10, template: { metadata: { labels: { app: 'web' } } } },
};

test('replicaStatus counts ready and available apart', () => {
  const active = [...pods(1, '2026-01-01T11:59:55Z'), ...pods(1, '2026-01-01T11:00:00Z'), ...pods(1)];
  assert.deepEqual(replicaStatus(owner, active, 2, undefined, nowMs), {
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 2,
    availableReplicas: 1,
    terminatingReplicas: 2,
    observedGeneration: 4,
    conditions: undefined,
  });
});

test('replicaStatus: ReplicaFailure keeps its first message and goes with the first success', () => {
  const failed = replicaStatus(owner, [], undefined, { error: new Error('quota') }, nowMs);
  assert.deepEqual(failed.conditions, [
    {
      type: 'ReplicaFailure',
      status: 'True',
      lastTransitionTime: '2026-01-01T12:00:00Z',
      reason: 'FailedCreate',
      message: 'quota',
    },
  ]);
  const again = replicaStatus({ ...owner, status: failed }, [], undefined, { error: new Error('other') }, nowMs + 5000);
  assert.deepEqual(again.conditions, failed.conditions);
  assert.equal(replicaStatus({ ...owner, status: failed }, [], undefined, undefined, nowMs).conditions, undefined);
});
