import { defineResource } from '#api/definition.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';
import { storageClassColumns } from './columns.ts';
import { defaultStorageClass } from './defaults.ts';
import { validateStorageClass, validateStorageClassUpdate } from './validation.ts';

export const StorageClasses = defineResource<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  scope: 'Cluster',
  judgesNameOnUpdate: true,
  validate: validateStorageClass,
  validateUpdate: validateStorageClassUpdate,
  columns: storageClassColumns,
  returnsDeletedObject: true,
  defaults: defaultStorageClass,
  shortNames: ['sc'],
});
