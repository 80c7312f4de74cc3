import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const { create, store, patch, metadata } = caseBuilders('rbac.authorization.k8s.io/v1/clusterrolebindings', {
  metadata: { name: 'golden' },
  roleRef,
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('full', {
    subjects: [
      { kind: 'User', name: 'a' },
      { kind: 'Group', name: 'g' },
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
    ],
  }),
  create('subject of another kind', { subjects: [{ kind: 'Robot', name: 'a' }] }),
  create('subject without anything', { subjects: [{}] }),
  create('account name', { subjects: [{ kind: 'ServiceAccount', name: 'A_', namespace: 'b' }] }),
  create('group of another group', { subjects: [{ kind: 'Group', name: 'a', apiGroup: 'x' }] }),
  create('no role', { roleRef: {} }),
  create('group of the role', { roleRef: { ...roleRef, apiGroup: 'x' } }),
  create('valid'),
  create('kind of the role', { roleRef: { ...roleRef, kind: 'Role' } }),
  create('account without namespace', { subjects: [{ kind: 'ServiceAccount', name: 'a' }] }),
  store(),
  patch('role is immutable', { roleRef: { name: 'edit' } }),
  patch('subjects may change', { subjects: [{ kind: 'Group', name: 'us' }] }),
  patch('subjects become bad', { subjects: [{ kind: 'Group', name: '' }] }),
];
