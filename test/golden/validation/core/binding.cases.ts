import { answered, type GoldenCase, goldenNamespace } from '../golden-case.ts';

type Tree = Readonly<Record<string, unknown>>;

const pod = (name: string, spec: Tree = {}): GoldenCase => ({
  name: `pod ${name}`,
  method: 'POST',
  path: 'pods',
  body: {
    metadata: { name, annotations: { kept: 'a', changed: 'b' }, labels: { kept: 'a' } },
    spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }], ...spec },
  },
});
const target = { apiVersion: 'v1', kind: 'Node', name: 'golden-node' };
const bind = (name: string, pod: string, fields: Tree = {}, query = ''): GoldenCase => ({
  name,
  method: 'POST',
  path: `pods/${pod}/binding${query}`,
  body: { metadata: { name: pod }, target, ...fields },
});
const old = (name: string, body: unknown, query = ''): GoldenCase => ({
  name,
  method: 'POST',
  path: `bindings${query}`,
  body,
});

export const cases: readonly GoldenCase[] = [
  ...['a', 'b', 'c', 'd'].map((name) => pod(name)),
  pod('gated', { schedulingGates: [{ name: 'golden.example.com/wait' }] }),
  pod('bound', { nodeName: 'elsewhere' }),
  bind('dry run', 'a', {}, '?dryRun=All'),
  bind('no target', 'a', { target: undefined }),
  bind('empty target', 'a', { target: {} }),
  bind('target without name', 'a', { target: { kind: 'Node' } }),
  bind('target of another kind', 'a', { target: { kind: 'Pod', name: 'x' } }),
  bind('target of a kind that had another name', 'a', { target: { kind: 'Minion', name: 'x' } }),
  bind('target that is text', 'a', { target: 'x' }),
  bind('other name', 'a', { metadata: { name: 'b' } }),
  bind('other namespace', 'a', { metadata: { name: 'a', namespace: 'kube-system' } }),
  bind('other uid', 'a', { metadata: { name: 'a', uid: 'other' } }),
  bind('other version', 'a', { metadata: { name: 'a', resourceVersion: '1' } }),
  bind('other kind', 'a', { apiVersion: 'v1', kind: 'Pod' }),
  bind('other group', 'a', { apiVersion: 'apps/v1', kind: 'Binding' }),
  bind('unknown field', 'a', { odd: 1 }, '?fieldValidation=Strict'),
  bind('unknown field warned of', 'a', { odd: 1 }, '?dryRun=All&fieldValidation=Warn'),
  bind('bad label', 'a', { metadata: { name: 'a', labels: { 'a b': 'c d' } } }, '?dryRun=All'),
  { name: 'body that is a list', method: 'POST', path: 'pods/a/binding', body: [] },
  { name: 'empty body', method: 'POST', path: 'pods/a/binding', body: {} },
  { name: 'get', method: 'GET', path: 'pods/a/binding' },
  { name: 'update', method: 'PUT', path: 'pods/a/binding', body: {} },
  { name: 'patch', method: 'PATCH', path: 'pods/a/binding', body: {} },
  bind('pod that is not there', 'nobody'),
  bind('pod that waits', 'gated'),
  bind('pod that is bound', 'bound'),
  bind('minimal', 'a'),
  bind('again', 'a'),
  { name: 'what became of it', method: 'GET', path: 'pods/a' },
  bind('full', 'b', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: {
      name: 'b',
      namespace: goldenNamespace,
      uid: answered('pod b', 'uid'),
      annotations: { changed: 'c', added: 'd' },
      labels: { 'topology.kubernetes.io/zone': 'z' },
    },
    target: { ...target, uid: 'u', namespace: 'n', fieldPath: 'f', resourceVersion: '1' },
  }),
  { name: 'what became of the second', method: 'GET', path: 'pods/b' },
  old('older: minimal', { metadata: { name: 'c' }, target }),
  { name: 'older: what became of it', method: 'GET', path: 'pods/c' },
  old('older: no name', { target }),
  old('older: empty', {}),
  old('older: pod that is not there', { metadata: { name: 'nobody' }, target }),
  old('older: other namespace', { metadata: { name: 'd', namespace: 'kube-system' }, target }),
  old('older: generated name', { metadata: { generateName: 'd' }, target }),
  old('older: no target', { metadata: { name: 'd' } }),
  old('older: dry run', { metadata: { name: 'd' }, target }, '?dryRun=All'),
  { name: 'older: list', method: 'GET', path: 'bindings' },
  { name: 'older: get', method: 'GET', path: 'bindings/d' },
  {
    name: 'older: without namespace',
    method: 'POST',
    path: '/api/v1/bindings',
    body: { metadata: { name: 'd' }, target },
  },
];
