import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { store, patch, create } = caseBuilders('scheduling.k8s.io/v1/priorityclasses', {
  metadata: { name: 'golden' },
  value: 1,
});

export const cases: readonly GoldenCase[] = [
  create('valid'),
  create('too much', { value: 1_000_000_001 }),
  create('system name', { metadata: { name: 'system-x' } }),
  create('preemption policy', { preemptionPolicy: 'Sometimes' }),
  store(),
  patch('value is immutable', { value: 2 }),
  patch('preemption policy is immutable', { preemptionPolicy: 'Never' }),
  patch('description may change', { description: 'x' }),
];
