/**
 * Which PersistentVolume a claim can have on a node, and whether one can be provisioned for it there (component-helpers
 * storage/volume FindMatchingVolume). Pure.
 */

import { compareQuantities } from '#api/quantity.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, TopologySelectorTerm } from '#kinds/generated/core-v1.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';
import { labelMatcher } from '../../framework/label-matcher.ts';
import { nodeSelector } from '../../framework/node-selector.ts';
import { classOfClaim } from '../../framework/pod-claims.ts';

export function isOnNode(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec?.nodeAffinity?.required;
  return !required || nodeSelector(required).matches(node);
}

/** The smallest volume that is free and fits; one that is promised to the claim already comes before all. */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  node: Node,
  isTaken: (volume: PersistentVolume) => boolean,
): PersistentVolume | undefined {
  const wanted = claim.spec?.resources?.requests?.storage ?? '0';
  const selector = claim.spec?.selector ? labelMatcher(claim.spec.selector) : undefined;
  const className = classOfClaim(claim);
  let smallest: PersistentVolume | undefined;
  for (const volume of volumes) {
    const { spec, metadata, status } = volume;
    const isPromised = isPromisedTo(volume, claim);
    if (isTaken(volume) || metadata?.deletionTimestamp || (spec?.claimRef && !isPromised)) continue;
    const capacity = spec?.capacity?.storage ?? '0';
    if (compareQuantities(capacity, wanted) < 0) continue;
    if ((spec?.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) continue;
    if ((spec?.volumeAttributesClassName ?? '') !== (claim.spec?.volumeAttributesClassName ?? '')) continue;
    if (isPromised) return isOnNode(volume, node) ? volume : undefined;
    if (status?.phase !== 'Available' || (spec?.storageClassName ?? '') !== className) continue;
    if (selector && !selector.matches(metadata?.labels)) continue;
    if (!(claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode))) continue;
    if (!isOnNode(volume, node)) continue;
    if (!smallest || compareQuantities(capacity, smallest.spec?.capacity?.storage ?? '0') < 0) smallest = volume;
  }
  return smallest;
}

export function isPromisedTo({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const ref = spec?.claimRef;
  if (!ref || ref.name !== metadata?.name || ref.namespace !== metadata?.namespace) return false;
  return !ref.uid || ref.uid === metadata?.uid;
}

/** Whether the class can make a volume that the node reaches. */
export function canProvision(storageClass: StorageClass | undefined, node: Node): boolean {
  if (!storageClass?.provisioner || storageClass.provisioner === 'kubernetes.io/no-provisioner') return false;
  const terms = storageClass.allowedTopologies ?? [];
  return terms.length === 0 || terms.some((term) => matchesTopology(term, node));
}

function matchesTopology({ matchLabelExpressions }: TopologySelectorTerm, node: Node): boolean {
  const labels = node.metadata?.labels ?? {};
  return (
    (matchLabelExpressions?.length ?? 0) > 0 &&
    (matchLabelExpressions ?? []).every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}
