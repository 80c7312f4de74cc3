import { defineResource } from '#api/definition.ts';
import { pathSegmentName } from '#api/name-format.ts';
import type { Role } from '#kinds/generated/rbac-v1.ts';

export const Roles = defineResource<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  scope: 'Namespaced',
  validateName: pathSegmentName,
  allowCreateOnUpdate: true,
});
