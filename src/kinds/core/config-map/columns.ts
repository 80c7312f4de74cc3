/** Columns of ConfigMap tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ConfigMap } from '#kinds/generated/core-v1.ts';

export const configMapColumns: readonly Column<ConfigMap>[] = [
  nameColumn,
  {
    name: 'Data',
    type: 'string',
    cell: ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
  },
  ageColumn,
];
