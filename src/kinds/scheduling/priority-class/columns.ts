/** Columns of PriorityClass tables. */

import { ageColumn, booleanColumn, nameColumn, numberColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { PriorityClass } from '#kinds/generated/scheduling-v1.ts';

export const priorityClassColumns: readonly Column<PriorityClass>[] = [
  nameColumn,
  numberColumn('Value', ({ value }) => value),
  booleanColumn('Global-Default', ({ globalDefault }) => globalDefault),
  ageColumn,
  textColumn('PreemptionPolicy', ({ preemptionPolicy }) => preemptionPolicy, 'PreemptLowerPriority'),
];
