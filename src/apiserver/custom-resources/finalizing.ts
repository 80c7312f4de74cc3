/**
 * Finalizing: deletes the objects of definitions that are deleted, and then lets the definitions go (upstream: apiextensions controller/finalizer).
 * Each definition is at it by itself: however many objects one has, others are established, served and finalized meanwhile.
 */

import { isNotFound } from '#api/errors.ts';
import { throwIfAborted } from '#base/abort.ts';
import type { CachedObject } from '../cache/cached-object.ts';
import type { ServerContext } from '../context.ts';
import type { Resource } from '../registry/resource.ts';
import { deleteObject } from '../verbs/delete.ts';
import { type ServingContext, storageVersionOf } from './definition.ts';
import { type DefinitionWriter, internalContext, isTrue } from './definition-writer.ts';
import type { CustomResourceKind } from './json-schema.ts';
import { ReconcileQueue } from './reconcile-queue.ts';

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

/** Definitions that are finalized at a time (upstream's workers). */
const workers = 5;
/** Objects of one definition that are deleted at a time: the store commits them in groups. */
const parallelDeletes = 32;

export class Finalizing {
  private readonly server: ServerContext;
  private readonly writer: DefinitionWriter;
  private readonly serving: ServingContext;
  /** Of definitions that go and do not serve the version that their objects are stored in. */
  private readonly unserved = new Map<string, Resource>();
  private readonly queue: ReconcileQueue;

  constructor(server: ServerContext, writer: DefinitionWriter, serving: ServingContext) {
    this.server = server;
    this.writer = writer;
    this.serving = serving;
    this.queue = new ReconcileQueue({
      env: server.env,
      failure: 'deleting the objects of a definition failed, will retry',
      concurrency: workers,
      laneOf: (name) => name,
      reconcile: (name, signal) => this.reconcile(name, signal),
    });
  }

  /** Of a definition that is deleted, and served as such. */
  enqueue(name: string): void {
    this.queue.enqueue(name);
  }

  async close(): Promise<void> {
    await this.queue.close();
    for (const name of this.unserved.keys()) this.forget(name);
  }

  private async reconcile(name: string, signal: AbortSignal): Promise<void> {
    const cached = this.writer.definitions.cache.get(name);
    if (!cached) {
      this.forget(name);
      return;
    }
    const crd = cached.object as CustomResourceKind;
    const { deletionTimestamp, finalizers = [] } = crd.metadata ?? {};
    if (!deletionTimestamp || !finalizers.includes(cleanupFinalizer)) return;
    const resource = isTrue(crd, 'Established') ? this.stored(name, crd) : undefined;
    if (!resource || (await this.deleteAll(resource, signal)) === 0) {
      this.forget(name);
      await this.release(cached, finalizers);
      return;
    }
    // Finalizers hold the rest: look again.
    this.queue.later(name);
    await this.writer.write(cached, (draft) => {
      draft.status = {
        ...draft.status,
        conditions: this.writer.withConditions(draft.status?.conditions ?? [], {
          type: 'Terminating',
          status: 'True',
          reason: 'InstanceDeletionInProgress',
          message: 'CustomResource deletion is in progress',
        }),
      };
    });
  }

  /** The resource of the version that objects are stored in: the one that clients see, or one that only this deletion has. */
  private stored(name: string, crd: CustomResourceKind): Resource | undefined {
    const { registry } = this.server;
    const version = storageVersionOf(crd, this.serving);
    if (!version) return undefined;
    const { definition, codec } = version;
    const served = registry.find(definition.group, definition.version, definition.plural);
    if (served) return served;
    const resource = this.unserved.get(name) ?? registry.unserved(definition, codec);
    this.unserved.set(name, resource);
    return resource;
  }

  private forget(name: string): void {
    const resource = this.unserved.get(name);
    if (!resource) return;
    this.server.feed.unregister(resource.prefix, resource.cache);
    resource.cache.close();
    this.unserved.delete(name);
  }

  /** Takes the finalizer away: the definition goes when it was the last. */
  private async release(cached: CachedObject, finalizers: readonly string[]): Promise<void> {
    const rest = finalizers.filter((finalizer) => finalizer !== cleanupFinalizer);
    if (rest.length === 0) {
      await this.writer.delete(cached);
      return;
    }
    await this.writer.write(cached, (draft) => {
      draft.metadata = { ...draft.metadata, finalizers: rest };
      draft.status = {
        ...draft.status,
        conditions: this.writer.withConditions(draft.status?.conditions ?? [], {
          type: 'Terminating',
          status: 'False',
          reason: 'InstanceDeletionCompleted',
          message: 'removed all instances',
        }),
      };
    });
  }

  /** Deletes every object of the resource, as a client would; answers how many are left. Throws the first failure, and when it is told to stop. */
  private async deleteAll(resource: Resource, signal: AbortSignal): Promise<number> {
    const { store } = this.server;
    await resource.cache.waitFor(await store.revision());
    const objects = resource.cache.slice('', '');
    let next = 0;
    let failure: { readonly error: unknown } | undefined;
    const worker = async (): Promise<void> => {
      for (let at = next++; at < objects.length && !failure && !signal.aborted; at = next++) {
        const { name = '', namespace = '', deletionTimestamp } = objects[at]?.stored.metadata ?? {};
        if (deletionTimestamp) continue;
        const context = internalContext(this.server, resource, signal, namespace, name);
        await deleteObject(context, name, {}).catch((error: unknown) => {
          if (!isNotFound(error)) failure ??= { error };
        });
      }
    };
    await Promise.all(Array.from({ length: Math.min(parallelDeletes, objects.length) }, worker));
    if (failure) throw failure.error;
    throwIfAborted(signal);
    await resource.cache.waitFor(await store.revision());
    return resource.cache.size;
  }
}
