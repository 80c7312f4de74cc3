import { defineResource } from '#api/definition.ts';
import { pathSegmentName } from '#api/name-format.ts';
import type { ClusterRoleBinding } from '#kinds/generated/rbac-v1.ts';
import { validateBinding, validateBindingUpdate } from '#kinds/rbac/binding-rules.ts';
import { defaultRoleBinding } from '#kinds/rbac/role-binding/defaults.ts';
import { clusterRoleBindingColumns } from './columns.ts';

export const ClusterRoleBindings = defineResource<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  columns: clusterRoleBindingColumns,
  defaults: defaultRoleBinding,
  validateName: pathSegmentName,
  validate: (binding) => validateBinding(binding, false, ['ClusterRole']),
  validateUpdate: validateBindingUpdate,
  allowCreateOnUpdate: true,
});
