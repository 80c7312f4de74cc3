/** Columns of PriorityLevelConfiguration tables. */

import { ageColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { PriorityLevelConfiguration } from '#kinds/generated/flowcontrol-v1.ts';

export const priorityLevelConfigurationColumns: readonly Column<PriorityLevelConfiguration>[] = [
  nameColumn,
  { name: 'Type', type: 'string', cell: ({ spec }) => spec?.type ?? '' },
  cell('NominalConcurrencyShares', ({ spec }) => spec?.limited?.nominalConcurrencyShares),
  cell('Queues', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queues),
  cell('HandSize', ({ spec }) => spec?.limited?.limitResponse?.queuing?.handSize),
  cell('QueueLengthLimit', ({ spec }) => spec?.limited?.limitResponse?.queuing?.queueLengthLimit),
  ageColumn,
];

function cell(
  name: string,
  value: (object: PriorityLevelConfiguration) => number | undefined,
): Column<PriorityLevelConfiguration> {
  return { name, type: 'string', cell: (object) => value(object) ?? '<none>' };
}
