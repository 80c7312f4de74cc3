/** Columns of ResourceClaim tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ResourceClaim } from '#kinds/generated/resource-v1.ts';

export const resourceClaimColumns: readonly Column<ResourceClaim>[] = [
  nameColumn,
  { name: 'State', type: 'string', cell: stateOf },
  ageColumn,
];

function stateOf({ metadata, status }: ResourceClaim): string {
  const states: string[] = [];
  if (metadata?.deletionTimestamp) states.push('deleted');
  if (!status?.allocation) {
    if (!metadata?.deletionTimestamp) states.push('pending');
  } else {
    states.push('allocated');
    states.push(...((status.reservedFor?.length ?? 0) > 0 ? ['reserved'] : []));
  }
  return states.join(',');
}
