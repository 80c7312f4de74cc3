/**
 * LiveObjects: what authentication, authorization and admission know about the cluster: synchronous reads of the watch caches.
 * A read is as new as the cache: writes that were acknowledged a moment ago may not be in it yet, as with upstream's informers.
 */

import type { KubeObject } from '#api/object.ts';

/** 'group/plural'; the core group is empty: '/pods', 'rbac.authorization.k8s.io/roles'. */
export type CollectionName = `${string}/${string}`;

/** An object came (`previous` undefined), changed, or went (`current` undefined). */
export type ObjectChanged = (current: KubeObject | undefined, previous: KubeObject | undefined) => void;

export interface LiveObjects {
  /** Resolves when the collections can be read; undefined when they can be now. Must be awaited before the reads below. */
  load(...collections: readonly CollectionName[]): Promise<void> | undefined;
  /** `namespace` is '' for cluster-scoped kinds. */
  get(collection: CollectionName, namespace: string, name: string): KubeObject | undefined;
  /** All, or those of one namespace, in key order. */
  list(collection: CollectionName, namespace?: string): Iterable<KubeObject>;
  /** Moves with every change of the collection: what is derived from it is made again when this differs. */
  version(collection: CollectionName): number;
  /** Tells of every object that there is, and then of every change at once, as long as the server runs. */
  follow(collection: CollectionName, changed: ObjectChanged): void;
  /** Straight from the store, for decisions that must not be a moment behind. */
  getFresh(collection: CollectionName, namespace: string, name: string): Promise<KubeObject | undefined>;
}
