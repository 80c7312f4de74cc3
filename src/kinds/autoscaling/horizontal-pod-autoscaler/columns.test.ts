import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from '#kinds/generated/autoscaling-v2.ts';
import { HorizontalPodAutoscalers } from './definition.ts';

const external = (name: string, target: object): MetricSpec => ({
  type: 'External',
  external: { metric: { name }, target: { type: 'Value', ...target } },
});
const cpu: MetricSpec = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
};
const memory: MetricSpec = {
  type: 'ContainerResource',
  containerResource: { name: 'memory', container: 'c', target: { type: 'AverageValue', averageValue: '5Mi' } },
};

const cases: readonly (readonly [metrics: readonly MetricSpec[], statuses: readonly MetricStatus[], string])[] = [
  [[], [], '<none>'],
  [[cpu], [], 'cpu: <unknown>/50%'],
  [
    [cpu, memory],
    [
      { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 7, averageValue: '14m' } } },
      {
        type: 'ContainerResource',
        containerResource: { name: 'memory', container: 'c', current: { averageValue: '4Mi' } },
      },
    ],
    'cpu: 7%/50%, memory: 4Mi/5Mi',
  ],
  // A status belongs to the metric at its place, empty or not.
  [
    [external('a', { averageValue: '5' }), external('b', { value: '6' }), cpu, memory],
    [{ type: '' }, { type: 'External', external: { metric: { name: 'b' }, current: { value: '9' } } }],
    '<unknown>/5 (avg), 9/6 + 2 more...',
  ],
];

for (const [metrics, currentMetrics, expected] of cases) {
  test(`the column Targets: ${expected}`, () => {
    const column = HorizontalPodAutoscalers.columns?.find(({ name }) => name === 'Targets');
    const scaleTargetRef = { kind: 'Deployment', name: 'web' };
    const object: HorizontalPodAutoscaler = {
      spec: { scaleTargetRef, maxReplicas: 1, metrics },
      status: { desiredReplicas: 0, currentMetrics },
    };
    assert.equal(column?.cell(object, Date.now()), expected);
  });
}
