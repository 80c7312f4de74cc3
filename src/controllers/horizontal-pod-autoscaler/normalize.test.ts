/** Figures of upstream's horizontal_test.go: TestConvertDesiredReplicasWithRules, TestNormalizeDesiredReplicas*, TestScalingWithRules. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HPAScalingPolicy, HPAScalingRules } from '#kinds/generated/autoscaling-v2.ts';
import { normalize } from './normalize.ts';
import { type ScalingHistory, withScaleEvent } from './scaling-history.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const none: ScalingHistory = { recommendations: [], ups: [], downs: [] };

/** Recommendations of so many minutes ago. */
function recommended(...list: readonly (readonly [replicas: number, minutesAgo: number])[]): ScalingHistory {
  return {
    ...none,
    recommendations: list.map(([replicas, minutes]) => ({ replicas, atMs: nowMs - minutes * 60_000 })),
  };
}

/** Changes spread evenly over the last two minutes. */
function changes(list: readonly number[]): ScalingHistory['ups'] {
  return list.map((change, index) => ({ change, atMs: nowMs - ((index + 0.5) / list.length) * 120_000 }));
}

const plain: readonly (readonly [
  name: string,
  sizes: readonly [current: number, desired: number, min: number, max: number],
  expected: readonly [replicas: number, reason: string],
])[] = [
  ['within range', [5, 7, 3, 8], [7, 'DesiredWithinRange']],
  ['too few', [3, 1, 2, 8], [2, 'TooFewReplicas']],
  ['nothing is within range', [1, 0, 0, 10], [0, 'DesiredWithinRange']],
  ['the maximum', [20, 1000, 1, 10], [10, 'TooManyReplicas']],
  ['twice as many', [3, 1000, 1, 2000], [6, 'ScaleUpLimit']],
  ['four at least', [1, 1000, 1, 2000], [4, 'ScaleUpLimit']],
];

for (const [name, [current, desired, min, max], expected] of plain) {
  test(`normalize without behavior: ${name}`, () => {
    const { replicas, findings } = normalize({ current, desired, min, max }, undefined, none, nowMs);
    assert.deepEqual([replicas, findings[1]?.reason], expected);
    assert.equal(findings[1]?.status, replicas === desired ? 'False' : 'True');
  });
}

const windows: readonly (readonly [string, ScalingHistory, number, replicas: number, kept: number])[] = [
  ['an empty history', none, 5, 5, 1],
  ['the highest of the window', recommended([4, 2], [5, 1]), 3, 5, 3],
  ['lower ones', recommended([1, 2], [2, 1]), 3, 3, 3],
  ['old ones', recommended([10, 10], [9, 9]), 3, 3, 2],
  ['old and new ones', recommended([10, 10], [4, 1], [5, 2], [9, 9]), 3, 5, 4],
];

for (const [name, history, desired, expected, kept] of windows) {
  test(`normalize steadies without behavior: ${name}`, () => {
    const found = normalize({ current: 10, desired, min: 1, max: 100 }, undefined, history, nowMs);
    assert.equal(found.replicas, expected);
    assert.equal(found.history.recommendations.length, kept);
    assert.equal(found.findings[0]?.reason, expected === desired ? 'ReadyForNewScale' : 'ScaleDownStabilized');
  });
}

const steadied: readonly (readonly [
  name: string,
  history: ScalingHistory,
  current: number,
  desired: number,
  up: number,
  down: number,
  expected: number,
  kept?: readonly number[],
])[] = [
  ['nothing known, down', none, 100, 5, 0, 0, 5, [5]],
  ['down', recommended([4, 2], [5, 1]), 100, 3, 0, 180, 5, [4, 5, 3]],
  ['up', recommended([4, 2], [5, 1]), 1, 7, 300, 0, 4, [4, 5, 7]],
  ['down without a window', recommended([1, 2], [2, 1]), 100, 3, 300, 0, 3, [1, 2, 3]],
  ['up without a window', recommended([4, 2], [5, 1]), 1, 3, 0, 300, 3, [4, 5, 3]],
  ['an old one is replaced', recommended([10, 10], [9, 9]), 100, 3, 0, 0, 3, [10, 3]],
  ['down, one of the old is replaced', recommended([10, 10], [4, 1], [5, 2], [9, 9]), 100, 3, 0, 180, 5, [10, 4, 5, 3]],
  ['up, the old one is replaced', recommended([10, 100], [6, 1], [5, 2], [9, 3]), 1, 100, 300, 0, 5, [100, 6, 5, 9]],
  ['no way up when it goes down', recommended([2, 100], [3, 3]), 2, 1, 300, 300, 2],
  ['no way down when it goes up', recommended([2, 100], [1, 3]), 2, 3, 300, 300, 2],
];

for (const [name, history, current, desired, up, down, expected, kept] of steadied) {
  test(`normalize steadies by behavior: ${name}`, () => {
    const policies = [{ type: 'Pods', value: 1000, periodSeconds: 1 }];
    const behavior = {
      scaleUp: { stabilizationWindowSeconds: up, policies },
      scaleDown: { stabilizationWindowSeconds: down, policies },
    };
    const found = normalize({ current, desired, min: 1, max: 1000 }, behavior, history, nowMs);
    assert.equal(found.replicas, expected);
    if (kept) {
      assert.deepEqual(
        found.history.recommendations.map(({ replicas }) => replicas),
        kept,
      );
    }
    const stabilized = desired >= current ? 'ScaleUpStabilized' : 'ScaleDownStabilized';
    assert.equal(found.findings[0]?.reason, expected === desired ? 'ReadyForNewScale' : stabilized);
  });
}

function rules(
  pods: number,
  podsPeriod: number,
  percent: number,
  percentPeriod: number,
  selectPolicy = 'Max',
): HPAScalingRules {
  const policies: HPAScalingPolicy[] = [];
  if (pods > 0) policies.push({ type: 'Pods', value: pods, periodSeconds: podsPeriod });
  if (percent > 0) policies.push({ type: 'Percent', value: percent, periodSeconds: percentPeriod });
  return { stabilizationWindowSeconds: 0, selectPolicy, policies };
}

const limits: readonly (readonly [
  name: string,
  rules: HPAScalingRules,
  sizes: readonly [current: number, desired: number, min: number, max: number],
  expected: readonly [replicas: number, reason: string],
  ups?: readonly number[],
  downs?: readonly number[],
])[] = [
  ['up by percent, rounded up', rules(0, 0, 1, 60), [3, 1000, 1, 2000], [4, 'ScaleUpLimit']],
  ['up to the maximum', rules(0, 0, 10_000, 60), [100, 1000, 100, 150], [150, 'TooManyReplicas']],
  ['down by pods', rules(20, 60, 0, 0), [1000, 3, 3, 2000], [980, 'ScaleDownLimit']],
  ['up by pods', rules(30, 60, 0, 0), [10, 50, 1, 1000], [40, 'ScaleUpLimit']],
  ['up by percent', rules(0, 0, 200, 60), [10, 50, 1, 1000], [30, 'ScaleUpLimit']],
  ['up by much', rules(100, 60, 0, 0), [10, 50, 1, 1000], [50, 'DesiredWithinRange']],
  ['down by pods, more than percent', rules(20, 60, 1, 60), [100, 2, 1, 1000], [80, 'ScaleDownLimit']],
  ['down by the smaller', rules(20, 60, 1, 60, 'Min'), [100, 2, 1, 1000], [99, 'ScaleDownLimit']],
  ['down to the minimum', rules(0, 0, 100, 60), [10, 2, 5, 1000], [5, 'TooFewReplicas']],
  ['down by percent', rules(0, 0, 50, 60), [10, 5, 1, 1000], [5, 'DesiredWithinRange']],
  ['up disabled', rules(9, 60, 0, 0, 'Disabled'), [10, 20, 1, 1000], [10, 'ScaleUpLimit']],
  ['down disabled', rules(9, 60, 0, 0, 'Disabled'), [10, 2, 1, 1000], [10, 'ScaleDownLimit']],
  ['up, after ups, to the maximum', rules(300, 60, 0, 0), [100, 500, 1, 200], [200, 'TooManyReplicas'], [1, 5, 9]],
  ['up, after more than allowed', rules(5, 120, 0, 0), [100, 500, 1, 1000], [100, 'ScaleUpLimit'], [1, 5, 9]],
  ['up by pods, after ups', rules(150, 120, 0, 0), [100, 500, 1, 1000], [235, 'ScaleUpLimit'], [1, 5, 9]],
  ['up by percent, after ups', rules(0, 0, 200, 120), [100, 500, 1, 1000], [255, 'ScaleUpLimit'], [1, 5, 9]],
  ['up, after both', rules(0, 0, 300, 300), [6, 24, 1, 1000], [16, 'ScaleUpLimit'], [4], [2]],
  ['down, after more than allowed', rules(5, 120, 0, 0), [100, 2, 1, 1000], [100, 'ScaleDownLimit'], [], [1, 5, 9]],
  ['down by percent, after downs', rules(0, 0, 50, 120), [100, 0, 1, 1000], [56, 'ScaleDownLimit'], [], [2, 4, 6]],
  ['down, after both', rules(0, 0, 50, 180), [10, 1, 1, 1000], [6, 'ScaleDownLimit'], [2], [4]],
  ['down, below nothing', rules(0, 0, 1000, 120), [10, 5, 1, 1000], [5, 'DesiredWithinRange'], [], [10, 10, 10]],
];

for (const [name, scaling, [current, desired, min, max], expected, ups = [], downs = []] of limits) {
  test(`normalize limits by behavior: ${name}`, () => {
    const history = { ...none, ups: changes(ups), downs: changes(downs) };
    const behavior = { scaleUp: scaling, scaleDown: scaling };
    const { replicas, findings } = normalize({ current, desired, min, max }, behavior, history, nowMs);
    assert.deepEqual([replicas, findings[1]?.reason], expected);
  });
}

test('without a window of its own scaling down looks back over five minutes', () => {
  const policies = [{ type: 'Percent', value: 100, periodSeconds: 15 }];
  const behavior = { scaleUp: { stabilizationWindowSeconds: 0, policies }, scaleDown: { policies } };
  const at = (minutes: number) =>
    normalize({ current: 9, desired: 2, min: 1, max: 10 }, behavior, recommended([7, minutes]), nowMs).replicas;
  assert.deepEqual([at(4), at(6)], [7, 2]);
});

test('changes are kept for as long as the longest policy looks back', () => {
  const behavior = { scaleUp: rules(1, 60, 1, 120), scaleDown: rules(1, 60, 0, 0) };
  let history = withScaleEvent(none, behavior, 1, 3, nowMs);
  history = withScaleEvent(history, behavior, 3, 2, nowMs + 1000);
  history = withScaleEvent(history, behavior, 2, 6, nowMs + 121_000);
  assert.deepEqual(history.ups, [{ change: 4, atMs: nowMs + 121_000 }]);
  assert.deepEqual(history.downs, [{ change: 1, atMs: nowMs + 1000 }]);
  assert.equal(withScaleEvent(none, undefined, 1, 3, nowMs), none);
});
