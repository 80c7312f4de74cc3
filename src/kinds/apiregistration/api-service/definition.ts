import { defineResource } from '#api/definition.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';
import { apiServiceColumns } from './columns.ts';

export const APIServices = defineResource<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  scope: 'Cluster',
  columns: apiServiceColumns,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
