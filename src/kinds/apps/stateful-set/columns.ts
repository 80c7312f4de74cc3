/** Columns of StatefulSet tables. */

import { ageColumn, nameColumn, templateColumns, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';

export const statefulSetColumns: readonly Column<StatefulSet>[] = [
  nameColumn,
  textColumn('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  ageColumn,
  ...templateColumns(({ spec }) => spec?.template),
];
