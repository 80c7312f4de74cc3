/** Columns of RuntimeClass tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { RuntimeClass } from '#kinds/generated/node-v1.ts';

export const runtimeClassColumns: readonly Column<RuntimeClass>[] = [
  nameColumn,
  { name: 'Handler', type: 'string', cell: ({ handler }) => handler },
  ageColumn,
];
