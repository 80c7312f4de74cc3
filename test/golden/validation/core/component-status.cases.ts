import type { GoldenCase } from '../golden-case.ts';

const path = '/api/v1/componentstatuses';
const ask = (name: string, method: GoldenCase['method'], rest: string, body?: unknown): GoldenCase => ({
  name,
  method,
  path: `${path}${rest}`,
  ...(body === undefined ? {} : { body }),
});

export const cases: readonly GoldenCase[] = [
  ask('store', 'GET', '/etcd-0'),
  ask('unknown', 'GET', '/golden'),
  ask('list by name', 'GET', '?fieldSelector=metadata.name%3Detcd-0'),
  ask('list by a name that is not there', 'GET', '?fieldSelector=metadata.name%3Dgolden'),
  ask('list by another field', 'GET', '?fieldSelector=spec.x%3Dy'),
  ask('list by label', 'GET', '?labelSelector=a%3Db'),
  ask('list by a label that is none', 'GET', '?labelSelector=a%20b%20c'),
  ask('watch', 'GET', '?watch=true&timeoutSeconds=1'),
  ask('create', 'POST', '', { metadata: { name: 'golden' } }),
  ask('update', 'PUT', '/etcd-0', { metadata: { name: 'etcd-0' } }),
  ask('patch', 'PATCH', '/etcd-0', {}),
  ask('delete', 'DELETE', '/etcd-0'),
  ask('delete all', 'DELETE', ''),
  ask('status', 'GET', '/etcd-0/status'),
  { name: 'in a namespace', method: 'GET', path: '/api/v1/namespaces/default/componentstatuses' },
];
