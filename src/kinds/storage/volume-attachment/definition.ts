import { defineResource } from '#api/definition.ts';
import type { VolumeAttachment } from '#kinds/generated/storage-v1.ts';
import { volumeAttachmentColumns } from './columns.ts';

export const VolumeAttachments = defineResource<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  columns: volumeAttachmentColumns,
  returnsDeletedObject: true,
  allowUnconditionalUpdate: false,
  subresources: [{ name: 'status', type: 'status', verbs: ['get', 'patch', 'update'] }],
});
