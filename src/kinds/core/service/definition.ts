import { defineResource } from '#api/definition.ts';
import { labelName } from '#api/name-format.ts';
import type { Service } from '#kinds/generated/core-v1.ts';
import { serviceColumns } from './columns.ts';
import { defaultService } from './defaults.ts';
import { prepareService, prepareServiceUpdate } from './lifecycle.ts';
import { validateServiceUpdate } from './update.ts';
import { validateService, validateServiceStatusUpdate } from './validation.ts';
import { serviceWarnings } from './warnings.ts';

export const Services = defineResource<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  scope: 'Namespaced',
  columns: serviceColumns,
  returnsDeletedObject: true,
  defaults: defaultService,
  prepareForCreate: prepareService,
  prepareForUpdate: prepareServiceUpdate,
  validate: validateService,
  validateUpdate: validateServiceUpdate,
  validateStatusUpdate: validateServiceStatusUpdate,
  warnings: serviceWarnings,
  shortNames: ['svc'],
  categories: ['all'],
  allowCreateOnUpdate: true,
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
  validateName: labelName,
  subresources: [
    {
      name: 'proxy',
      type: 'action',
      verbs: ['create', 'delete', 'get', 'patch', 'update'],
      kind: { group: '', version: 'v1', kind: 'ServiceProxyOptions' },
    },
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] },
  ],
});
