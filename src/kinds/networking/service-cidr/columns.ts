/** Columns of ServiceCIDR tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ServiceCIDR } from '#kinds/generated/networking-v1.ts';

export const serviceCIDRColumns: readonly Column<ServiceCIDR>[] = [
  nameColumn,
  { name: 'CIDRs', type: 'string', cell: ({ spec }) => (spec?.cidrs ?? []).join(',') },
  ageColumn,
];
