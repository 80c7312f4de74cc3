import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, store, patch, metadata, patchStatus } = caseBuilders('networking.k8s.io/v1/servicecidrs', {
  metadata: { name: 'golden' },
  spec: { cidrs: ['192.0.2.0/24'] },
});
const cidrs = (name: string, ...list: readonly string[]): GoldenCase => create(name, { spec: { cidrs: list } });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  cidrs('both families', '192.0.2.0/24', '2001:db8::/64'),
  cidrs('both of the sixth version', '2001:db8::/64', '2001:db8:1::/64'),
  cidrs('leading zeros', '192.0.02.0/24'),
  cidrs('mapped', '::ffff:192.0.2.0/120'),
  cidrs('whole internet', '0.0.0.0/0'),
  create('no spec', { spec: {} }),
  create('valid'),
  cidrs('none'),
  cidrs('three', '192.0.2.0/24', '2001:db8::/64', '198.51.100.0/24'),
  cidrs('two of a family', '192.0.2.0/24', '198.51.100.0/24'),
  cidrs('bad', 'x', '192.0.2.1/24'),
  cidrs('not canonical', '2001:DB8::/64'),
  store(),
  patch('cidr is immutable', { spec: { cidrs: ['198.51.100.0/24'] } }),
  patch('no second of the same family', { spec: { cidrs: ['192.0.2.0/24', '198.51.100.0/24'] } }),
  patch('cidrs cannot go', { spec: { cidrs: [] } }),
  patch('a second family', { spec: { cidrs: ['192.0.2.0/24', '2001:db8::/64'] } }),
  patchStatus('condition', {
    conditions: [
      { type: 'Ready', status: 'True', reason: 'x', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
    ],
  }),
  patchStatus('bad conditions', { conditions: [{ type: 'a b', status: 'Maybe', reason: 'a b' }] }),
];
