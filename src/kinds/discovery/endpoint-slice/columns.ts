/** Columns of EndpointSlice tables. */

import { ageColumn, nameColumn, shortList } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';

export const endpointSliceColumns: readonly Column<EndpointSlice>[] = [
  nameColumn,
  { name: 'AddressType', type: 'string', cell: ({ addressType }) => addressType },
  {
    name: 'Ports',
    type: 'string',
    cell: ({ ports }) =>
      shortList(
        (ports ?? []).map(({ port, name }) => (port ? String(port) : name || '*')),
        '<unset>',
      ),
  },
  {
    name: 'Endpoints',
    type: 'string',
    cell: ({ endpoints }) =>
      shortList(
        (endpoints ?? []).flatMap(({ addresses }) => addresses),
        '<unset>',
      ),
  },
  ageColumn,
];
