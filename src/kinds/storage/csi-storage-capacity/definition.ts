import { defineResource } from '#api/definition.ts';
import type { CSIStorageCapacity } from '#kinds/generated/storage-v1.ts';
import { validateCSIStorageCapacity, validateCSIStorageCapacityUpdate } from './validation.ts';

export const CSIStorageCapacities = defineResource<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  validate: validateCSIStorageCapacity,
  validateUpdate: validateCSIStorageCapacityUpdate,
  allowUnconditionalUpdate: false,
});
