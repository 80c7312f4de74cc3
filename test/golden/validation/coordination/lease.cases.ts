import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, metadata, store, patch } = caseBuilders('coordination.k8s.io/v1/namespaces/NAMESPACE/leases', {
  metadata: { name: 'a' },
});
const lease = (name: string, spec: object) => create(name, { spec });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('minimal'),
  lease('full', {
    holderIdentity: 'x',
    leaseDurationSeconds: 15,
    acquireTime: '2026-01-01T00:00:00.000000Z',
    renewTime: '2026-01-01T00:00:00.000001Z',
    leaseTransitions: 3,
    strategy: 'OldestEmulationVersion',
    preferredHolder: 'y',
  }),
  lease('empty holder', { holderIdentity: '' }),
  lease('no time', { renewTime: 'x' }),
  lease('time of seconds', { renewTime: '2026-01-01T00:00:00Z' }),
  lease('duration that is no number', { leaseDurationSeconds: 'x' }),
  lease('valid', { holderIdentity: 'x', leaseDurationSeconds: 15 }),
  lease('numbers', { leaseDurationSeconds: 0, leaseTransitions: -1 }),
  lease('strategy', { strategy: 'Newest' }),
  lease('strategy of somebody', { strategy: 'example.com/a b' }),
  lease('preferred holder', { preferredHolder: 'x' }),
  store({ spec: { holderIdentity: 'x', leaseDurationSeconds: 15 } }),
  patch('holder may change', { spec: { holderIdentity: 'y' } }),
  patch('holder cannot be empty', { spec: { holderIdentity: '' } }),
  patch('duration', { spec: { leaseDurationSeconds: -1, leaseTransitions: -1 } }),
];
