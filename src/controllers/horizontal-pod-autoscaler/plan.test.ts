import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HorizontalPodAutoscalerSpec } from '#kinds/generated/autoscaling-v2.ts';
import { withFindings } from './conditions.ts';
import type { MetricOutcome } from './metric-replicas.ts';
import { judge, planCourse, planResize, tolerancesOf } from './plan.ts';
import { newHistory } from './scaling-history.ts';
import { TargetSelectors } from './selectors.ts';

const spec: HorizontalPodAutoscalerSpec = {
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
  minReplicas: 2,
  maxReplicas: 5,
};
const nowMs = Date.parse('2026-01-01T12:00:00Z');

function asks(replicas: number, metric: string): MetricOutcome {
  return { type: 'proposal', replicas, metric, status: { type: 'Resource' } };
}

const fails: MetricOutcome = {
  type: 'failure',
  reason: 'FailedGetPodsMetric',
  cause: 'no',
  message: 'failed to get: no',
};

test('planCourse: bounds come before metrics, and a target without replicas is left alone', () => {
  assert.deepEqual(planCourse(spec, 6), {
    type: 'resize',
    replicas: 5,
    reason: 'Current number of replicas above Spec.MaxReplicas',
  });
  assert.deepEqual(planCourse(spec, 1), {
    type: 'resize',
    replicas: 2,
    reason: 'Current number of replicas below Spec.MinReplicas',
  });
  assert.equal(planCourse(spec, 3).type, 'measure');
  assert.deepEqual(planCourse({ ...spec, minReplicas: 0 }, 0), {
    type: 'disabled',
    finding: {
      type: 'ScalingActive',
      status: 'False',
      reason: 'ScalingDisabled',
      message: 'scaling is disabled since the replica count of the target is zero',
    },
  });
});

test('judge: most replicas win', () => {
  const verdict = judge([asks(3, 'a'), asks(4, 'b'), asks(4, 'c')], 2);
  assert.deepEqual(verdict.proposal, { replicas: 4, metric: 'b' });
  assert.equal(verdict.finding.message, 'the HPA was able to successfully calculate a replica count from b');
  assert.equal(verdict.error, undefined);
});

test('judge: with a metric that failed it goes up, never down', () => {
  const error = 'invalid metrics (1 invalid out of 2), first error is: failed to get: no';
  const up = judge([fails, asks(4, 'b')], 3);
  assert.deepEqual([up.proposal, up.error], [{ replicas: 4, metric: 'b' }, error]);
  const down = judge([fails, asks(2, 'b')], 3);
  assert.deepEqual([down.proposal, down.error], [undefined, error]);
  assert.deepEqual(down.finding, {
    type: 'ScalingActive',
    status: 'False',
    reason: 'FailedGetPodsMetric',
    message: 'the HPA was unable to compute the replica count: no',
  });
  assert.deepEqual(down.statuses, [{ type: '' }, { type: 'Resource' }]);
});

test('planResize says why', () => {
  const plan = (replicas: number) => planResize(spec, 3, { replicas, metric: 'cpu' }, newHistory(3, nowMs), nowMs);
  assert.equal(plan(4).reason, 'cpu above target');
  assert.equal(plan(2).reason, 'All metrics below target');
  // The size that was found first is a recommendation too.
  assert.equal(plan(2).replicas, 3);
});

test('tolerancesOf: a tenth, or what the behavior says', () => {
  assert.deepEqual(tolerancesOf(spec), { up: 0.1, down: 0.1 });
  const behavior = { scaleUp: { tolerance: '50m' }, scaleDown: { tolerance: '0' } };
  assert.deepEqual(tolerancesOf({ ...spec, behavior }), { up: 0.05, down: 0 });
});

test('withFindings: a condition keeps its place, and its time while its status stays', () => {
  const able = (status: 'True' | 'False', reason: string) =>
    ({ type: 'AbleToScale', status, reason, message: reason }) as const;
  const first = withFindings([], [able('True', 'a')], nowMs);
  const active = { type: 'ScalingActive', status: 'False', reason: 'x', message: 'y' } as const;
  const second = withFindings(first, [able('True', 'b'), active], nowMs + 60_000);
  assert.deepEqual(second, [
    { ...able('True', 'b'), lastTransitionTime: '2026-01-01T12:00:00Z' },
    { ...active, lastTransitionTime: '2026-01-01T12:01:00Z' },
  ]);
  assert.equal(
    withFindings(second, [able('False', 'c')], nowMs + 120_000)[0]?.lastTransitionTime,
    '2026-01-01T12:02:00Z',
  );
});

test('TargetSelectors: pods of two autoscalers belong to neither', () => {
  const selectors = new TargetSelectors();
  for (const key of ['default/a', 'default/b', 'other/c']) selectors.add(key);
  const pods = [{ metadata: { name: 'p', labels: { app: 'web', tier: 'front' } } }, { metadata: { name: 'q' } }];
  const first = selectors.select('default/a', 'app=web', pods);
  assert.equal(first.type === 'pods' && first.pods.length, 1);
  assert.equal(selectors.select('other/c', 'app=web', pods).type, 'pods');
  const second = selectors.select('default/b', 'tier=front', pods);
  assert.deepEqual(second.type === 'invalid' && [second.event, second.message], [
    'AmbiguousSelector',
    'pods by selector tier=front are controlled by multiple HPAs: [{a default} {b default}]',
  ]);
  selectors.delete('default/a');
  assert.equal(selectors.select('default/b', 'tier=front', pods).type, 'pods');
  const missing = selectors.select('default/b', '', pods);
  assert.deepEqual(missing.type === 'invalid' && [missing.event, missing.finding.message], [
    'SelectorRequired',
    "the HPA target's scale is missing a selector",
  ]);
  const broken = selectors.select('default/b', 'a in', pods);
  assert.equal(broken.type === 'invalid' && broken.finding.reason, 'InvalidSelector');
});
