/** Columns of Ingress tables. */

import { ageColumn, nameColumn, shortList, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { Ingress } from '#kinds/generated/networking-v1.ts';

export const ingressColumns: readonly Column<Ingress>[] = [
  nameColumn,
  textColumn('Class', ({ spec }) => spec?.ingressClassName),
  textColumn('Hosts', ({ spec }) =>
    shortList(
      (spec?.rules ?? []).flatMap(({ host }) => (host ? [host] : [])),
      '*',
    ),
  ),
  { name: 'Address', type: 'string', cell: addressOf },
  textColumn('Ports', ({ spec }) => ((spec?.tls?.length ?? 0) > 0 ? '80, 443' : '80')),
  ageColumn,
];

function addressOf({ status }: Ingress): string {
  const found = (status?.loadBalancer?.ingress ?? [])
    .map(({ ip, hostname }) => ip || hostname || '')
    .filter((text) => text !== '');
  return [...new Set(found)].sort().join(',');
}
