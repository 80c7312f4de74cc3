/**
 * Client: typed access to the API through any transport (in process, HTTP, simulated network).
 *
 * Every call takes the kind's ResourceDefinition, which carries the type: `client.get(Pods, {namespace, name})` is a Pod. What
 * comes back is frozen; change it with `edit`. Failures are StatusError. Nothing here retries: callers' queues do.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import type { KubeObject, ObjectList, WatchEvent } from '#api/object.ts';

/** Namespace is '' or absent for cluster-scoped kinds. */
export interface Target {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ListOptions extends CallOptions {
  /** Absent lists all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly limit?: number | undefined;
  readonly continue?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan' | undefined;
}

export interface WatchOptions extends CallOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Events after this version; with sendInitialEvents the state at least as new as it comes first, then a bookmark. */
  readonly resourceVersion?: string | undefined;
  readonly sendInitialEvents?: boolean | undefined;
  readonly allowWatchBookmarks?: boolean | undefined;
  readonly timeoutSeconds?: number | undefined;
}

export interface WriteOptions extends CallOptions {
  readonly fieldManager?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
}

export interface PatchOptions extends WriteOptions {
  readonly type: 'json' | 'merge' | 'strategic' | 'apply';
  readonly force?: boolean | undefined;
  readonly subresource?: string | undefined;
}

export interface DeleteOptions extends CallOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground' | undefined;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface Client {
  get<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    target: Target,
    options?: CallOptions & { readonly resourceVersion?: string },
  ): Promise<T>;
  list<T extends KubeObject>(definition: ResourceDefinition<T>, options?: ListOptions): Promise<ObjectList<T>>;
  /** Ends when the server closes the watch; throws StatusError (410 Expired: list again) or AbortedError. */
  watch<T extends KubeObject>(definition: ResourceDefinition<T>, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Namespace and name are the object's own. */
  create<T extends KubeObject>(definition: ResourceDefinition<T>, object: T, options?: WriteOptions): Promise<T>;
  /** Fails with Conflict when object.metadata.resourceVersion is set and not the newest. */
  update<T extends KubeObject>(definition: ResourceDefinition<T>, object: T, options?: WriteOptions): Promise<T>;
  updateStatus<T extends KubeObject>(definition: ResourceDefinition<T>, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    target: Target,
    patch: unknown,
    options: PatchOptions,
  ): Promise<T>;
  /** The deleted object, or the object that is now terminating, or a Status: callers hardly ever care. */
  delete<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    target: Target,
    options?: DeleteOptions,
  ): Promise<KubeObject>;
  deleteCollection<T extends KubeObject>(
    definition: ResourceDefinition<T>,
    options: ListOptions & DeleteOptions,
  ): Promise<void>;
  /** POST to a subresource: pods/binding, pods/eviction, serviceaccounts/token. */
  createSubresource<R extends KubeObject>(
    definition: ResourceDefinition,
    target: Target,
    subresource: string,
    body: R,
    options?: WriteOptions,
  ): Promise<R>;
  /** Any path, JSON in and out: discovery and kinds known only at run time. */
  raw(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    options?: CallOptions & { readonly contentType?: string },
  ): Promise<unknown>;
}
