/** Columns of Lease tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { Lease } from '#kinds/generated/coordination-v1.ts';

export const leaseColumns: readonly Column<Lease>[] = [
  nameColumn,
  { name: 'Holder', type: 'string', cell: ({ spec }) => spec?.holderIdentity ?? '' },
  ageColumn,
];
