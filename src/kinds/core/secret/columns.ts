/** Columns of Secret tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { Secret } from '#kinds/generated/core-v1.ts';

export const secretColumns: readonly Column<Secret>[] = [
  nameColumn,
  { name: 'Type', type: 'string', cell: ({ type }) => type ?? '' },
  { name: 'Data', type: 'string', cell: ({ data }) => Object.keys(data ?? {}).length },
  ageColumn,
];
