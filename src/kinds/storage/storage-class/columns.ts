/** Columns of StorageClass tables. */

import { ageColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';

export const storageClassColumns: readonly Column<StorageClass>[] = [
  {
    ...nameColumn,
    cell: ({ metadata }) => `${metadata?.name ?? ''}${isDefault(metadata?.annotations) ? ' (default)' : ''}`,
  },
  { name: 'Provisioner', type: 'string', cell: ({ provisioner }) => provisioner },
  textColumn('ReclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy, 'Delete'),
  textColumn('VolumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode, '<unset>'),
  { name: 'AllowVolumeExpansion', type: 'string', cell: ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false },
  ageColumn,
];

function isDefault(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'].some(
    (name) => annotations?.[name] === 'true',
  );
}
