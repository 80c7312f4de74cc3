/** Columns of CronJob tables. */

import { ageColumn, nameColumn, numberColumn, selectorColumn, templateColumns, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import { ageOf } from '#api/time.ts';
import type { CronJob } from '#kinds/generated/batch-v1.ts';

export const cronJobColumns: readonly Column<CronJob>[] = [
  nameColumn,
  { name: 'Schedule', type: 'string', cell: ({ spec }) => spec?.schedule ?? '' },
  textColumn('Timezone', ({ spec }) => spec?.timeZone),
  {
    name: 'Suspend',
    type: 'boolean',
    cell: ({ spec }) => (spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False'),
  },
  numberColumn('Active', ({ status }) => status?.active?.length),
  textColumn('Last Schedule', ({ status }, nowMs) => status?.lastScheduleTime && ageOf(status.lastScheduleTime, nowMs)),
  ageColumn,
  ...templateColumns(({ spec }) => spec?.jobTemplate?.spec?.template),
  selectorColumn(({ spec }) => spec?.jobTemplate?.spec?.selector),
];
