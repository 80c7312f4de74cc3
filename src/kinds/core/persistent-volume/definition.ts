import { defineResource } from '#api/definition.ts';
import type { PersistentVolume } from '#kinds/generated/core-v1.ts';
import { persistentVolumeColumns } from './columns.ts';
import { defaultPersistentVolume } from './defaults.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validation.ts';
import { persistentVolumeWarnings } from './warnings.ts';

export const PersistentVolumes = defineResource<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  validate: validatePersistentVolume,
  validateUpdate: validatePersistentVolumeUpdate,
  columns: persistentVolumeColumns,
  returnsDeletedObject: true,
  defaults: defaultPersistentVolume,
  prepareForCreate: (volume, { now }) => {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: now };
  },
  prepareForStatusUpdate: (volume, old, { now }) => {
    const { status } = volume;
    if (!status) return;
    const before = old.status?.lastPhaseTransitionTime;
    if (status.phase === old.status?.phase) status.lastPhaseTransitionTime ??= before;
    else if (!status.lastPhaseTransitionTime || status.lastPhaseTransitionTime === before) {
      status.lastPhaseTransitionTime = now;
    }
  },
  warnings: persistentVolumeWarnings,
  shortNames: ['pv'],
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
