/** Columns of ResourceSlice tables. */

import { ageColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ResourceSlice } from '#kinds/generated/resource-v1.ts';

export const resourceSliceColumns: readonly Column<ResourceSlice>[] = [
  nameColumn,
  textColumn('Node', ({ spec }) => spec?.nodeName, '<unset>'),
  { name: 'Driver', type: 'string', cell: ({ spec }) => spec?.driver ?? '' },
  { name: 'Pool', type: 'string', cell: ({ spec }) => spec?.pool?.name ?? '' },
  ageColumn,
];
