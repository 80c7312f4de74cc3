import type { Tree } from '../case-builders.ts';
import { type Caller, type GoldenCase, goldenNamespace } from '../golden-case.ts';

const driver = 'golden.example.com';
const claims = `/apis/resource.k8s.io/v1/namespaces/${goldenNamespace}/resourceclaims`;
const templates = `/apis/resource.k8s.io/v1/namespaces/${goldenNamespace}/resourceclaimtemplates`;
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const writer = { user: 'golden-writer' };
const binder = { user: 'golden-binder' };
const reporter = { user: 'golden-reporter' };
const ofNode = { user: `system:serviceaccount:${goldenNamespace}:golden-driver` };

const exactly = (adminAccess: boolean | undefined): Tree => ({
  deviceClassName: driver,
  ...(adminAccess === undefined ? {} : { adminAccess }),
});
const asking = (...access: (boolean | undefined)[]): Tree => ({
  devices: { requests: access.map((one, position) => ({ name: `r${position}`, exactly: exactly(one) })) },
});
const claim = (name: string, spec: Tree): GoldenCase => ({
  name,
  method: 'POST',
  path: claims,
  body: { metadata: { name: 'golden-tried' }, spec },
  dryRun: true,
});
const template = (name: string, spec: Tree): GoldenCase => ({
  name: `template: ${name}`,
  method: 'POST',
  path: templates,
  body: { metadata: { name: 'golden-tried' }, spec: { spec } },
  dryRun: true,
});
const stored = (name: string, spec: Tree): GoldenCase => ({
  name: `claim ${name}`,
  method: 'POST',
  path: claims,
  body: { metadata: { name }, spec },
});
const result = (fields: Tree = {}): Tree => ({ request: 'r0', driver, pool: 'p', device: 'd', ...fields });
const allocation = (...results: Tree[]): Tree => ({ devices: { results } });
const status = (name: string, object: string, body: Tree, as?: Caller): GoldenCase => ({
  name: `status: ${name}`,
  method: 'PATCH',
  path: `${claims}/${object}/status`,
  body: { status: body },
  ...(as ? { as } : {}),
});
const put = (name: string, object: string, body: Tree, as: Caller): GoldenCase => ({
  name: `status: ${name}`,
  method: 'PUT',
  path: `${claims}/${object}/status`,
  body: { metadata: { name: object }, spec: asking(undefined), status: body },
  as,
});
const label = (value: string | null): GoldenCase => ({
  name: `namespace labelled ${value}`,
  method: 'PATCH',
  path: `/api/v1/namespaces/${goldenNamespace}`,
  body: { metadata: { labels: { 'resource.kubernetes.io/admin-access': value } } },
});
const role = (name: string, ...rules: Tree[]): GoldenCase => ({
  name: `role ${name}`,
  method: 'POST',
  path: `${rbac}/clusterroles`,
  body: { metadata: { name }, rules },
});
const binding = (name: string, ...users: string[]): GoldenCase => ({
  name: `binding ${name}`,
  method: 'POST',
  path: `${rbac}/clusterrolebindings`,
  body: {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: users.map((user) => ({ kind: 'User', name: user })),
  },
});
const apiGroups = ['resource.k8s.io'];
const device = (fields: Tree = {}): Tree => ({ driver, pool: 'p', device: 'd', ...fields });
const onNode = (name: string): Tree => ({
  nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
});
const consumer = { resource: 'pods', name: 'a', uid: 'u' };

export const bootstrapped = true;
export const cases: readonly GoldenCase[] = [
  claim('no access asked', asking(undefined)),
  claim('access not wanted', asking(false)),
  claim('access', asking(true)),
  claim('access in the second', asking(false, true, true)),
  claim('access and more that is wrong', {
    devices: { requests: [{ name: 'A_', exactly: { ...exactly(true), deviceClassName: '' } }] },
  }),
  template('no access asked', asking(undefined)),
  template('access', asking(false, true)),
  label('yes'),
  claim('access in a namespace that says yes', asking(true)),
  stored('golden-plain', asking(undefined)),
  stored('golden-shared', asking(undefined, undefined)),
  status('access granted without the label', 'golden-plain', { allocation: allocation(result({ adminAccess: true })) }),
  label('true'),
  claim('access with the label', asking(true)),
  template('access with the label', asking(true)),
  stored('golden-admin', asking(true)),
  status('access granted', 'golden-admin', { allocation: allocation(result({ adminAccess: true })) }),
  label(null),
  status('reserved after the label went', 'golden-admin', {
    allocation: allocation(result({ adminAccess: true })),
    reservedFor: [consumer],
  }),
  role('golden-claims', { apiGroups, resources: ['resourceclaims/status'], verbs: ['update', 'patch'] }),
  binding('golden-claims', writer.user, binder.user, reporter.user, ofNode.user),
  role('golden-binds', { apiGroups, resources: ['resourceclaims/binding'], verbs: ['patch'] }),
  binding('golden-binds', binder.user),
  role('golden-reports', {
    apiGroups,
    resources: ['resourceclaims/driver'],
    resourceNames: [driver],
    verbs: ['arbitrary-node:patch', 'arbitrary-node:update'],
  }),
  binding('golden-reports', reporter.user),
  role('golden-node-reports', {
    apiGroups,
    resources: ['resourceclaims/driver'],
    verbs: ['associated-node:patch'],
  }),
  binding('golden-node-reports', ofNode.user),
  status('nothing by who may nothing more', 'golden-plain', {}, writer),
  status('allocation by who may not bind', 'golden-plain', { allocation: allocation(result()) }, writer),
  put('allocation by who may not bind, as a whole', 'golden-plain', { allocation: allocation(result()) }, writer),
  put('allocation by who may bind by patch only', 'golden-plain', { allocation: allocation(result()) }, binder),
  status(
    'wrong allocation by who may not bind',
    'golden-plain',
    { allocation: allocation(result({ request: 'z' })) },
    writer,
  ),
  status('by nobody', 'golden-plain', { allocation: allocation(result()) }, { user: 'nobody' }),
  status('allocation by who may bind', 'golden-plain', { allocation: allocation(result()) }, binder),
  status('reserved by who may not bind', 'golden-plain', { reservedFor: [consumer] }, writer),
  status('devices by who may not report', 'golden-plain', { devices: [device()] }, writer),
  status('devices by who may bind', 'golden-plain', { devices: [device()] }, binder),
  status('devices of one who is not on the node', 'golden-plain', { devices: [device()] }, ofNode),
  status('devices by who may report', 'golden-plain', { devices: [device()] }, reporter),
  status(
    'devices of another driver',
    'golden-plain',
    { devices: [device(), device({ driver: 'other.example.com' })] },
    reporter,
  ),
  status('devices as they were', 'golden-plain', { devices: [device()] }, writer),
  status('devices changed', 'golden-plain', { devices: [device({ data: { a: 1 } })] }, writer),
  status('devices gone by who may not', 'golden-plain', { devices: null }, writer),
  status('devices gone by who may', 'golden-plain', { devices: null }, reporter),
  status('devices once more', 'golden-plain', { devices: [device()] }, reporter),
  status('all of it by who may not', 'golden-plain', { allocation: null, devices: null }, writer),
  status('deallocated by who may bind', 'golden-plain', { allocation: null }, binder),
  status('devices of no allocation', 'golden-plain', { devices: [device()] }, writer),
  stored('golden-near', asking(undefined)),
  status(
    'bound to a node',
    'golden-near',
    { allocation: { ...allocation(result()), nodeSelector: onNode('golden-node') } },
    binder,
  ),
  status('devices of one on another node', 'golden-near', { devices: [device()] }, { ...ofNode, node: 'golden-other' }),
  status('devices of one on the node', 'golden-near', { devices: [device()] }, { ...ofNode, node: 'golden-node' }),
  status('devices of a user on the node', 'golden-near', { devices: null }, { ...writer, node: 'golden-node' }),
  status(
    'two drivers',
    'golden-shared',
    { allocation: allocation(result(), result({ request: 'r1', driver: 'other.example.com' })) },
    binder,
  ),
  status(
    'devices of two drivers',
    'golden-shared',
    { devices: [device(), device({ driver: 'other.example.com' })] },
    writer,
  ),
];
