/** Updates that make their object want the right to create it, too. */

import { type GoldenCase, goldenNamespace } from '../golden-case.ts';

const group = 'rbac.authorization.k8s.io';
const rbac = `/apis/${group}/v1/namespaces/${goldenNamespace}`;
const leases = `/apis/coordination.k8s.io/v1/namespaces/${goldenNamespace}/leases`;
const as = { user: 'golden-patcher' };

const rule = (verbs: readonly string[], apiGroup: string, resource: string, rest: object = {}) => ({
  verbs,
  apiGroups: [apiGroup],
  resources: [resource],
  ...rest,
});
const role = (name: string, ...rules: readonly object[]): GoldenCase[] => [
  { name: `before: ${name}`, method: 'POST', path: `${rbac}/roles`, body: { metadata: { name }, rules } },
  {
    name: `before: ${name} for the user`,
    method: 'POST',
    path: `${rbac}/rolebindings`,
    body: {
      metadata: { name },
      roleRef: { apiGroup: group, kind: 'Role', name },
      subjects: [{ kind: 'User', name: as.user, apiGroup: group }],
    },
  },
];
const apply = (name: string, object: string, more: object = {}, rest: Partial<GoldenCase> = {}): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `configmaps/${object}?fieldManager=golden`,
  contentType: 'application/apply-patch+yaml',
  body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: object }, ...more },
  as,
  ...rest,
});
const put = (name: string, object: string, more: object = {}): GoldenCase => ({
  name,
  method: 'PUT',
  path: `${leases}/${object}`,
  body: { metadata: { name: object }, ...more },
  as,
});

export const bootstrapped = true;
export const cleanup = [
  'configmaps/named',
  `${leases}/named`,
  ...['patcher', 'maker'].flatMap((name) => [`${rbac}/rolebindings/${name}`, `${rbac}/roles/${name}`]),
];
export const cases: readonly GoldenCase[] = [
  ...role('patcher', rule(['patch'], '', 'configmaps'), rule(['update'], 'coordination.k8s.io', 'leases')),
  {
    name: 'before: patches are allowed',
    method: 'PATCH',
    path: 'configmaps/none',
    body: {},
    as,
    awaits: 404,
  },
  apply('apply without the right to create', 'named'),
  apply('apply as a dry run without it', 'named', {}, { dryRun: true }),
  apply('apply what is invalid without it', 'named', { data: { 'a key': 'x' } }),
  put('put without the right to create', 'named'),
  put('put what is invalid without it', 'named', { spec: { leaseDurationSeconds: -1 } }),
  ...role(
    'maker',
    rule(['create'], '', 'configmaps', { resourceNames: ['named'] }),
    rule(['create'], 'coordination.k8s.io', 'leases', { resourceNames: ['named'] }),
  ),
  apply('apply with the right to create one name', 'named', {}, { awaits: 201 }),
  apply('apply of another name', 'other'),
  put('put with the right to create one name', 'named'),
  put('put of another name', 'other'),
];
