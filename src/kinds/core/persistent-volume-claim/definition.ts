import { defineResource } from '#api/definition.ts';
import type { PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';
import { persistentVolumeClaimColumns } from './columns.ts';
import { defaultPersistentVolumeClaim } from './defaults.ts';
import { prepareClaim, prepareClaimUpdate } from './lifecycle.ts';
import {
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimStatusUpdate,
  validatePersistentVolumeClaimUpdate,
} from './validation.ts';
import { claimSpecWarnings } from './warnings.ts';

export const PersistentVolumeClaims = defineResource<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  scope: 'Namespaced',
  judgesNameOnUpdate: true,
  prepareForUpdate: prepareClaimUpdate,
  validate: validatePersistentVolumeClaim,
  validateUpdate: validatePersistentVolumeClaimUpdate,
  validateStatusUpdate: validatePersistentVolumeClaimStatusUpdate,
  columns: persistentVolumeClaimColumns,
  returnsDeletedObject: true,
  defaults: defaultPersistentVolumeClaim,
  prepareForCreate: prepareClaim,
  warnings: ({ spec }) => claimSpecWarnings(spec ?? {}, 'spec'),
  shortNames: ['pvc'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
