import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, store, patchStatus } = caseBuilders('policy/v1/namespaces/NAMESPACE/poddisruptionbudgets', {
  metadata: { name: 'a' },
  spec: { minAvailable: 1 },
});

export const cases: readonly GoldenCase[] = [
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
];
