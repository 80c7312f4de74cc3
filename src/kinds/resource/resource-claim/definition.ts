import { defineResource } from '#api/definition.ts';
import type { ResourceClaim } from '#kinds/generated/resource-v1.ts';
import { resourceClaimColumns } from './columns.ts';

export const ResourceClaims = defineResource<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  scope: 'Namespaced',
  columns: resourceClaimColumns,
  returnsDeletedObject: true,
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
