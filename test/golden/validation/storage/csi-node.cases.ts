import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, store, patch, metadata } = caseBuilders('storage.k8s.io/v1/csinodes', {
  metadata: { name: 'golden' },
  spec: { drivers: [{ name: 'a.b', nodeID: 'n' }] },
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  spec('none', { drivers: [] }),
  create('no spec', { spec: {} }),
  spec('full', {
    drivers: [
      { name: 'a.b', nodeID: 'n', topologyKeys: ['x.y/z'], allocatable: { count: 0 } },
      { name: 'c.d', nodeID: 'n' },
    ],
  }),
  spec('name too long', { drivers: [{ name: 'a'.repeat(64), nodeID: 'n' }] }),
  spec('same node', {
    drivers: [
      { name: 'a.b', nodeID: 'n' },
      { name: 'c.d', nodeID: 'n' },
    ],
  }),
  spec('null drivers', { drivers: null }),
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
  patch('driver may go', { spec: { drivers: [] } }),
  patch('driver may come', { spec: { drivers: [{ name: 'e.f', nodeID: 'n', topologyKeys: ['a'] }] } }),
  patch('topology is immutable', { spec: { drivers: [{ name: 'e.f', nodeID: 'n', topologyKeys: ['b'] }] } }),
];
