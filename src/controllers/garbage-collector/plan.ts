/**
 * What the garbage collector does with one object (upstream's attemptToDeleteItem):
 * - deleted with the finalizer "orphan": its dependents are let go, then it goes;
 * - deleted with "foregroundDeletion": its dependents go first; it goes when none is left that blocks it;
 * - otherwise an object stays while one of its owners does, and loses its references to the others. Without any it is deleted: in the
 *   foreground when that is what an owner waits for and it has dependents itself, else as its own finalizers say.
 */

import type { OwnerReference } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import {
  foregroundFinalizer,
  hasFinalizer,
  isBeingDeleted,
  isWaitingForDependents,
  orphanFinalizer,
  ownersOf,
} from './graph.ts';

export type PropagationPolicy = 'Orphan' | 'Background' | 'Foreground';

/** What is known of an owner: it exists, it does not, or it exists only until its dependents are gone. */
export type OwnerState = 'solid' | 'absent' | 'waiting';

export type Action =
  | { readonly type: 'none' }
  | { readonly type: 'orphan-dependents' }
  /** Take off the finalizer: nothing is left to wait for. */
  | { readonly type: 'finish'; readonly finalizer: string }
  /** Look at these dependents, which block the object. */
  | { readonly type: 'await'; readonly dependents: readonly KubeObject[] }
  /** Remove the references to these owners. */
  | { readonly type: 'trim'; readonly owners: readonly string[] }
  /** `unblock`: first make the object's references non-blocking, because it may be part of a circle. */
  | { readonly type: 'delete'; readonly policy: PropagationPolicy; readonly unblock: boolean };

/** First look, from the graph alone: undefined when the owners decide. */
export function planDeletion(object: KubeObject, dependents: readonly KubeObject[]): Action | undefined {
  if (isBeingDeleted(object)) {
    if (hasFinalizer(object, orphanFinalizer)) return { type: 'orphan-dependents' };
    if (!hasFinalizer(object, foregroundFinalizer)) return { type: 'none' };
    const blocking = dependents.filter((dependent) => blocks(dependent, object));
    if (blocking.length === 0) return { type: 'finish', finalizer: foregroundFinalizer };
    return { type: 'await', dependents: blocking.filter((dependent) => !isWaitingForDependents(dependent)) };
  }
  return ownersOf(object).length === 0 ? { type: 'none' } : undefined;
}

/** Second look, with the state of every owner of `object`. */
export function planByOwners(
  object: KubeObject,
  stateOf: (reference: OwnerReference) => OwnerState,
  dependents: readonly KubeObject[],
): Action {
  const owners = ownersOf(object).map((reference) => ({ uid: reference.uid, state: stateOf(reference) }));
  if (owners.some(({ state }) => state === 'solid')) {
    const others = owners.filter(({ state }) => state !== 'solid').map(({ uid }) => uid);
    return others.length > 0 ? { type: 'trim', owners: others } : { type: 'none' };
  }
  if (owners.some(({ state }) => state === 'waiting') && dependents.length > 0) {
    return { type: 'delete', policy: 'Foreground', unblock: dependents.some(isWaitingForDependents) };
  }
  const policy = hasFinalizer(object, orphanFinalizer)
    ? 'Orphan'
    : hasFinalizer(object, foregroundFinalizer)
      ? 'Foreground'
      : 'Background';
  return { type: 'delete', policy, unblock: false };
}

function blocks(dependent: KubeObject, owner: KubeObject): boolean {
  return ownersOf(dependent).some(({ uid, blockOwnerDeletion }) => uid === owner.metadata?.uid && blockOwnerDeletion);
}
