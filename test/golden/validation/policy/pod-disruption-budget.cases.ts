import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, store, patchStatus, metadata, patch } = caseBuilders(
  'policy/v1/namespaces/NAMESPACE/poddisruptionbudgets',
  {
    metadata: { name: 'a' },
    spec: { minAvailable: 1 },
  },
);

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('full', {
    spec: { maxUnavailable: '50%', selector: { matchLabels: { a: 'b' } }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
  }),
  create('minimal', { spec: {} }),
  create('negative part', { spec: { maxUnavailable: '-5%' } }),
  create('negative unavailable', { spec: { maxUnavailable: -5 } }),
  create('empty selector', { spec: { selector: {} } }),
  spec('selector labels', { selector: { matchLabels: { 'a b': 'c d' } } }),
  create('valid'),
  spec('both', { maxUnavailable: 1 }),
  spec('negative', { minAvailable: -1 }),
  spec('too much', { minAvailable: '101%' }),
  spec('text', { minAvailable: 'x' }),
  spec('eviction policy', { unhealthyPodEvictionPolicy: 'Never' }),
  spec('selector', { selector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } }),
  store(),
  patchStatus('negative status', { disruptionsAllowed: -1, currentHealthy: -1, desiredHealthy: -1, expectedPods: -1 }),
  patchStatus('conditions', {
    conditions: [
      { type: 'a b', status: 'Maybe', reason: 'a b', observedGeneration: -1 },
      { type: 'A', status: 'True', reason: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
      { type: 'A', status: 'True', reason: 'B', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  }),
  patch('spec may change', { spec: { minAvailable: '10%', selector: { matchLabels: { a: 'b' } } } }),
  patch('spec becomes bad', { spec: { minAvailable: '1000%' } }),
  patchStatus('status', {
    disruptionsAllowed: 1,
    currentHealthy: 2,
    desiredHealthy: 1,
    expectedPods: 2,
    observedGeneration: 1,
    disruptedPods: { p: '2026-01-01T00:00:00Z' },
  }),
];
