import { defineResource } from '#api/definition.ts';
import type { PersistentVolume } from '#kinds/generated/core-v1.ts';
import { persistentVolumeColumns } from './columns.ts';
import { defaultPersistentVolume } from './defaults.ts';

export const PersistentVolumes = defineResource<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  scope: 'Cluster',
  columns: persistentVolumeColumns,
  returnsDeletedObject: true,
  defaults: defaultPersistentVolume,
  prepareForCreate: (volume, { now }) => {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: now };
  },
  shortNames: ['pv'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
