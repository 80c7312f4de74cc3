import { defineResource } from '#api/definition.ts';
import type { VolumeAttributesClass } from '#kinds/generated/storage-v1.ts';
import { volumeAttributesClassColumns } from './columns.ts';

export const VolumeAttributesClasses = defineResource<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  scope: 'Cluster',
  columns: volumeAttributesClassColumns,
  returnsDeletedObject: true,
  shortNames: ['vac'],
});
