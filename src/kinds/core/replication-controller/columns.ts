/** Columns of ReplicationController tables. */

import { ageColumn, formatLabels, nameColumn, numberColumn, templateColumns, textColumn, wide } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { ReplicationController } from '#kinds/generated/core-v1.ts';

export const replicationControllerColumns: readonly Column<ReplicationController>[] = [
  nameColumn,
  numberColumn('Desired', ({ spec }) => spec?.replicas),
  numberColumn('Current', ({ status }) => status?.replicas),
  numberColumn('Ready', ({ status }) => status?.readyReplicas),
  ageColumn,
  ...templateColumns(({ spec }) => spec?.template),
  wide(textColumn('Selector', ({ spec }) => formatLabels(spec?.selector))),
];
