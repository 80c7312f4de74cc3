import { answered, type GoldenCase } from '../golden-case.ts';

type Tree = Readonly<Record<string, unknown>>;

const namespaces = '/api/v1/namespaces';
const own = `${namespaces}/golden-life`;
const finalize = (name: string, body: unknown, method: GoldenCase['method'] = 'PUT'): GoldenCase => ({
  name: `finalize: ${name}`,
  method,
  path: `${own}/finalize`,
  body,
});
const whole = (fields: Tree): Tree => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'golden-life' },
  ...fields,
});
const put = (name: string, fields: Tree): GoldenCase => ({ name, method: 'PUT', path: own, body: whole(fields) });
const patch = (name: string, body: Tree, part = ''): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `${own}${part}`,
  body,
});
const create = (name: string, body: Tree): GoldenCase => ({
  name,
  method: 'POST',
  path: namespaces,
  body,
  dryRun: true,
});

export const cases: readonly GoldenCase[] = [
  { name: 'created', method: 'POST', path: namespaces, body: whole({}) },
  { name: 'created again', method: 'POST', path: namespaces, body: whole({}) },
  create('full', {
    metadata: { name: 'golden-b', labels: { a: 'b' }, annotations: { c: 'd' } },
    spec: { finalizers: ['example.com/x'] },
  }),
  create('finalizer twice', { metadata: { name: 'golden-b' }, spec: { finalizers: ['kubernetes', 'kubernetes'] } }),
  create('finalizers that are text', { metadata: { name: 'golden-b' }, spec: { finalizers: 'kubernetes' } }),
  create('generated name', { metadata: { generateName: 'A_' } }),
  create('phase', { metadata: { name: 'golden-b' }, status: { phase: 'Odd' } }),
  create('level of pod security', {
    metadata: { name: 'golden-b', labels: { 'pod-security.kubernetes.io/enforce': 'odd' } },
  }),
  create('version of pod security', {
    metadata: { name: 'golden-b', labels: { 'pod-security.kubernetes.io/warn-version': 'v0' } },
  }),
  patch('label of the name', { metadata: { labels: { 'kubernetes.io/metadata.name': 'other' } } }),
  patch('label of the name goes', { metadata: { labels: { 'kubernetes.io/metadata.name': null } } }),
  patch('finalizer of spec stays', { spec: { finalizers: ['example.com/y'] } }),
  patch('other name', { metadata: { name: 'other' } }),
  patch('other uid', { metadata: { uid: 'other' } }),
  patch('level changes to nonsense', { metadata: { labels: { 'pod-security.kubernetes.io/audit': 'x' } } }),
  put('older version', { metadata: { name: 'golden-life', resourceVersion: '1' } }),
  put('replaced', { spec: { finalizers: [] } }),
  put('other uid by update', { metadata: { name: 'golden-life', uid: 'other' } }),
  put('right uid', { metadata: { name: 'golden-life', uid: answered('created', 'uid') } }),
  patch('status: terminating', { status: { phase: 'Terminating' } }, '/status'),
  patch('status: odd', { status: { phase: 'Odd' } }, '/status'),
  patch(
    'status: condition',
    { status: { conditions: [{ type: 'Golden', status: 'True', reason: 'R', message: 'm' }] } },
    '/status',
  ),
  patch('status: spec is not written', { spec: { finalizers: [] } }, '/status'),
  finalize('no finalizers known', whole({ spec: { finalizers: ['a b'] } })),
  finalize('without domain', whole({ spec: { finalizers: ['plain'] } })),
  finalize('other name', { ...whole({}), metadata: { name: 'other' } }),
  finalize('no name', { apiVersion: 'v1', kind: 'Namespace', metadata: {} }),
  finalize('older version', whole({ metadata: { name: 'golden-life', resourceVersion: '1' }, spec: {} })),
  finalize('other uid', whole({ metadata: { name: 'golden-life', uid: 'other' }, spec: {} })),
  finalize('other kind', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'golden-life' } }),
  finalize('a list', []),
  finalize('patch', { spec: { finalizers: [] } }, 'PATCH'),
  finalize('create', whole({}), 'POST'),
  { name: 'finalize: get', method: 'GET', path: `${own}/finalize` },
  {
    name: 'finalize: of nobody',
    method: 'PUT',
    path: `${namespaces}/golden-nobody/finalize`,
    body: whole({ metadata: { name: 'golden-nobody' } }),
  },
  finalize('another finalizer', whole({ spec: { finalizers: ['kubernetes', 'example.com/x'] } })),
  { name: 'deleted', method: 'DELETE', path: own },
  { name: 'deleted again', method: 'DELETE', path: own },
  { name: 'create in it', method: 'POST', path: `${own}/configmaps`, body: { metadata: { name: 'late' } } },
  patch('label while it goes', { metadata: { labels: { a: 'b' } } }),
  finalize('one left', whole({ spec: { finalizers: ['example.com/x'] } })),
  finalize('none left', whole({ spec: { finalizers: [] } })),
  { name: 'gone', method: 'GET', path: own },
  { name: 'create in nothing', method: 'POST', path: `${own}/configmaps`, body: { metadata: { name: 'late' } } },
];
