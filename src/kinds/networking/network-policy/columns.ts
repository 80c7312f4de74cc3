/** Columns of NetworkPolicy tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import { formatLabelSelector } from '#api/label-selector.ts';
import type { NetworkPolicy } from '#kinds/generated/networking-v1.ts';

export const networkPolicyColumns: readonly Column<NetworkPolicy>[] = [
  nameColumn,
  { name: 'Pod-Selector', type: 'string', cell: ({ spec }) => formatLabelSelector(spec?.podSelector) },
  ageColumn,
];
