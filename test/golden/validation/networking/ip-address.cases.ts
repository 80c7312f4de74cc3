import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const parentRef = { resource: 'services', name: 'a', namespace: 'b' };
const { store, patch, create, metadata } = caseBuilders('networking.k8s.io/v1/ipaddresses', {
  metadata: { name: '192.0.2.7' },
  spec: { parentRef },
});
const named = (name: string): GoldenCase => create(`name ${name}`, { metadata: { name } });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('full', { spec: { parentRef: { group: 'example.com', resource: 'things', name: 'a', namespace: 'b' } } }),
  named('::ffff:192.0.2.1'),
  named('192.0.2.0/24'),
  named('fe80::1%eth0'),
  create('cluster-scoped parent', { spec: { parentRef: { resource: 'nodes', name: 'a' } } }),
  create('long parent', { spec: { parentRef: { resource: 'a'.repeat(254), name: 'a'.repeat(254) } } }),
  create('valid'),
  named('2001:db8::ffff'),
  named('2001:DB8::ffff'),
  named('192.0.2.07'),
  named('a'),
  create('no parent', { spec: {} }),
  create('empty parent', { spec: { parentRef: {} } }),
  create('bad parent', { spec: { parentRef: { group: 'A', resource: 'a/b', name: '..', namespace: 'a%b' } } }),
  store(),
  patch('parent is immutable', { spec: { parentRef: { name: 'c' } } }),
  patch('labels may change', { metadata: { labels: { a: 'b' } } }),
  patch('parent cannot go', { spec: { parentRef: null } }),
];
