/** Columns of ResourceQuota tables: used of hard, limits apart. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ResourceQuota } from '#kinds/generated/core-v1.ts';

export const resourceQuotaColumns: readonly Column<ResourceQuota>[] = [
  nameColumn,
  { name: 'Request', type: 'string', cell: (quota) => usage(quota, (name) => !name.startsWith('limits.')) },
  { name: 'Limit', type: 'string', cell: (quota) => usage(quota, (name) => name.startsWith('limits.')) },
  ageColumn,
];

function usage({ status }: ResourceQuota, counts: (name: string) => boolean): string {
  return Object.keys(status?.hard ?? {})
    .filter(counts)
    .sort()
    .map((name) => `${name}: ${status?.used?.[name] ?? '0'}/${status?.hard?.[name]}`)
    .join(', ');
}
