/** Defaults of storage classes. */

import type { Draft } from '#base/edit.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';

export function defaultStorageClass(storageClass: Draft<StorageClass>): void {
  storageClass.reclaimPolicy ??= 'Delete';
  storageClass.volumeBindingMode ??= 'Immediate';
}
