import { defineResource } from '#api/definition.ts';
import type { ResourceClaimTemplate } from '#kinds/generated/resource-v1.ts';
import { defaultClaimSpec } from '../claim-defaults.ts';
import { resourceClaimTemplateColumns } from './columns.ts';
import { validateResourceClaimTemplate } from './validation.ts';

export const ResourceClaimTemplates = defineResource<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  defaults: ({ spec }) => defaultClaimSpec(spec?.spec),
  validate: validateResourceClaimTemplate,
  columns: resourceClaimTemplateColumns,
  returnsDeletedObject: true,
});
