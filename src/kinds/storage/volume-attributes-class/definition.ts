import { defineResource } from '#api/definition.ts';
import type { VolumeAttributesClass } from '#kinds/generated/storage-v1.ts';
import { volumeAttributesClassColumns } from './columns.ts';
import { validateVolumeAttributesClass } from './validation.ts';

export const VolumeAttributesClasses = defineResource<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  validate: validateVolumeAttributesClass,
  columns: volumeAttributesClassColumns,
  returnsDeletedObject: true,
  shortNames: ['vac'],
});
