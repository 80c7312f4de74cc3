import { defineResource } from '#api/definition.ts';
import type { PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';
import { persistentVolumeClaimColumns } from './columns.ts';
import { defaultPersistentVolumeClaim } from './defaults.ts';

export const PersistentVolumeClaims = defineResource<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  scope: 'Namespaced',
  columns: persistentVolumeClaimColumns,
  returnsDeletedObject: true,
  defaults: defaultPersistentVolumeClaim,
  prepareForCreate: (claim) => {
    claim.status = { phase: 'Pending' };
  },
  shortNames: ['pvc'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
