import { defineResource } from '#api/definition.ts';
import type { ResourceClaimTemplate } from '#kinds/generated/resource-v1.ts';
import { resourceClaimTemplateColumns } from './columns.ts';

export const ResourceClaimTemplates = defineResource<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  scope: 'Namespaced',
  columns: resourceClaimTemplateColumns,
  returnsDeletedObject: true,
});
