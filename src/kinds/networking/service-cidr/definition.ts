import { defineResource } from '#api/definition.ts';
import { keepMetadata } from '#api/status-metadata.ts';
import type { ServiceCIDR } from '#kinds/generated/networking-v1.ts';
import { serviceCIDRColumns } from './columns.ts';
import { validateServiceCIDR, validateServiceCIDRUpdate } from './validation.ts';

export const ServiceCIDRs = defineResource<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  prepareForStatusUpdate: keepMetadata,
  validate: validateServiceCIDR,
  validateUpdate: validateServiceCIDRUpdate,
  columns: serviceCIDRColumns,
  subresources: [
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'], resetFields: [['metadata'], ['spec']] },
  ],
});
