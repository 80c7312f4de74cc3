/**
 * CustomResources: keeps what the server serves in step with the CustomResourceDefinitions in the store.
 *
 * For each definition, level-triggered: decide its names, write its conditions, put its served versions into the registry (upstream: apiextensions
 * naming and establishing controllers, and crdHandler; here one decision). Groups are beside each other, definitions of one group one after the other,
 * as each decision on names needs the one before. What is deleted is served as such and left to Finalizing.
 *
 * 1. A version is served only while its definition is Established; it is registered before Established is written, so that a client that
 *    saw the condition finds the resource.
 * 2. Conditions are written by compare-and-set; a lost race comes back as the winner's change.
 * 3. What is registered depends on the definition's uid, generation, names and termination alone: status writes replace no cache.
 */

import type { CustomSchema } from '#api/openapi/operations.ts';
import type { SchemaRegistry } from '#api/schema/registry.ts';
import type { JsonSchema } from '#api/structural/schema.ts';
import type { CachedObject } from '../cache/cached-object.ts';
import type { ServerContext } from '../context.ts';
import type { WebhookCaller } from '../webhook/post.ts';
import { approvalCondition } from './approval.ts';
import { type ServedVersion, type ServingContext, schemaOf, servedVersionsOf } from './definition.ts';
import { DefinitionWriter, isTrue } from './definition-writer.ts';
import type { ExpressionMetrics } from './expression-metrics.ts';
import { Finalizing } from './finalizing.ts';
import type { Condition, CustomResourceKind } from './json-schema.ts';
import { decideNames } from './names.ts';
import { componentOf } from './openapi.ts';
import { ReconcileQueue } from './reconcile-queue.ts';

/** Groups whose definitions are looked at at a time: the store commits what they write in groups. */
const workers = 32;

interface Served {
  readonly signature: string;
  readonly versions: readonly ServedVersion[];
}

export class CustomResources {
  private readonly server: ServerContext;
  private readonly schemas: SchemaRegistry;
  private readonly serving: ServingContext;
  private readonly writer: DefinitionWriter;
  private readonly finalizing: Finalizing;
  private readonly served = new Map<string, Served>();
  private readonly schemaByKind = new Map<string, JsonSchema>();
  /** Names of definitions by group. */
  private readonly groups = new Map<string, Set<string>>();
  private readonly queue: ReconcileQueue;

  constructor(
    server: ServerContext,
    schemas: SchemaRegistry,
    webhooks: WebhookCaller | undefined,
    expressions: ExpressionMetrics,
  ) {
    this.server = server;
    this.schemas = schemas;
    this.serving = { objectMeta: schemas.meta('ObjectMeta'), webhooks, expressions };
    this.writer = new DefinitionWriter(server);
    this.finalizing = new Finalizing(server, this.writer, this.serving);
    this.queue = new ReconcileQueue({
      env: server.env,
      failure: 'serving a custom resource failed, will retry',
      concurrency: workers,
      laneOf: groupOf,
      reconcile: (name) => this.reconcile(name),
    });
  }

  /** Resolves when everything that was Established is served. */
  async start(): Promise<void> {
    const cache = this.writer.found?.cache;
    if (!cache) return;
    await cache.ensureLoaded();
    cache.subscribe(({ key, current }) => {
      this.note(key, current !== undefined);
      this.queue.enqueue(key);
    });
    for (const { key } of cache.slice('', '')) {
      this.note(key, true);
      this.queue.enqueue(key);
    }
    await this.queue.whenIdle();
  }

  async close(): Promise<void> {
    await this.queue.close();
    await this.finalizing.close();
  }

  readonly openApiSchema: CustomSchema = (kind, version, components) => {
    const schema = this.schemaByKind.get(`${kind.group}/${kind.version}/${kind.kind}`);
    return schema && componentOf(kind, schema, version, components, this.schemas.meta('ObjectMeta'));
  };

  private note(name: string, exists: boolean): void {
    const group = groupOf(name);
    const names = this.groups.get(group) ?? new Set();
    if (exists) this.groups.set(group, names.add(name));
    else if (names.delete(name) && names.size === 0) this.groups.delete(group);
  }

  /** Other definitions of the group that the definition of this name is in. */
  private *others(name: string): Generator<CachedObject, void, void> {
    const { cache } = this.writer.definitions;
    for (const other of this.groups.get(groupOf(name)) ?? []) {
      const cached = other === name ? undefined : cache.get(other);
      if (cached) yield cached;
    }
  }

  private async reconcile(name: string): Promise<void> {
    const cached = this.writer.definitions.cache.get(name);
    if (!cached) {
      this.unserve(name);
      this.finalizing.enqueue(name);
      // Its names are free now.
      for (const { key, object } of this.others(name)) if (!isTrue(object, 'NamesAccepted')) this.queue.enqueue(key);
      return;
    }
    const crd = cached.object as CustomResourceKind;
    if (!crd.metadata?.deletionTimestamp) {
      await this.establish(cached, crd);
      return;
    }
    if (isTrue(crd, 'Established')) this.serve(name, crd);
    this.finalizing.enqueue(name);
  }

  private async establish(cached: CachedObject, crd: CustomResourceKind): Promise<void> {
    const others = Array.from(this.others(cached.key), ({ object }) => object as CustomResourceKind);
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
    await this.writer.write(cached, (draft) => {
      draft.status = {
        ...draft.status,
        acceptedNames: accepted,
        conditions: this.writer.withConditions(
          draft.status?.conditions ?? [],
          approvalCondition(crd),
          condition,
          established,
        ),
      };
    });
  }

  private serve(name: string, crd: CustomResourceKind): void {
    const { uid, generation, deletionTimestamp } = crd.metadata ?? {};
    const { acceptedNames, storedVersions } = crd.status ?? {};
    const signature = JSON.stringify([uid, generation, deletionTimestamp !== undefined, acceptedNames, storedVersions]);
    if (this.served.get(name)?.signature === signature) return;
    this.unserve(name);
    const versions = servedVersionsOf(crd, this.serving);
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
}

/** Definitions are called PLURAL.GROUP. */
function groupOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
