/** Defaults of claims, also of those in the templates of stateful sets. */

import type { Draft } from '#base/edit.ts';
import type { PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';

export function defaultPersistentVolumeClaim(claim: Draft<PersistentVolumeClaim>): void {
  claim.status ??= {};
  claim.status.phase ||= 'Pending';
  if (claim.spec) claim.spec.volumeMode ??= 'Filesystem';
}
