/** The two halves of a binding as edits: what a volume and a claim look like when they have each other. Pure. */

import { edit } from '#base/edit.ts';
import { isPromisedTo } from '#kinds/core/persistent-volume/matching.ts';
import { bindCompleted, boundByController } from '#kinds/core/persistent-volume-claim/binding.ts';
import type { PersistentVolume, PersistentVolumeClaim, PersistentVolumeClaimStatus } from '#kinds/generated/core-v1.ts';

/** Unchanged when it names this very claim. A name that the user wrote gets its uid; all else is marked as ours. */
export function volumeBoundTo(claim: PersistentVolumeClaim, volume: PersistentVolume): PersistentVolume {
  const { metadata } = claim;
  if (isPromisedTo(volume, claim) && volume.spec?.claimRef?.uid === metadata?.uid) return volume;
  const isOurChoice = !isPromisedTo(volume, claim);
  return edit(volume, (draft) => {
    draft.spec ??= {};
    draft.spec.claimRef = {
      kind: 'PersistentVolumeClaim',
      apiVersion: 'v1',
      namespace: metadata?.namespace,
      name: metadata?.name,
      uid: metadata?.uid,
      resourceVersion: metadata?.resourceVersion,
    };
    draft.metadata ??= {};
    if (isOurChoice) draft.metadata.annotations = { ...draft.metadata.annotations, [boundByController]: 'yes' };
  });
}

/** Free again: a reference of ours goes, one that the user wrote keeps the claim's name. */
export function volumeUnbound(volume: PersistentVolume): PersistentVolume {
  return edit(volume, (draft) => {
    if (!draft.spec) return;
    if (draft.metadata?.annotations?.[boundByController] === undefined) {
      if (draft.spec.claimRef) {
        delete draft.spec.claimRef.uid;
        delete draft.spec.claimRef.resourceVersion;
      }
      return;
    }
    delete draft.spec.claimRef;
    delete draft.metadata.annotations[boundByController];
  });
}

export function claimBoundTo(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolumeClaim {
  const volumeName = volume.metadata?.name;
  const isOurChoice = claim.spec?.volumeName !== volumeName;
  const marks = { ...(isOurChoice ? { [boundByController]: 'yes' } : {}), [bindCompleted]: 'yes' };
  const annotations = claim.metadata?.annotations;
  if (!isOurChoice && annotations?.[bindCompleted] !== undefined) return claim;
  return {
    ...claim,
    metadata: { ...claim.metadata, annotations: { ...annotations, ...marks } },
    spec: { ...claim.spec, volumeName },
  };
}

/** What the volume gives. The capacity of a claim that was bound before is the business of resizing. */
export function boundStatus(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolumeClaimStatus {
  const { status } = claim;
  const storage = volume.spec?.capacity?.storage;
  const wasBound = status?.phase === 'Bound' && status.capacity?.storage !== undefined;
  const attributes = volume.spec?.volumeAttributesClassName;
  return {
    ...status,
    phase: 'Bound',
    accessModes: volume.spec?.accessModes ?? [],
    ...(wasBound || storage === undefined ? {} : { capacity: { ...status?.capacity, storage } }),
    ...(wasBound || !attributes ? {} : { currentVolumeAttributesClassName: attributes }),
  };
}
