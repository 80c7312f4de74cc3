/** Columns of CSINode tables. */

import { ageColumn, nameColumn, numberColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { CSINode } from '#kinds/generated/storage-v1.ts';

export const csiNodeColumns: readonly Column<CSINode>[] = [
  nameColumn,
  numberColumn('Drivers', ({ spec }) => spec?.drivers?.length),
  ageColumn,
];
