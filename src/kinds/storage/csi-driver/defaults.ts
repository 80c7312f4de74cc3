/** Defaults of CSI drivers. */

import type { Draft } from '#base/edit.ts';
import type { CSIDriver } from '#kinds/generated/storage-v1.ts';

export function defaultCSIDriver({ spec }: Draft<CSIDriver>): void {
  if (!spec) return;
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if (!spec.volumeLifecycleModes || spec.volumeLifecycleModes.length === 0) spec.volumeLifecycleModes = ['Persistent'];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
}
