/** How far a claim is bound, and the words by which binders, schedulers and provisioners tell each other about it. */

import type { PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';

/** On a claim: claim and volume name each other, and the binder has nothing left to do. */
export const bindCompleted = 'pv.kubernetes.io/bind-completed';
/** On either: the reference to the other was set by a controller, not by the user. */
export const boundByController = 'pv.kubernetes.io/bound-by-controller';
/** On a claim: the scheduler wants the volume to be provisioned for this node. */
export const selectedNode = 'volume.kubernetes.io/selected-node';

/** The beta annotation still wins over the field (component-helpers GetPersistentVolumeClaimClass). */
export function classOfClaim({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';
}

export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return Boolean(spec?.volumeName) && metadata?.annotations?.[bindCompleted] !== undefined;
}
