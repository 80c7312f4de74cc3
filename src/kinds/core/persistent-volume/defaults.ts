/** Defaults of persistent volumes. */

import type { Draft } from '#base/edit.ts';
import type { PersistentVolume } from '#kinds/generated/core-v1.ts';

export function defaultPersistentVolume(volume: Draft<PersistentVolume>): void {
  volume.status ??= {};
  volume.status.phase ||= 'Pending';
  const { spec } = volume;
  if (!spec) return;
  spec.persistentVolumeReclaimPolicy ||= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  if (spec.hostPath) spec.hostPath.type ??= '';
}
