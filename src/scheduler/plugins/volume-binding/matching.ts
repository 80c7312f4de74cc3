/**
 * Which PersistentVolume a claim can have on a node, and whether one can be provisioned for it there (component-helpers
 * storage/volume FindMatchingVolume). Pure.
 */

import { matchVolume } from '#kinds/core/persistent-volume/matching.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, TopologySelectorTerm } from '#kinds/generated/core-v1.ts';
import type { StorageClass } from '#kinds/generated/storage-v1.ts';
import { nodeSelector } from '../../framework/node-selector.ts';

export function isOnNode(volume: PersistentVolume, node: Node): boolean {
  const required = volume.spec?.nodeAffinity?.required;
  return !required || nodeSelector(required).matches(node);
}

/** The smallest volume that is free, fits and is reached from the node; one that is promised to the claim already comes before all. */
export function findVolume(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  node: Node,
  isTaken: (volume: PersistentVolume) => boolean,
): PersistentVolume | undefined {
  return matchVolume(claim, volumes, { isTaken, isReachable: (volume) => isOnNode(volume, node) });
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
