/**
 * CustomResources: keeps what the server serves in step with the CustomResourceDefinitions in the store.
 *
 * For each definition, level-triggered and one at a time: decide its names, write its conditions, put its served versions into the
 * registry, and when it is deleted, delete its objects and then let it go (upstream: apiextensions naming, establishing and finalizer
 * controllers, and crdHandler; here one loop, because it is one decision).
 *
 * 1. A version is served only while its definition is Established; it is registered before Established is written, so that a client that
 *    saw the condition finds the resource.
 * 2. Conditions are written by compare-and-set; a lost race comes back as the winner's change.
 * 3. What is registered depends on the definition's uid, generation, names and termination alone: status writes replace no cache.
 */

import { isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { CustomSchema } from '#api/openapi/operations.ts';
import type { ApiRequest } from '#api/request.ts';
import type { SchemaRegistry } from '#api/schema/registry.ts';
import type { JsonSchema } from '#api/structural/schema.ts';
import { formatTime } from '#api/time.ts';
import { mutableCopy } from '#base/edit.ts';
import type { Timer } from '#base/env.ts';
import { assert, messageOf } from '#base/errors.ts';
import type { CachedObject } from '../cache/cached-object.ts';
import type { RequestContext, ServerContext } from '../context.ts';
import type { Resource } from '../registry/resource.ts';
import type { WriteOptions } from '../request/write-options.ts';
import { deleteObject } from '../verbs/delete.ts';
import { updateManagedFields } from '../verbs/managed.ts';
import { encodeForStore, type MutableObject, sameBytes } from '../verbs/write.ts';
import type { WebhookCaller } from '../webhook/post.ts';
import { type ServedVersion, type ServingContext, schemaOf, servedVersionsOf, storageVersionOf } from './definition.ts';
import type { ExpressionMetrics } from './expression-metrics.ts';
import type { Condition, CustomResourceKind } from './json-schema.ts';
import { decideNames } from './names.ts';
import { componentOf } from './openapi.ts';

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

const group = 'apiextensions.k8s.io';
/** Who owns what the server says of definitions. */
const writeOptions: WriteOptions = { dryRun: false, fieldManager: 'kube-apiserver', fieldValidation: 'Ignore' };
/** Between two looks at what still holds objects of a definition that goes; between attempts after a failure. */
const retryMs = 1000;

interface Served {
  readonly signature: string;
  readonly versions: readonly ServedVersion[];
}

export class CustomResources {
  private readonly server: ServerContext;
  private readonly schemas: SchemaRegistry;
  private readonly webhooks: WebhookCaller | undefined;
  private readonly expressions: ExpressionMetrics;
  private readonly served = new Map<string, Served>();
  /** Of definitions that go and do not serve the version that their objects are stored in. */
  private readonly unserved = new Map<string, Resource>();
  private readonly schemaByKind = new Map<string, JsonSchema>();
  private readonly queued = new Set<string>();
  /** One for each definition that is to be looked at again. */
  private readonly retries = new Map<string, Timer>();
  private working: Promise<void> | undefined;
  private readonly controller = new AbortController();

  constructor(
    server: ServerContext,
    schemas: SchemaRegistry,
    webhooks: WebhookCaller | undefined,
    expressions: ExpressionMetrics,
  ) {
    this.expressions = expressions;
    this.server = server;
    this.schemas = schemas;
    this.webhooks = webhooks;
  }

  /** Resolves when everything that was Established is served. */
  async start(): Promise<void> {
    const crds = this.server.registry.find(group, 'v1', 'customresourcedefinitions');
    if (!crds) return;
    await crds.cache.ensureLoaded();
    crds.cache.subscribe(({ current, previous }) => this.enqueue((current ?? previous)?.key ?? ''));
    for (const { key } of crds.cache.slice('', '')) this.queued.add(key);
    this.working = this.work();
    await this.working;
    for (const name of [...this.unserved.keys()]) this.forgetUnserved(name);
  }

  async close(): Promise<void> {
    this.controller.abort();
    for (const timer of this.retries.values()) timer.cancel();
    await this.working;
  }

  readonly openApiSchema: CustomSchema = (kind, version, components) => {
    const schema = this.schemaByKind.get(`${kind.group}/${kind.version}/${kind.kind}`);
    return schema && componentOf(kind, schema, version, components, this.schemas.meta('ObjectMeta'));
  };

  private enqueue(name: string): void {
    this.queued.add(name);
    if (this.controller.signal.aborted) return;
    this.working ??= this.work();
  }

  private async work(): Promise<void> {
    // Whoever enqueues is inside the feed's delivery: the work is not.
    await Promise.resolve();
    for (const name of this.queued) {
      this.queued.delete(name);
      if (this.controller.signal.aborted) break;
      try {
        await this.reconcile(name);
      } catch (error) {
        if (this.controller.signal.aborted) break;
        this.server.env.log.warn('serving a custom resource failed, will retry', { name, error: messageOf(error) });
        this.later(name);
      }
    }
    this.working = undefined;
  }

  private later(name: string): void {
    this.retries.get(name)?.cancel();
    const retry = (): void => {
      this.retries.delete(name);
      this.enqueue(name);
    };
    this.retries.set(name, this.server.env.clock.after(retryMs, retry));
  }

  private get servingContext(): ServingContext {
    return { objectMeta: this.schemas.meta('ObjectMeta'), webhooks: this.webhooks, expressions: this.expressions };
  }

  private get definitions(): Resource {
    const resource = this.server.registry.find(group, 'v1', 'customresourcedefinitions');
    assert(resource, 'customresourcedefinitions are not served');
    return resource;
  }

  private async reconcile(name: string): Promise<void> {
    const cached = this.definitions.cache.get(name);
    if (!cached) {
      this.unserve(name);
      this.forgetUnserved(name);
      // Its names are free now.
      for (const { key, object } of this.definitions.cache.slice('', '')) {
        const [, ...rest] = name.split('.');
        if ((object as CustomResourceKind).spec.group === rest.join('.') && !isTrue(object, 'NamesAccepted'))
          this.enqueue(key);
      }
      return;
    }
    const crd = cached.object as CustomResourceKind;
    if (crd.metadata?.deletionTimestamp) await this.terminate(cached, crd);
    else await this.establish(cached, crd);
  }

  private async establish(cached: CachedObject, crd: CustomResourceKind): Promise<void> {
    const others: CustomResourceKind[] = [];
    for (const { key, object } of this.definitions.cache.slice('', '')) {
      const other = object as CustomResourceKind;
      if (key !== cached.key && other.spec.group === crd.spec.group) others.push(other);
    }
    const { accepted, condition } = decideNames(crd, others);
    const isAccepted = condition.status === 'True';
    const wasEstablished = isTrue(crd, 'Established');
    const next = { ...crd, status: { ...crd.status, acceptedNames: accepted } };
    if (isAccepted || wasEstablished) this.serve(cached.key, next);
    const established: Omit<Condition, 'lastTransitionTime'> | undefined = wasEstablished
      ? undefined
      : isAccepted
        ? {
            type: 'Established',
            status: 'True',
            reason: 'InitialNamesAccepted',
            message: 'the initial names have been accepted',
          }
        : { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' };
    await this.writeStatus(cached, (draft) => {
      draft.status = {
        ...draft.status,
        acceptedNames: accepted,
        conditions: this.withConditions(draft.status?.conditions ?? [], condition, established),
      };
    });
  }

  private async terminate(cached: CachedObject, crd: CustomResourceKind): Promise<void> {
    const { finalizers = [] } = crd.metadata ?? {};
    if (!finalizers.includes(cleanupFinalizer)) return;
    if (isTrue(crd, 'Established')) this.serve(cached.key, crd);
    const resource = isTrue(crd, 'Established') ? this.stored(cached.key, crd) : undefined;
    if (resource && (await this.deleteAll(resource)) > 0) {
      // Finalizers hold the rest: look again.
      this.later(cached.key);
      await this.writeStatus(cached, (draft) => {
        draft.status = {
          ...draft.status,
          conditions: this.withConditions(draft.status?.conditions ?? [], {
            type: 'Terminating',
            status: 'True',
            reason: 'InstanceDeletionInProgress',
            message: 'CustomResource deletion is in progress',
          }),
        };
      });
      return;
    }
    this.forgetUnserved(cached.key);
    await this.release(cached, finalizers);
  }

  /** The resource of the version that objects are stored in: the one that clients see, or one that only this deletion has. */
  private stored(name: string, crd: CustomResourceKind): Resource | undefined {
    const { registry } = this.server;
    const version = storageVersionOf(crd, this.servingContext);
    if (!version) return undefined;
    const { definition, codec } = version;
    const served = registry.find(definition.group, definition.version, definition.plural);
    if (served) return served;
    const resource = this.unserved.get(name) ?? registry.unserved(definition, codec);
    this.unserved.set(name, resource);
    return resource;
  }

  private forgetUnserved(name: string): void {
    const resource = this.unserved.get(name);
    if (!resource) return;
    this.server.feed.unregister(resource.prefix, resource.cache);
    resource.cache.close();
    this.unserved.delete(name);
  }

  /** Takes the finalizer away: the definition goes when it was the last. */
  private async release(cached: CachedObject, finalizers: readonly string[]): Promise<void> {
    const rest = finalizers.filter((finalizer) => finalizer !== cleanupFinalizer);
    const { store } = this.server;
    if (rest.length === 0) {
      await store.delete(this.definitions.prefix + cached.key, { expectedModRevision: cached.revision });
      return;
    }
    await this.writeStatus(cached, (draft) => {
      draft.metadata = { ...draft.metadata, finalizers: rest };
      draft.status = {
        ...draft.status,
        conditions: this.withConditions(draft.status?.conditions ?? [], {
          type: 'Terminating',
          status: 'False',
          reason: 'InstanceDeletionCompleted',
          message: 'removed all instances',
        }),
      };
    });
  }

  /** Deletes every object of the resource, as a client would; answers how many are left. */
  private async deleteAll(resource: Resource): Promise<number> {
    const { store } = this.server;
    await resource.cache.ensureLoaded();
    await resource.cache.waitFor(await store.revision());
    for (const { stored } of resource.cache.slice('', '')) {
      const { name = '', namespace = '', deletionTimestamp } = stored.metadata ?? {};
      if (deletionTimestamp) continue;
      try {
        await deleteObject(this.internalContext(resource, namespace, name), name, {});
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    await resource.cache.waitFor(await store.revision());
    return resource.cache.size;
  }

  private internalContext(resource: Resource, namespace: string, name: string, subresource = ''): RequestContext {
    const { plural, version } = resource.definition;
    const path = `/apis/${resource.apiVersion}/${namespace ? `namespaces/${namespace}/` : ''}${plural}/${name}`;
    const request: ApiRequest = {
      method: 'DELETE',
      path,
      query: new URLSearchParams(),
      headers: {},
      peer: { address: '' },
      signal: this.controller.signal,
    };
    return {
      server: this.server,
      request,
      info: {
        isResourceRequest: true,
        path,
        verb: 'delete',
        apiGroup: resource.definition.group,
        apiVersion: version,
        namespace,
        resource: plural,
        name,
        subresource,
        trailing: '',
      },
      user: { username: 'system:apiserver', groups: ['system:masters'] },
      resource,
      warnings: [],
      authorizeCreate: () => undefined,
      watchInitialized: () => {},
      watchEnded: () => {},
      waited: () => {},
    };
  }

  private serve(name: string, crd: CustomResourceKind): void {
    const { uid, generation, deletionTimestamp } = crd.metadata ?? {};
    const { acceptedNames, storedVersions } = crd.status ?? {};
    const signature = JSON.stringify([uid, generation, deletionTimestamp !== undefined, acceptedNames, storedVersions]);
    if (this.served.get(name)?.signature === signature) return;
    this.unserve(name);
    const versions = servedVersionsOf(crd, this.servingContext);
    this.served.set(name, { signature, versions });
    for (const { definition, codec } of versions) {
      const declared = crd.spec.versions.find((version) => version.name === definition.version);
      if (declared)
        this.schemaByKind.set(`${definition.group}/${definition.version}/${definition.kind}`, schemaOf(declared));
      this.server.registry.add(definition, codec);
    }
  }

  private unserve(name: string): void {
    for (const { definition } of this.served.get(name)?.versions ?? []) {
      this.schemaByKind.delete(`${definition.group}/${definition.version}/${definition.kind}`);
      this.server.registry.remove(definition);
    }
    this.served.delete(name);
  }

  private withConditions(
    conditions: readonly Condition[],
    ...changes: readonly (Omit<Condition, 'lastTransitionTime'> | undefined)[]
  ): readonly Condition[] {
    const now = formatTime(this.server.env.clock.now());
    let result = conditions;
    for (const change of changes) {
      if (!change) continue;
      const old = result.find(({ type }) => type === change.type);
      const lastTransitionTime = old?.status === change.status ? (old.lastTransitionTime ?? now) : now;
      const next: Condition = { ...change, lastTransitionTime };
      result = old ? result.map((each) => (each === old ? next : each)) : [...result, next];
    }
    return result;
  }

  /** False when somebody else wrote first; nothing is written when nothing changes. */
  private async writeStatus(cached: CachedObject, recipe: (draft: Writable) => void): Promise<boolean> {
    const draft = mutableCopy(cached.object);
    recipe(draft as Writable);
    const context = this.internalContext(this.definitions, '', cached.key, 'status');
    await updateManagedFields(context, cached.object, draft as MutableObject, writeOptions);
    const encoded = await encodeForStore(this.definitions, draft as MutableObject);
    if (sameBytes(encoded.value, cached.value)) return true;
    const options = { expectedModRevision: cached.revision };
    return (await this.server.store.put(this.definitions.prefix + cached.key, encoded.value, options)).succeeded;
  }
}

interface Writable {
  metadata?: CustomResourceKind['metadata'];
  status?: CustomResourceKind['status'];
}

function isTrue(object: KubeObject, type: string): boolean {
  const { conditions } = (object as CustomResourceKind).status ?? {};
  return conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}
