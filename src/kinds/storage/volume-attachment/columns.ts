/** Columns of VolumeAttachment tables. */

import { ageColumn, booleanColumn, nameColumn } from '#api/columns.ts';
import type { Column } from '#api/definition.ts';
import type { VolumeAttachment } from '#kinds/generated/storage-v1.ts';

export const volumeAttachmentColumns: readonly Column<VolumeAttachment>[] = [
  nameColumn,
  { name: 'Attacher', type: 'string', format: 'name', cell: ({ spec }) => spec?.attacher ?? '' },
  { name: 'PV', type: 'string', cell: ({ spec }) => spec?.source?.persistentVolumeName ?? '' },
  { name: 'Node', type: 'string', cell: ({ spec }) => spec?.nodeName ?? '' },
  booleanColumn('Attached', ({ status }) => status?.attached),
  ageColumn,
];
