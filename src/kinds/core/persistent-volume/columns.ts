/** Columns of PersistentVolume tables. */

import { ageColumn, nameColumn, textColumn, wide } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { PersistentVolume } from '#kinds/generated/core-v1.ts';

export const persistentVolumeColumns: readonly Column<PersistentVolume>[] = [
  nameColumn,
  textColumn('Capacity', ({ spec }) => spec?.capacity?.storage, '0'),
  { name: 'Access Modes', type: 'string', cell: ({ spec }) => accessModes(spec?.accessModes) },
  { name: 'Reclaim Policy', type: 'string', cell: ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '' },
  {
    name: 'Status',
    type: 'string',
    cell: ({ metadata, status }) => (metadata?.deletionTimestamp ? 'Terminating' : (status?.phase ?? '')),
  },
  {
    name: 'Claim',
    type: 'string',
    cell: ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : ''),
  },
  { name: 'StorageClass', type: 'string', cell: storageClassOf },
  textColumn('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName, '<unset>'),
  { name: 'Reason', type: 'string', cell: ({ status }) => status?.reason ?? '' },
  ageColumn,
  wide(textColumn('VolumeMode', ({ spec }) => spec?.volumeMode, '<unset>')),
];

function storageClassOf({ metadata, spec }: PersistentVolume): string {
  return metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';
}

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** 'RWO,ROX' in upstream's order. */
export function accessModes(modes: readonly string[] | undefined): string {
  return Object.keys(shortModes)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => shortModes[mode])
    .join(',');
}
