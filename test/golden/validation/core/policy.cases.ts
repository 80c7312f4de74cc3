import { metadataOf } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

type Tree = Record<string, unknown>;

const quota = (name: string, spec: Tree): GoldenCase => ({
  name: `ResourceQuota: ${name}`,
  method: 'POST',
  path: 'resourcequotas',
  body: { metadata: { name: 'a' }, spec },
  dryRun: true,
});
const range = (name: string, ...limits: Tree[]): GoldenCase => ({
  name: `LimitRange: ${name}`,
  method: 'POST',
  path: 'limitranges',
  body: { metadata: { name: 'a' }, spec: { limits } },
  dryRun: true,
});
const expression = (scopeName: string, operator: string, values?: string[]): Tree => ({
  scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values ? { values } : {}) }] },
});
const namespace = (name: string, object: Tree): GoldenCase => ({
  name: `Namespace: ${name}`,
  method: 'POST',
  path: '/api/v1/namespaces',
  body: { metadata: { name: 'golden-other' }, ...object },
  dryRun: true,
});

const account = (name: string, fields: Tree): GoldenCase => ({
  name: `ServiceAccount: ${name}`,
  method: 'POST',
  path: 'serviceaccounts',
  body: { metadata: { name: 'a' }, ...fields },
  dryRun: true,
});

export const cases: readonly GoldenCase[] = [
  ...metadataOf('resourcequotas', { spec: { hard: { pods: '1' } } }),
  ...metadataOf('limitranges', { spec: { limits: [] } }),
  ...metadataOf('serviceaccounts', {}),
  ...metadataOf('namespaces', {}),
  account('full', { automountServiceAccountToken: false, secrets: [{ name: 's' }], imagePullSecrets: [{ name: 'i' }] }),
  account('token that is no truth', { automountServiceAccountToken: 'x' }),
  account('pull secret without name', { imagePullSecrets: [{}] }),
  range('none'),
  range('full', {
    type: 'Container',
    max: { cpu: '2', memory: '1Gi' },
    min: { cpu: '1' },
    default: { cpu: '2' },
    defaultRequest: { cpu: '1' },
    maxLimitRequestRatio: { cpu: '2' },
  }),
  range('no type', { max: { cpu: '1' } }),
  range('custom type', { type: 'example.com/x', max: { cpu: '1' } }),
  range('ratio below one', { type: 'Pod', maxLimitRequestRatio: { cpu: '0.5' } }),
  range('negative', { type: 'Pod', max: { cpu: '-1' } }),
  range('claim', { type: 'PersistentVolumeClaim', min: { storage: '2Gi' }, max: { storage: '1Gi' } }),
  namespace('long name', { metadata: { name: 'a'.repeat(64) } }),
  namespace('label of the name', {
    metadata: { name: 'golden-other', labels: { 'kubernetes.io/metadata.name': 'x' } },
  }),
  namespace('status is cleared', { status: { phase: 'Terminating' } }),
  quota('empty', {}),
  quota('full', {
    hard: { pods: '1', cpu: '1', 'requests.memory': '1Gi', 'count/x.y': '2', 'requests.nvidia.com/gpu': '4' },
  }),
  quota('unknown resource', { hard: { foo: '1' } }),
  quota('negative', { hard: { cpu: '-1' } }),
  quota('half a pod', { hard: { pods: '500m' } }),
  quota('resource name', { hard: { 'a b': '1' } }),
  quota('unknown scope', { scopes: ['Odd'] }),
  quota('scope that does not fit', { scopes: ['BestEffort'], hard: { cpu: '1' } }),
  quota('conflicting scopes', { scopes: ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating'] }),
  quota('selector with unknown scope', expression('Odd', 'Exists')),
  quota('selector with operator', expression('BestEffort', 'In', ['x'])),
  quota('selector without values', expression('PriorityClass', 'In')),
  quota('selector with values', expression('PriorityClass', 'Exists', ['x'])),
  quota('selector with unknown operator', expression('PriorityClass', 'Odd')),
  quota('selector that does not fit', { ...expression('PriorityClass', 'Exists'), hard: { services: '1' } }),
  {
    name: 'ResourceQuota: create',
    method: 'POST',
    path: 'resourcequotas',
    body: { metadata: { name: 'a' }, spec: { hard: { pods: '1' }, scopes: ['BestEffort'] } },
  },
  {
    name: 'ResourceQuota: other amounts',
    method: 'PATCH',
    path: 'resourcequotas/a',
    body: { spec: { hard: { pods: '7' } } },
  },
  {
    name: 'ResourceQuota: bad amounts',
    method: 'PATCH',
    path: 'resourcequotas/a',
    body: { spec: { hard: { pods: '1500m', 'requests.cpu': '-1' } } },
  },
  {
    name: 'ResourceQuota: other scopes',
    method: 'PATCH',
    path: 'resourcequotas/a',
    body: { spec: { scopes: ['Terminating'] } },
  },
  {
    name: 'ResourceQuota: status',
    method: 'PATCH',
    path: 'resourcequotas/a/status',
    body: { status: { hard: { foo: '1' }, used: { pods: '-1' } } },
  },
  range('container', { type: 'Container', max: { cpu: '2' }, min: { cpu: '1' }, default: { cpu: '1500m' } }),
  range('types', { type: 'Odd' }, { type: 'a b' }, { type: 'Pod' }, { type: 'Pod' }),
  range('names', { type: 'Container', max: { foo: '1', storage: '1', 'a b': '1' } }),
  range('pod with defaults', { type: 'Pod', default: { cpu: '1' }, defaultRequest: { cpu: '1' } }),
  range('claim without storage', { type: 'PersistentVolumeClaim', max: { cpu: '1' } }),
  range('order', {
    type: 'Container',
    min: { cpu: '2' },
    max: { cpu: '1' },
    default: { cpu: '500m' },
    defaultRequest: { cpu: '3' },
    maxLimitRequestRatio: { cpu: '500m' },
  }),
  range('ratio', { type: 'Container', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } }),
  range('huge pages', {
    type: 'Container',
    default: { 'hugepages-2Mi': '4Mi' },
    defaultRequest: { 'hugepages-2Mi': '2Mi' },
  }),
  namespace('minimal', {}),
  namespace('name', { metadata: { name: 'a.b' } }),
  namespace('finalizer', { spec: { finalizers: ['x', 'a b', 'a.b/c'] } }),
  {
    name: 'Namespace: status',
    method: 'PATCH',
    path: '/api/v1/namespaces/golden-validation/status',
    body: { status: { phase: 'Terminating' } },
  },
  {
    name: 'ServiceAccount: secrets',
    method: 'POST',
    path: 'serviceaccounts',
    dryRun: true,
    body: {
      metadata: { name: 'a', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
      secrets: [{ name: 'x', kind: 'Secret', namespace: 'y' }],
    },
  },
  {
    name: 'LimitRange: create',
    method: 'POST',
    path: 'limitranges',
    body: { metadata: { name: 'a' }, spec: { limits: [{ type: 'Container', max: { cpu: '2' } }] } },
  },
  {
    name: 'LimitRange: change',
    method: 'PATCH',
    path: 'limitranges/a',
    body: { spec: { limits: [{ type: 'Container', max: { cpu: '3' } }] } },
  },
  {
    name: 'LimitRange: change to something bad',
    method: 'PATCH',
    path: 'limitranges/a',
    body: { spec: { limits: [{ type: 'a b' }] } },
  },
  { name: 'ServiceAccount: create', method: 'POST', path: 'serviceaccounts', body: { metadata: { name: 'b' } } },
  {
    name: 'ServiceAccount: change',
    method: 'PATCH',
    path: 'serviceaccounts/b',
    body: { secrets: [{ name: 'x' }], automountServiceAccountToken: true },
  },
  { name: 'ServiceAccount: other uid', method: 'PATCH', path: 'serviceaccounts/b', body: { metadata: { uid: 'x' } } },
  { name: 'ServiceAccount: other name', method: 'PATCH', path: 'serviceaccounts/b', body: { metadata: { name: 'c' } } },
];
