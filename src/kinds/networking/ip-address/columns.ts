/** Columns of IPAddress tables. */

import { nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { IPAddress } from '#kinds/generated/networking-v1.ts';

export const ipAddressColumns: readonly Column<IPAddress>[] = [
  nameColumn,
  { name: 'ParentRef', type: 'string', cell: parentOf },
];

/** 'services.default/kubernetes' style reference to the owner of the address. */
function parentOf({ spec }: IPAddress): string {
  const parent = spec?.parentRef;
  if (!parent) return '<none>';
  const resource = parent.group ? `${parent.resource}.${parent.group}` : parent.resource;
  return `${resource}/${parent.namespace ? `${parent.namespace}/` : ''}${parent.name}`;
}
