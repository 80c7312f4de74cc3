import { defineResource } from '#api/definition.ts';
import { keepMetadata } from '#api/status-metadata.ts';
import type { VolumeAttachment } from '#kinds/generated/storage-v1.ts';
import { volumeAttachmentColumns } from './columns.ts';
import {
  validateVolumeAttachment,
  validateVolumeAttachmentStatus,
  validateVolumeAttachmentUpdate,
} from './validation.ts';

export const VolumeAttachments = defineResource<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  prepareForStatusUpdate: keepMetadata,
  validate: validateVolumeAttachment,
  validateUpdate: validateVolumeAttachmentUpdate,
  validateStatusUpdate: validateVolumeAttachmentStatus,
  columns: volumeAttachmentColumns,
  returnsDeletedObject: true,
  allowUnconditionalUpdate: false,
  subresources: [
    { name: 'status', type: 'status', verbs: ['get', 'patch', 'update'], resetFields: [['metadata'], ['spec']] },
  ],
});
