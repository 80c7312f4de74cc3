/** Columns of ReplicaSet tables. */

import { ageColumn, nameColumn, numberColumn, selectorColumn, templateColumns } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ReplicaSet } from '#kinds/generated/apps-v1.ts';

export const replicaSetColumns: readonly Column<ReplicaSet>[] = [
  nameColumn,
  numberColumn('Desired', ({ spec }) => spec?.replicas),
  numberColumn('Current', ({ status }) => status?.replicas),
  numberColumn('Ready', ({ status }) => status?.readyReplicas),
  ageColumn,
  ...templateColumns(({ spec }) => spec?.template),
  selectorColumn(({ spec }) => spec?.selector),
];
