/** KubeObject: what every API object has in common. */

import type { ObjectMeta } from './generated/meta-v1.ts';

export interface KubeObject {
  readonly apiVersion?: string | undefined;
  readonly kind?: string | undefined;
  readonly metadata?: ObjectMeta | undefined;
}

/** Namespace and name; namespace is '' for cluster-scoped objects. */
export interface ObjectRef {
  readonly namespace: string;
  readonly name: string;
}

/** 'namespace/name', or 'name' for a cluster-scoped object: the key of informer caches and work queues. */
export function keyOf(object: KubeObject): string {
  const namespace = object.metadata?.namespace;
  return namespace ? `${namespace}/${object.metadata?.name}` : (object.metadata?.name ?? '');
}

export function refOfKey(key: string): ObjectRef {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** A page or the whole of a list. `items` are frozen. */
export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continue?: string | undefined;
  readonly remainingItemCount?: number | undefined;
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** DELETED carries the last state with the deletion's resourceVersion; ERROR never leaves a client: it is thrown. */
export interface WatchEvent<T> {
  readonly type: Exclude<WatchEventType, 'ERROR'>;
  readonly object: T;
}
