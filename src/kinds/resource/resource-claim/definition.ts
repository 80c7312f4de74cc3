import { defineResource } from '#api/definition.ts';
import type { ResourceClaim } from '#kinds/generated/resource-v1.ts';
import { defaultClaimSpec } from '../claim-defaults.ts';
import { resourceClaimColumns } from './columns.ts';
import { prepareResourceClaimStatus } from './lifecycle.ts';
import { validateResourceClaimStatus } from './status-rules.ts';
import { validateResourceClaim } from './validation.ts';

export const ResourceClaims = defineResource<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  defaults: ({ spec }) => defaultClaimSpec(spec),
  prepareForStatusUpdate: prepareResourceClaimStatus,
  validate: validateResourceClaim,
  validateStatusUpdate: validateResourceClaimStatus,
  columns: resourceClaimColumns,
  returnsDeletedObject: true,
  subresources: [
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'], resetFields: [['metadata'], ['spec']] },
  ],
});
