/** Columns of PersistentVolumeClaim tables. */

import { ageColumn, nameColumn, textColumn, wide } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import { accessModes } from '#kinds/core/persistent-volume/columns.ts';
import type { PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';

export const persistentVolumeClaimColumns: readonly Column<PersistentVolumeClaim>[] = [
  nameColumn,
  {
    name: 'Status',
    type: 'string',
    cell: ({ metadata, status }) => (metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
  },
  { name: 'Volume', type: 'string', cell: ({ spec }) => spec?.volumeName ?? '' },
  {
    name: 'Capacity',
    type: 'string',
    cell: ({ spec, status }) => (spec?.volumeName ? (status?.capacity?.storage ?? '0') : ''),
  },
  {
    name: 'Access Modes',
    type: 'string',
    cell: ({ spec, status }) => (spec?.volumeName ? accessModes(status?.accessModes) : ''),
  },
  {
    name: 'StorageClass',
    type: 'string',
    cell: ({ metadata, spec }) =>
      metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '',
  },
  textColumn('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName, '<unset>'),
  ageColumn,
  wide(textColumn('VolumeMode', ({ spec }) => spec?.volumeMode, '<unset>')),
];
