import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const { create, store, patch } = caseBuilders('rbac.authorization.k8s.io/v1/clusterrolebindings', {
  metadata: { name: 'golden' },
  roleRef,
});

export const cases: readonly GoldenCase[] = [
  create('valid'),
  create('kind of the role', { roleRef: { ...roleRef, kind: 'Role' } }),
  create('account without namespace', { subjects: [{ kind: 'ServiceAccount', name: 'a' }] }),
  store(),
  patch('role is immutable', { roleRef: { name: 'edit' } }),
];
