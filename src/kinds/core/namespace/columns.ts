/** Columns of Namespace tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { Namespace } from '#kinds/generated/core-v1.ts';

export const namespaceColumns: readonly Column<Namespace>[] = [
  nameColumn,
  { name: 'Status', type: 'string', cell: ({ status }) => status?.phase ?? '' },
  ageColumn,
];
