import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { store, patch, create, metadata } = caseBuilders('scheduling.k8s.io/v1/priorityclasses', {
  metadata: { name: 'golden' },
  value: 1,
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('full', { description: 'x', globalDefault: true, preemptionPolicy: 'Never' }),
  create('value that is no number', { value: 'x' }),
  create('value beyond 32 bits', { value: 3_000_000_000 }),
  create('negative value', { value: -2_147_483_648 }),
  create('no value', { value: undefined }),
  create('valid'),
  create('too much', { value: 1_000_000_001 }),
  create('system name', { metadata: { name: 'system-x' } }),
  create('preemption policy', { preemptionPolicy: 'Sometimes' }),
  store(),
  patch('value is immutable', { value: 2 }),
  patch('preemption policy is immutable', { preemptionPolicy: 'Never' }),
  patch('description may change', { description: 'x' }),
  patch('default may change', { globalDefault: true }),
  patch('default goes', { globalDefault: false }),
];
