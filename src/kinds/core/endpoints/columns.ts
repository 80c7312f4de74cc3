/** Columns of Endpoints tables. */

import { ageColumn, nameColumn, shortList, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { Endpoints } from '#kinds/generated/core-v1.ts';

export const endpointsColumns: readonly Column<Endpoints>[] = [
  nameColumn,
  textColumn('Endpoints', ({ subsets }) =>
    shortList(
      (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
        ports.length === 0
          ? addresses.map(({ ip }) => ip)
          : ports.flatMap(({ port }) =>
              addresses.map(({ ip }) => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)),
            ),
      ),
      '<none>',
    ),
  ),
  ageColumn,
];
