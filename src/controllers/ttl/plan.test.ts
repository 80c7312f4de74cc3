import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ttlStep, ttlSteps } from './plan.ts';

test('ttlStep: the time grows with the cluster, and back only beyond the overlap', () => {
  const seconds: (number | undefined)[] = [];
  let step = 0;
  for (const nodes of [0, 100, 101, 91, 90, 89, 501, 460, 449, 1001, 2001, 1800, 1799, 5000, 3]) {
    step = ttlStep(step, nodes);
    seconds.push(ttlSteps[step]?.seconds);
  }
  assert.deepEqual(seconds, [0, 0, 15, 15, 15, 0, 30, 30, 15, 60, 300, 300, 60, 300, 0]);
});
