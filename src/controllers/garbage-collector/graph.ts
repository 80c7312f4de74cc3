/**
 * Who depends on whom: every object of the cluster by uid, with edges from owners to the objects that name them in ownerReferences.
 *
 * The graph is fed by watches of all kinds, in no order between kinds: an owner may be seen after its dependents, or never (it was
 * deleted before we looked). So edges are kept by the owner's uid, whether the owner is there or not. Every change answers with the
 * uids that have to be examined because of it.
 *
 * Invariant: an object in the graph whose owners are all in the graph needs no look at the API; when an owner goes, its removal
 * names all its dependents.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import type { OwnerReference } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';

export const foregroundFinalizer = 'foregroundDeletion';
export const orphanFinalizer = 'orphan';

export interface GraphObject {
  readonly definition: ResourceDefinition;
  readonly object: KubeObject;
}

export class DependencyGraph {
  private readonly objects = new Map<string, GraphObject>();
  private readonly dependents = new Map<string, Set<string>>();

  get(uid: string): GraphObject | undefined {
    return this.objects.get(uid);
  }

  dependentsOf(uid: string): GraphObject[] {
    const found: GraphObject[] = [];
    for (const dependent of this.dependents.get(uid) ?? []) {
      const object = this.objects.get(dependent);
      if (object) found.push(object);
    }
    return found;
  }

  /** The object was added or changed; `uids` to examine. */
  observe(definition: ResourceDefinition, object: KubeObject): string[] {
    const uid = object.metadata?.uid ?? '';
    const before = this.objects.get(uid)?.object;
    this.objects.set(uid, { definition, object });
    const owners = ownersOf(object);
    const examine = this.relink(uid, before ? ownersOf(before) : [], owners);
    const isNew = before === undefined;
    if (startsDeletion(before, object, orphanFinalizer)) examine.push(uid);
    if (startsDeletion(before, object, foregroundFinalizer)) examine.push(uid, ...(this.dependents.get(uid) ?? []));
    // Those that were linked by uid alone may mean another object: the name, kind or namespace tells.
    if (isNew) {
      for (const dependent of this.dependentsOf(uid)) {
        if (!this.ownersNaming(dependent, uid)) examine.push(dependent.object.metadata?.uid ?? '');
      }
    }
    return examine;
  }

  /** The object is gone; uids to examine. */
  remove(uid: string): string[] {
    const gone = this.objects.get(uid);
    if (!gone) return [];
    this.objects.delete(uid);
    const examine = [...(this.dependents.get(uid) ?? [])];
    for (const { uid: owner } of ownersOf(gone.object)) {
      this.unlink(owner, uid);
      const waiting = this.objects.get(owner);
      if (waiting && isWaitingForDependents(waiting.object)) examine.push(owner);
    }
    return examine;
  }

  /** The owner that a reference means, if we know it: same uid, and name, kind and namespace agree. */
  ownerOf(dependent: GraphObject, reference: OwnerReference): GraphObject | undefined {
    const owner = this.objects.get(reference.uid);
    return owner && isMeant(dependent.object, reference, owner) ? owner : undefined;
  }

  private ownersNaming(dependent: GraphObject, ownerUid: string): boolean {
    return ownersOf(dependent.object).some(
      (reference) => reference.uid === ownerUid && this.ownerOf(dependent, reference) !== undefined,
    );
  }

  private relink(uid: string, before: readonly OwnerReference[], now: readonly OwnerReference[]): string[] {
    const examine: string[] = [];
    for (const old of before) {
      const kept = now.find((reference) => reference.uid === old.uid);
      if (!kept) this.unlink(old.uid, uid);
      // An owner that waits for blocking dependents may be free to go.
      if (old.blockOwnerDeletion && !kept?.blockOwnerDeletion && this.objects.has(old.uid)) examine.push(old.uid);
    }
    const self = this.objects.get(uid);
    for (const reference of now) {
      const known = before.some((old) => old.uid === reference.uid);
      if (known) continue;
      const dependents = this.dependents.get(reference.uid);
      if (dependents) dependents.add(uid);
      else this.dependents.set(reference.uid, new Set([uid]));
      const owner = self && this.ownerOf(self, reference);
      if (!owner || isWaitingForDependents(owner.object)) examine.push(uid);
    }
    return examine;
  }

  private unlink(ownerUid: string, uid: string): void {
    const dependents = this.dependents.get(ownerUid);
    dependents?.delete(uid);
    if (dependents?.size === 0) this.dependents.delete(ownerUid);
  }
}

export function ownersOf(object: KubeObject): readonly OwnerReference[] {
  return object.metadata?.ownerReferences ?? [];
}

export function isBeingDeleted(object: KubeObject): boolean {
  return object.metadata?.deletionTimestamp !== undefined;
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata?.finalizers?.includes(finalizer) ?? false;
}

/** Deleted in the foreground: it goes after its dependents. */
export function isWaitingForDependents(object: KubeObject): boolean {
  return isBeingDeleted(object) && hasFinalizer(object, foregroundFinalizer);
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

function startsDeletion(before: KubeObject | undefined, now: KubeObject, finalizer: string): boolean {
  if (!isBeingDeleted(now) || !hasFinalizer(now, finalizer)) return false;
  return before === undefined || !isBeingDeleted(before) || !hasFinalizer(before, finalizer);
}

function isMeant(dependent: KubeObject, reference: OwnerReference, owner: GraphObject): boolean {
  const { definition, object } = owner;
  return (
    reference.kind === definition.kind &&
    groupOf(reference.apiVersion) === definition.group &&
    reference.name === object.metadata?.name &&
    (definition.scope === 'Cluster' || object.metadata?.namespace === dependent.metadata?.namespace)
  );
}
