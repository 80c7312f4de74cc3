import { defineResource } from '#api/definition.ts';
import { pathSegmentName } from '#api/name-format.ts';
import type { RoleBinding } from '#kinds/generated/rbac-v1.ts';
import { validateBinding, validateBindingUpdate } from '#kinds/rbac/binding-rules.ts';
import { roleBindingColumns } from './columns.ts';
import { defaultRoleBinding } from './defaults.ts';

export const RoleBindings = defineResource<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  columns: roleBindingColumns,
  defaults: defaultRoleBinding,
  validateName: pathSegmentName,
  validate: (binding) => validateBinding(binding, true, ['Role', 'ClusterRole']),
  validateUpdate: validateBindingUpdate,
  allowCreateOnUpdate: true,
});
