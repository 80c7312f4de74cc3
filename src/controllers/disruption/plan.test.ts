import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { PodDisruptionBudget } from '#kinds/generated/policy-v1.ts';
import { expectedPods, planDisruption } from './plan.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');

function pods(ready: number, unready = 0): Pod[] {
  return Array.from({ length: ready + unready }, (_, index) => ({
    metadata: { name: `p${index}` },
    status: { conditions: [{ type: 'Ready', status: index < ready ? 'True' : 'False' }] },
  }));
}

const budgets: readonly (readonly [
  name: string,
  spec: NonNullable<PodDisruptionBudget['spec']>,
  pods: readonly Pod[],
  scale: number,
  expected: readonly [allowed: number, healthy: number, desired: number, pods: number],
])[] = [
  ['minAvailable', { minAvailable: 2 }, pods(3), 0, [1, 3, 2, 3]],
  ['minAvailable, one is not ready', { minAvailable: 2 }, pods(2, 1), 0, [0, 2, 2, 3]],
  ['minAvailable in percent of the scale', { minAvailable: '50%' }, pods(3), 5, [0, 3, 3, 5]],
  ['maxUnavailable', { maxUnavailable: 1 }, pods(3), 3, [1, 3, 2, 3]],
  ['maxUnavailable in percent, rounded up', { maxUnavailable: '30%' }, pods(4), 4, [2, 4, 2, 4]],
  ['maxUnavailable of everything', { maxUnavailable: 9 }, pods(2), 2, [2, 2, 0, 2]],
  ['no pods', { minAvailable: 0 }, [], 0, [0, 0, 0, 0]],
];

for (const [name, spec, of, scale, expected] of budgets) {
  test(`planDisruption: ${name}`, () => {
    const { status } = planDisruption({ spec }, of, expectedPods({ spec }, of, scale), nowMs);
    const found = [status.disruptionsAllowed, status.currentHealthy, status.desiredHealthy, status.expectedPods];
    assert.deepEqual(found, expected);
    const [condition] = status.conditions ?? [];
    assert.deepEqual(
      [condition?.status, condition?.reason],
      expected[0] > 0 ? ['True', 'SufficientPods'] : ['False', 'InsufficientPods'],
    );
  });
}

test('an evicted pod does not count until its deletion is overdue', () => {
  const spec = { minAvailable: 1 };
  const budget = {
    spec,
    status: { disruptedPods: { p0: '2026-01-01T11:59:00Z', p1: '2026-01-01T11:00:00Z', gone: '2026-01-01T11:59:00Z' } },
  };
  const plan = planDisruption(budget, pods(3), expectedPods(budget, pods(3), 0), nowMs);
  assert.deepEqual(plan.status.disruptedPods, { p0: '2026-01-01T11:59:00Z' });
  assert.deepEqual([plan.status.currentHealthy, plan.status.disruptionsAllowed], [2, 1]);
  assert.deepEqual(
    plan.notDeleted.map(({ metadata }) => metadata?.name),
    ['p1'],
  );
  assert.equal(plan.requeueAfterMs, 60_001);
});
