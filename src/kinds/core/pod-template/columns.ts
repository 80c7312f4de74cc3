/** Columns of PodTemplate tables. */

import { formatLabels, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { PodTemplate } from '#kinds/generated/core-v1.ts';

export const podTemplateColumns: readonly Column<PodTemplate>[] = [
  nameColumn,
  {
    name: 'Containers',
    type: 'string',
    cell: ({ template }) => (template?.spec?.containers ?? []).map(({ name }) => name).join(','),
  },
  {
    name: 'Images',
    type: 'string',
    cell: ({ template }) => (template?.spec?.containers ?? []).map(({ image }) => image ?? '').join(','),
  },
  textColumn('Pod Labels', ({ template }) => formatLabels(template?.metadata?.labels)),
];
