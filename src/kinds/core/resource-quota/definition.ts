import { defineResource } from '#api/definition.ts';
import type { ResourceQuota } from '#kinds/generated/core-v1.ts';
import { resourceQuotaColumns } from './columns.ts';

export const ResourceQuotas = defineResource<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  scope: 'Namespaced',
  columns: resourceQuotaColumns,
  returnsDeletedObject: true,
  shortNames: ['quota'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
