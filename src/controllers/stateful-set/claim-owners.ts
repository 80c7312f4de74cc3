/**
 * Who owns a pod's claims (KEP-1847 persistentVolumeClaimRetentionPolicy): the StatefulSet when claims go with it, the pod when claims go
 * with scaling down, nobody when they are retained. The garbage collector does the rest.
 */

import type { OwnerReference } from '#api/generated/meta-v1.ts';
import { equalTrees } from '#base/equal.ts';
import { StatefulSets } from '#kinds/apps/stateful-set/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { StatefulSet } from '#kinds/generated/apps-v1.ts';
import type { PersistentVolumeClaim, Pod } from '#kinds/generated/core-v1.ts';
import { newControllerRef } from '../ownership/controller-ref.ts';
import { isInRange, ordinalOf } from './identity.ts';

/** The references to write; undefined when they are right, or must be left alone because they speak of an earlier pod or set. */
export function claimOwners(
  set: StatefulSet,
  pod: Pod,
  claim: PersistentVolumeClaim,
): readonly OwnerReference[] | undefined {
  const current = claim.metadata?.ownerReferences ?? [];
  const namesSet = (reference: OwnerReference) => names(reference, 'apps/v1', 'StatefulSet', set.metadata?.name);
  const namesPod = (reference: OwnerReference) => names(reference, 'v1', 'Pod', pod.metadata?.name);
  const isStale = (reference: OwnerReference) =>
    (namesSet(reference) && reference.uid !== set.metadata?.uid) ||
    (namesPod(reference) && reference.uid !== pod.metadata?.uid);
  if (current.some(isStale)) return undefined;
  const others = current.filter((reference) => !namesSet(reference) && !namesPod(reference));
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  // Another controller of the claim wins; we take back what we said.
  const foreign = others.some(({ controller }) => controller) && (whenDeleted !== 'Retain' || whenScaled !== 'Retain');
  const wanted = [...others];
  if (!foreign) {
    const condemned = !isInRange(set, ordinalOf(set, pod) ?? -1);
    const bySet = whenDeleted === 'Delete' && !(whenScaled === 'Delete' && condemned);
    if (bySet) wanted.push(newControllerRef(StatefulSets, set));
    if (whenScaled === 'Delete' && condemned) wanted.push(newControllerRef(Pods, pod));
  }
  const uids = (references: readonly OwnerReference[]) =>
    references.map(({ uid, controller }) => `${uid} ${controller ?? false}`).sort();
  return equalTrees(uids(current), uids(wanted)) ? undefined : wanted;
}

/** A claim of an earlier pod of this name that is about to be collected: a new pod must not take it. */
export function isClaimStale(set: StatefulSet, pod: Pod, claim: PersistentVolumeClaim): boolean {
  if ((set.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled ?? 'Retain') === 'Retain') return false;
  return (claim.metadata?.ownerReferences ?? []).some(
    (reference) => names(reference, 'v1', 'Pod', pod.metadata?.name) && reference.uid !== pod.metadata?.uid,
  );
}

function names(reference: OwnerReference, apiVersion: string, kind: string, name: string | undefined): boolean {
  return reference.apiVersion === apiVersion && reference.kind === kind && reference.name === name;
}
