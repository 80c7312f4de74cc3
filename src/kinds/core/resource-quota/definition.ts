import { defineResource } from '#api/definition.ts';
import type { ResourceQuota } from '#kinds/generated/core-v1.ts';
import { resourceQuotaColumns } from './columns.ts';
import { validateResourceQuota, validateResourceQuotaStatusUpdate, validateResourceQuotaUpdate } from './validation.ts';

export const ResourceQuotas = defineResource<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  scope: 'Namespaced',
  validate: validateResourceQuota,
  validateUpdate: validateResourceQuotaUpdate,
  validateStatusUpdate: validateResourceQuotaStatusUpdate,
  columns: resourceQuotaColumns,
  returnsDeletedObject: true,
  shortNames: ['quota'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
