import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const name = 'v1.golden.example.com';
const service = { namespace: 'golden-validation', name: 'nothing' };
const collection = 'apiregistration.k8s.io/v1/apiservices';
const { create, spec, patch, patchStatus } = caseBuilders(collection, {
  metadata: { name },
  spec: { group: 'golden.example.com', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10, service },
});
const local = (title: string, fields: Tree): GoldenCase => spec(title, { service: null, ...fields });
const bundle = 'aGVsbG8gdGhlcmU=';

export const cases: readonly GoldenCase[] = [
  create('valid'),
  local('local', {}),
  spec('full', { caBundle: bundle, service: { ...service, port: 8443 } }),
  create('no spec', { spec: {} }),
  create('name', { metadata: { name: 'v1.other' } }),
  create('finalizer without a domain', { metadata: { name, finalizers: ['x'] } }),
  create('name with a slash', { metadata: { name: 'a%b' } }),
  create('name empty', { metadata: {} }),
  spec('group', { group: 'A_' }),
  spec('group empty', { group: '' }),
  spec('version', { version: '1' }),
  spec('version empty', { version: '' }),
  spec('priorities zero', { groupPriorityMinimum: 0, versionPriority: 0 }),
  spec('priorities too great', { groupPriorityMinimum: 20_001, versionPriority: 1001 }),
  spec('service empty', { service: {} }),
  spec('service port', { service: { ...service, port: 70_000 } }),
  spec('insecure with bundle', { insecureSkipTLSVerify: true, caBundle: bundle }),
  local('local with bundle', { caBundle: bundle }),
  local('local insecure', { insecureSkipTLSVerify: true }),
  create('status is cleared', { status: { conditions: [{ type: 'Available', status: 'True' }] } }),
  { name: 'stored', method: 'POST', path: `/apis/${collection}`, body: local('', {}).body },
  patch('group changes', { spec: { group: 'other.example.com' } }),
  patch('priority changes', { spec: { versionPriority: 11 } }),
  patch('priority to zero', { spec: { versionPriority: 0 } }),
  patchStatus('status of a condition', { conditions: [{ type: 'Available', status: 'Maybe' }] }),
  {
    name: 'metadata through status',
    method: 'PATCH',
    path: `/apis/${collection}/${name}/status`,
    body: { metadata: { labels: { a: 'b' } }, spec: { versionPriority: 99 } },
  },
];
