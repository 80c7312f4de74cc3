import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, store, patch } = caseBuilders('storage.k8s.io/v1/csinodes', {
  metadata: { name: 'golden' },
  spec: { drivers: [{ name: 'a.b', nodeID: 'n' }] },
});

export const cases: readonly GoldenCase[] = [
  create('valid'),
  spec('drivers', {
    drivers: [
      { name: '', nodeID: '' },
      { name: 'A_b', nodeID: 'x'.repeat(257), allocatable: { count: -1 } },
      { name: 'a.b', nodeID: 'n', topologyKeys: ['', 'a', 'a', 'x y'] },
      { name: 'a.b', nodeID: 'n' },
    ],
  }),
  store(),
  patch('driver is immutable', { spec: { drivers: [{ name: 'a.b', nodeID: 'm' }] } }),
  patch('allocatable may change', { spec: { drivers: [{ name: 'a.b', nodeID: 'n', allocatable: { count: 2 } }] } }),
];
