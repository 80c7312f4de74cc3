/** Columns of CSIDriver tables. */

import { ageColumn, booleanColumn, nameColumn, textColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { CSIDriver } from '#kinds/generated/storage-v1.ts';

export const csiDriverColumns: readonly Column<CSIDriver>[] = [
  nameColumn,
  booleanColumn('AttachRequired', ({ spec }) => spec?.attachRequired ?? true),
  booleanColumn('PodInfoOnMount', ({ spec }) => spec?.podInfoOnMount),
  booleanColumn('StorageCapacity', ({ spec }) => spec?.storageCapacity),
  textColumn(
    'TokenRequests',
    ({ spec }) => (spec?.tokenRequests ?? []).map(({ audience }) => audience).join(','),
    '<unset>',
  ),
  booleanColumn('RequiresRepublish', ({ spec }) => spec?.requiresRepublish),
  textColumn('Modes', ({ spec }) => (spec?.volumeLifecycleModes ?? []).join(',')),
  ageColumn,
];
