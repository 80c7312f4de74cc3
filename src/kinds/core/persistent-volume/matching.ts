/**
 * Which PersistentVolume a claim can have (component-helpers storage/volume FindMatchingVolume). The scheduler asks for the
 * volumes that a node reaches, the binder for any. Pure.
 */

import { selectorFromLabelSelector } from '#api/label-selector.ts';
import { compareQuantities } from '#api/quantity.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '#kinds/generated/core-v1.ts';
import { classOfClaim } from '../persistent-volume-claim/binding.ts';

export interface VolumeChoice {
  /** Given away by who asks, though its object does not say so yet. */
  readonly isTaken?: (volume: PersistentVolume) => boolean;
  readonly isReachable?: (volume: PersistentVolume) => boolean;
  /** Only a volume that names the claim already: the others wait until a pod's node is known. */
  readonly onlyPromised?: boolean;
}

/** The smallest volume that is free and fits; one that is promised to the claim already comes before all. */
export function matchVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  { isTaken, isReachable, onlyPromised = false }: VolumeChoice = {},
): PersistentVolume | undefined {
  const selector = claim.spec?.selector ? selectorFromLabelSelector(claim.spec.selector) : undefined;
  let smallest: PersistentVolume | undefined;
  for (const volume of volumes) {
    const { spec, metadata, status } = volume;
    const isPromised = isPromisedTo(volume, claim);
    if (isTaken?.(volume) || metadata?.deletionTimestamp || (spec?.claimRef && !isPromised)) continue;
    const reason = misfit(volume, claim);
    if (reason === tooSmall || reason === otherMode || reason === otherAttributes) continue;
    if (isPromised) return isReachable?.(volume) === false ? undefined : volume;
    if (onlyPromised || reason !== undefined || status?.phase !== 'Available') continue;
    if (selector && !selector.matches(metadata?.labels)) continue;
    if (isReachable?.(volume) === false) continue;
    if (!smallest || compareQuantities(capacityOf(volume), capacityOf(smallest)) < 0) smallest = volume;
  }
  return smallest;
}

const tooSmall = 'requested PV is too small';
const otherClass = 'storageClassName does not match';
const otherAttributes = 'volumeAttributesClassName does not match';
const otherMode = 'incompatible volumeMode';
const otherAccess = 'incompatible accessMode';

/** In upstream's words why the volume does not do for the claim; its labels and its node are not looked at. */
export function misfit(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  const { spec } = volume;
  if (compareQuantities(capacityOf(volume), claim.spec?.resources?.requests?.storage ?? '0') < 0) return tooSmall;
  if ((spec?.volumeAttributesClassName ?? '') !== (claim.spec?.volumeAttributesClassName ?? '')) return otherAttributes;
  if ((spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) return otherMode;
  if (classOfVolume(volume) !== classOfClaim(claim)) return otherClass;
  const modes = claim.spec?.accessModes ?? [];
  return modes.every((mode) => spec?.accessModes?.includes(mode)) ? undefined : otherAccess;
}

/** The volume names the claim: this very one, or by its name only, which a user wrote in advance. */
export function isPromisedTo({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const ref = spec?.claimRef;
  if (!ref || ref.name !== metadata?.name || ref.namespace !== metadata?.namespace) return false;
  return !ref.uid || ref.uid === metadata?.uid;
}

function capacityOf({ spec }: PersistentVolume): string {
  return spec?.capacity?.storage ?? '0';
}

/** The beta annotation still wins over the field, as with claims. */
function classOfVolume({ metadata, spec }: PersistentVolume): string {
  return metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';
}
