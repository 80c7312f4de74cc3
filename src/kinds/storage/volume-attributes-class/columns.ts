/** Columns of VolumeAttributesClass tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { VolumeAttributesClass } from '#kinds/generated/storage-v1.ts';

export const volumeAttributesClassColumns: readonly Column<VolumeAttributesClass>[] = [
  nameColumn,
  { name: 'DriverName', type: 'string', cell: ({ driverName }) => driverName },
  ageColumn,
];
