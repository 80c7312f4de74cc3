import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

type Tree = Readonly<Record<string, unknown>>;

const api = '/apis/rbac.authorization.k8s.io/v1';
const apiGroup = 'rbac.authorization.k8s.io';
const own = `${api}/namespaces/${goldenNamespace}`;
const kinds = {
  roles: `${own}/roles`,
  rolebindings: `${own}/rolebindings`,
  clusterroles: `${api}/clusterroles`,
  clusterrolebindings: `${api}/clusterrolebindings`,
} as const;
type Kind = keyof typeof kinds;

const golden = { user: 'golden-granter', groups: ['golden-a', 'golden-b'] };
const rule = (verbs: string[], apiGroups: string[], resources: string[], rest: Tree = {}): Tree => ({
  verbs,
  apiGroups,
  resources,
  ...rest,
});
const writes = ['create', 'update', 'patch', 'get'];
const admin = (kind: Kind, name: string, fields: Tree): GoldenCase => ({
  name: `before: ${kind} ${name}`,
  method: 'POST',
  path: kinds[kind],
  body: { metadata: { name }, ...fields },
});
const to = (kind: 'Role' | 'ClusterRole', name: string, ...subjects: Tree[]): Tree => ({
  roleRef: { apiGroup, kind, name },
  subjects: subjects.length > 0 ? subjects : [{ kind: 'User', name: golden.user }],
});
const create = (kind: Kind, name: string, fields: Tree, as: GoldenCase['as'] = golden): GoldenCase => ({
  name: `${kind}: ${name}`,
  method: 'POST',
  path: kinds[kind],
  body: { metadata: { name: 'golden-granted' }, ...fields },
  dryRun: true,
  ...(as ? { as } : {}),
});
const patch = (kind: Kind, object: string, name: string, body: Tree): GoldenCase => ({
  name: `${kind}: ${name}`,
  method: 'PATCH',
  path: `${kinds[kind]}/${object}`,
  body,
  as: golden,
});
const somebody = { kind: 'User', name: 'somebody' };
const podReader = rule(['get', 'list'], [''], ['pods']);
const secretReader = rule(['get', 'list'], [''], ['secrets']);

export const bootstrapped = true;
export const cases: readonly GoldenCase[] = [
  admin('roles', 'golden-local', {
    rules: [
      rule(writes, [apiGroup], ['roles', 'rolebindings']),
      podReader,
      rule(['*'], ['apps'], ['deployments', 'deployments/scale']),
      rule(['get'], [''], ['configmaps'], { resourceNames: ['a', 'b'] }),
    ],
  }),
  admin('rolebindings', 'golden-local', to('Role', 'golden-local')),
  admin('clusterroles', 'golden-wide', {
    rules: [
      rule(writes, [apiGroup], ['clusterroles', 'clusterrolebindings']),
      rule(['get'], [''], ['nodes']),
      rule(['bind'], [apiGroup], ['clusterroles'], { resourceNames: ['golden-bindable'] }),
      rule(['escalate'], [apiGroup], ['clusterroles'], { resourceNames: ['golden-grows'] }),
      { verbs: ['get'], nonResourceURLs: ['/golden/*', '/healthz'] },
    ],
  }),
  admin('clusterrolebindings', 'golden-wide', to('ClusterRole', 'golden-wide')),
  admin('clusterroles', 'golden-bindable', { rules: [secretReader] }),
  admin('clusterroles', 'golden-grows', { rules: [] }),
  admin('clusterroles', 'golden-secret', { rules: [secretReader] }),
  admin('clusterroles', 'golden-nodes', { rules: [rule(['get'], [''], ['nodes'])] }),
  admin('roles', 'golden-secret', { rules: [secretReader] }),
  admin('rolebindings', 'golden-secret', to('Role', 'golden-secret', somebody)),
  create('roles', 'held', { rules: [podReader] }),
  create('roles', 'no rules', {}),
  create('roles', 'not held', { rules: [secretReader] }),
  create('roles', 'partly held', { rules: [rule(['get', 'delete', 'watch'], ['', 'apps'], ['pods', 'deployments'])] }),
  create('roles', 'everything', { rules: [rule(['*'], ['*'], ['*'])] }),
  create('roles', 'every verb of what is held wholly', { rules: [rule(['*'], ['apps'], ['deployments'])] }),
  create('roles', 'every verb of what is held partly', { rules: [rule(['*'], [''], ['pods'])] }),
  create('roles', 'subresource held', { rules: [rule(['update'], ['apps'], ['deployments/scale'])] }),
  create('roles', 'subresource not held', { rules: [rule(['update'], ['apps'], ['deployments/status'])] }),
  create('roles', 'every subresource', { rules: [rule(['update'], ['apps'], ['*/scale'])] }),
  create('roles', 'names held', { rules: [rule(['get'], [''], ['configmaps'], { resourceNames: ['a'] })] }),
  create('roles', 'names not held', {
    rules: [rule(['get'], [''], ['configmaps'], { resourceNames: ['a', 'c', 'd'] })],
  }),
  create('roles', 'all names', { rules: [rule(['get'], [''], ['configmaps'])] }),
  create('roles', 'several rules', {
    rules: [secretReader, rule(['watch'], [''], ['secrets']), rule(['get'], ['x.y'], ['z'])],
  }),
  create('roles', 'same rule twice', { rules: [secretReader, secretReader] }),
  create('roles', 'invalid and not held', { rules: [rule([], [''], ['secrets']), secretReader] }),
  create('roles', 'invalid name and not held', { metadata: { name: 'A b' }, rules: [secretReader] }),
  create('roles', 'generated name', { metadata: { generateName: 'golden-' }, rules: [secretReader] }),
  create('roles', 'without the right', { rules: [podReader] }, { user: 'nobody' }),
  create('roles', 'no groups', { rules: [secretReader] }, { user: golden.user }),
  create(
    'roles',
    'by an administrator',
    { rules: [rule(['*'], ['*'], ['*'])] },
    { user: 'x', groups: ['system:masters'] },
  ),
  create('clusterroles', 'held', { rules: [rule(['get'], [''], ['nodes'])] }),
  create('clusterroles', 'held in a namespace only', { rules: [podReader] }),
  create('clusterroles', 'paths held', {
    rules: [{ verbs: ['get'], nonResourceURLs: ['/golden/a', '/golden/*', '/healthz'] }],
  }),
  create('clusterroles', 'paths not held', {
    rules: [{ verbs: ['get', 'post'], nonResourceURLs: ['/golden/a', '/livez', '*'] }],
  }),
  create('clusterroles', 'both kinds not held', {
    rules: [secretReader, { verbs: ['get'], nonResourceURLs: ['/livez'] }, rule(['get'], [''], ['secrets'])],
  }),
  create('clusterroles', 'aggregating', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } }),
  create('clusterroles', 'aggregating nothing', { aggregationRule: { clusterRoleSelectors: [] } }),
  create(
    'clusterroles',
    'aggregating by an administrator',
    { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } },
    {
      user: 'x',
      groups: ['system:masters'],
    },
  ),
  patch('clusterroles', 'golden-secret', 'labels of what is not held', { metadata: { labels: { a: 'b' } } }),
  patch('clusterroles', 'golden-secret', 'owner of what is not held', {
    metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'u' }] },
  }),
  patch('clusterroles', 'golden-secret', 'finalizers of what is not held', {
    metadata: { finalizers: ['example.com/x'] },
  }),
  patch('clusterroles', 'golden-secret', 'no finalizers of what is not held', { metadata: { finalizers: null } }),
  patch('clusterroles', 'golden-secret', 'nothing of what is not held', {}),
  patch('clusterroles', 'golden-secret', 'less of what is not held', { rules: [rule(['get'], [''], ['secrets'])] }),
  patch('clusterroles', 'golden-secret', 'nothing left', { rules: [] }),
  patch('clusterroles', 'golden-nodes', 'more than is held', { rules: [rule(['get', 'delete'], [''], ['nodes'])] }),
  patch('clusterroles', 'golden-nodes', 'made aggregating', {
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
  }),
  patch('clusterroles', 'golden-grows', 'with the right to escalate', { rules: [secretReader] }),
  patch('clusterroles', 'cluster-admin', 'of the cluster', { metadata: { labels: { a: 'b' } } }),
  create('rolebindings', 'to what is held', to('Role', 'golden-local', somebody)),
  create('rolebindings', 'to what is not held', to('Role', 'golden-secret', somebody)),
  create('rolebindings', 'to a role of the cluster that is held', to('ClusterRole', 'golden-nodes', somebody)),
  create('rolebindings', 'to a role of the cluster that is not', to('ClusterRole', 'golden-secret', somebody)),
  create('rolebindings', 'with the right to bind', to('ClusterRole', 'golden-bindable', somebody)),
  create('rolebindings', 'to nothing', to('Role', 'golden-nowhere', somebody)),
  create('rolebindings', 'to nothing of the cluster', to('ClusterRole', 'golden-nowhere', somebody)),
  create('rolebindings', 'to the administrator', to('ClusterRole', 'cluster-admin')),
  create('rolebindings', 'to an odd kind', { roleRef: { apiGroup, kind: 'Odd', name: 'x' }, subjects: [somebody] }),
  create('rolebindings', 'to no name', { roleRef: { apiGroup, kind: 'Role', name: '' }, subjects: [somebody] }),
  create('rolebindings', 'to another group', {
    roleRef: { apiGroup: 'x.y', kind: 'Role', name: 'golden-secret' },
    subjects: [somebody],
  }),
  create('rolebindings', 'without subjects', { roleRef: { apiGroup, kind: 'Role', name: 'golden-secret' } }),
  create('rolebindings', 'subjects that are none', to('Role', 'golden-local', { kind: 'Odd', name: '' })),
  create('clusterrolebindings', 'to what is held', to('ClusterRole', 'golden-nodes', somebody)),
  create('clusterrolebindings', 'to what is not held', to('ClusterRole', 'golden-secret', somebody)),
  create('clusterrolebindings', 'with the right to bind', to('ClusterRole', 'golden-bindable', somebody)),
  create('clusterrolebindings', 'to a role of a namespace', to('Role', 'golden-local', somebody)),
  create('clusterrolebindings', 'to nothing', to('ClusterRole', 'golden-nowhere', somebody)),
  create('clusterrolebindings', 'by an administrator to nothing', to('ClusterRole', 'golden-nowhere', somebody), {
    user: 'x',
    groups: ['system:masters'],
  }),
  patch('rolebindings', 'golden-secret', 'another subject', { subjects: [{ kind: 'User', name: golden.user }] }),
  patch('rolebindings', 'golden-secret', 'labels', { metadata: { labels: { a: 'b' } } }),
  patch('rolebindings', 'golden-secret', 'finalizers', { metadata: { finalizers: ['example.com/x'] } }),
  patch('rolebindings', 'golden-secret', 'no finalizers', { metadata: { finalizers: null } }),
  patch('rolebindings', 'golden-secret', 'another role', { roleRef: { apiGroup, kind: 'Role', name: 'golden-local' } }),
];
