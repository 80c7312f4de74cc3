import { defineResource } from '#api/definition.ts';
import { keepMetadata } from '#api/status-metadata.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';
import { apiServiceColumns } from './columns.ts';
import { defaultAPIService } from './defaults.ts';
import { prepareAPIServiceForCreate } from './lifecycle.ts';
import { validateAPIService, validateAPIServiceStatus } from './validation.ts';

export const APIServices = defineResource<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  scope: 'Cluster',
  allowsPlainFinalizers: true,
  validateName: () => [],
  defaults: defaultAPIService,
  keepsStatusOnCreate: true,
  prepareForCreate: prepareAPIServiceForCreate,
  prepareForStatusUpdate: keepMetadata,
  validate: validateAPIService,
  validateStatusUpdate: validateAPIServiceStatus,
  columns: apiServiceColumns,
  categories: ['api-extensions'],
  allowUnconditionalUpdate: false,
  subresources: [
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'], resetFields: [['metadata'], ['spec']] },
  ],
});
