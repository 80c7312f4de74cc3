import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const { create, store, patch, metadata } = caseBuilders(
  'rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings',
  {
    metadata: { name: 'a' },
    roleRef,
    subjects: [{ kind: 'User', name: 'me' }],
  },
);
const subject = (name: string, fields: object): GoldenCase => create(name, { subjects: [fields] });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  create('group of the role', { roleRef: { ...roleRef, apiGroup: 'x' } }),
  create('kind of the role', { roleRef: { ...roleRef, kind: 'User' } }),
  create('no role name', { roleRef: { ...roleRef, name: '' } }),
  create('bad role name', { roleRef: { ...roleRef, name: 'a/b' } }),
  subject('subject without name', { kind: 'User' }),
  subject('subject of no kind', { name: 'a' }),
  subject('user of another group', { kind: 'User', name: 'a', apiGroup: 'x' }),
  subject('account', { kind: 'ServiceAccount', name: 'A', apiGroup: 'x' }),
  subject('account of this namespace', { kind: 'ServiceAccount', name: 'a' }),
  store(),
  patch('role is immutable', { roleRef: { name: 'edit' } }),
  patch('subjects may change', { subjects: [{ kind: 'Group', name: 'us' }] }),
];
