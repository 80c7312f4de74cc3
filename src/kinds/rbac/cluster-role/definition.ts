import { defineResource } from '#api/definition.ts';
import { pathSegmentName } from '#api/name-format.ts';
import type { ClusterRole } from '#kinds/generated/rbac-v1.ts';
import { validateClusterRole } from './validation.ts';

export const ClusterRoles = defineResource<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  validate: validateClusterRole,
  validateName: pathSegmentName,
  allowCreateOnUpdate: true,
});
