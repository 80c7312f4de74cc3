/** Columns of Deployment tables. */

import { ageColumn, nameColumn, selectorColumn, templateColumns, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { Deployment } from '#kinds/generated/apps-v1.ts';

export const deploymentColumns: readonly Column<Deployment>[] = [
  nameColumn,
  textColumn('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  { name: 'Up-to-date', type: 'string', cell: ({ status }) => status?.updatedReplicas ?? 0 },
  { name: 'Available', type: 'string', cell: ({ status }) => status?.availableReplicas ?? 0 },
  ageColumn,
  ...templateColumns(({ spec }) => spec?.template),
  selectorColumn(({ spec }) => spec?.selector),
];
