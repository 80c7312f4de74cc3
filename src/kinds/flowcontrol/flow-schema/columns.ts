/** Columns of FlowSchema tables. */

import { ageColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { FlowSchema } from '#kinds/generated/flowcontrol-v1.ts';

export const flowSchemaColumns: readonly Column<FlowSchema>[] = [
  nameColumn,
  textColumn('PriorityLevel', ({ spec }) => spec?.priorityLevelConfiguration?.name),
  { name: 'MatchingPrecedence', type: 'string', cell: ({ spec }) => spec?.matchingPrecedence ?? 0 },
  textColumn('DistinguisherMethod', ({ spec }) => spec?.distinguisherMethod?.type),
  ageColumn,
  textColumn('MissingPL', ({ status }) => {
    const condition = status?.conditions?.find(({ type }) => type === 'Dangling');
    return condition?.status ?? '?';
  }),
];
