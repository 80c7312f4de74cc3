/**
 * Garbage collector: deletes what has lost its owners, and carries out foreground and orphan deletion (upstream's
 * pkg/controller/garbagecollector).
 *
 * The graph tells what to look at; an owner counts as absent only after the API itself said so, because a watch can be behind. The
 * decision is in plan.ts. A delete carries the uid and version that the decision was made on.
 */

import { isConflict, isNotFound } from '#api/errors.ts';
import type { OwnerReference } from '#api/generated/meta-v1.ts';
import type { KubeObject } from '#api/object.ts';
import { unreachable } from '#base/errors.ts';
import type { Controller, ControllerContext, ControllerFactory } from '#runtime/controller.ts';
import { referenceTo } from '#runtime/event-recorder.ts';
import {
  DependencyGraph,
  type GraphObject,
  groupOf,
  hasFinalizer,
  isWaitingForDependents,
  orphanFinalizer,
  ownersOf,
} from './graph.ts';
import { Monitors } from './monitors.ts';
import { type Action, type OwnerState, planByOwners, planDeletion } from './plan.ts';

export const garbageCollectorController: ControllerFactory = {
  name: 'garbage-collector-controller',
  create: (context) => new GarbageCollector(context),
};

/** Owners that the API said are absent; uids are never used again, so this only has a size. */
const absentOwnersBound = 500;

class GarbageCollector implements Controller {
  readonly workers = 20;
  private readonly context: ControllerContext;
  private readonly graph = new DependencyGraph();
  private readonly monitors: Monitors;
  private readonly absentOwners = new Set<string>();

  constructor(context: ControllerContext) {
    this.context = context;
    this.monitors = new Monitors(context, {
      observed: (definition, object) => {
        this.enqueue(this.graph.observe(definition, object));
        this.reportForeignOwners({ definition, object });
      },
      removed: (object) => this.enqueue(this.graph.remove(object.metadata?.uid ?? '')),
    });
  }

  async reconcile(uid: string, signal: AbortSignal): Promise<void> {
    await this.monitors.ready();
    const item = this.graph.get(uid);
    if (!item || this.ownersAreKnown(item)) return;
    const fresh = await this.read(item, signal);
    // Gone or replaced: the watch tells soon, and then its dependents are looked at.
    if (fresh?.metadata?.uid !== uid) return;
    const dependents = this.graph.dependentsOf(uid).map(({ object }) => object);
    const action =
      planDeletion(fresh, dependents) ?? (await this.planByOwners({ ...item, object: fresh }, dependents, signal));
    if (action) await this.apply({ ...item, object: fresh }, action, signal);
  }

  private enqueue(uids: readonly string[]): void {
    for (const uid of uids) this.context.queue.add(uid);
  }

  /** The ordinary case at start, when dependents were seen before their owners: nothing to ask the API. */
  private ownersAreKnown(item: GraphObject): boolean {
    if (item.object.metadata?.deletionTimestamp !== undefined) return false;
    return ownersOf(item.object).every((reference) => {
      const owner = this.graph.ownerOf(item, reference);
      return owner !== undefined && !isWaitingForDependents(owner.object);
    });
  }

  /** Undefined when the object must be left alone because a reference makes no sense. */
  private async planByOwners(
    item: GraphObject,
    dependents: readonly KubeObject[],
    signal: AbortSignal,
  ): Promise<Action | undefined> {
    const states = new Map<string, OwnerState>();
    for (const reference of ownersOf(item.object)) {
      const state = await this.ownerState(item, reference, signal);
      if (state === undefined) return undefined;
      states.set(reference.uid, state);
    }
    return planByOwners(item.object, ({ uid }) => states.get(uid) ?? 'solid', dependents);
  }

  private async ownerState(
    item: GraphObject,
    reference: OwnerReference,
    signal: AbortSignal,
  ): Promise<OwnerState | undefined> {
    const known = this.graph.ownerOf(item, reference);
    if (known) return isWaitingForDependents(known.object) ? 'waiting' : 'solid';
    const namespace = item.object.metadata?.namespace ?? '';
    const absentKey = [reference.uid, reference.apiVersion, reference.kind, reference.name, namespace].join('|');
    if (this.absentOwners.has(absentKey)) return 'absent';
    const definition = this.monitors.resourceOf(groupOf(reference.apiVersion), reference.kind);
    if (!definition) {
      throw new Error(`unable to get REST mapping for ${reference.apiVersion}/${reference.kind}.`);
    }
    // Nothing that outlives namespaces can depend on something in one.
    if (definition.scope === 'Namespaced' && namespace === '') return undefined;
    const target = { namespace: definition.scope === 'Namespaced' ? namespace : undefined, name: reference.name };
    const owner = await found(this.context.client.get(definition, target, { signal }));
    if (owner?.metadata?.uid === reference.uid) return isWaitingForDependents(owner) ? 'waiting' : 'solid';
    this.absentOwners.add(absentKey);
    if (this.absentOwners.size > absentOwnersBound) {
      this.absentOwners.delete(this.absentOwners.values().next().value ?? '');
    }
    return 'absent';
  }

  private async apply(item: GraphObject, action: Action, signal: AbortSignal): Promise<void> {
    const { definition, object } = item;
    const { uid = '' } = object.metadata ?? {};
    switch (action.type) {
      case 'none':
        return;
      case 'orphan-dependents':
        await Promise.all(this.graph.dependentsOf(uid).map((dependent) => this.removeOwners(dependent, [uid], signal)));
        await this.removeFinalizer(item, orphanFinalizer, signal);
        return;
      case 'finish':
        await this.removeFinalizer(item, action.finalizer, signal);
        return;
      case 'await':
        this.enqueue(action.dependents.map(({ metadata }) => metadata?.uid ?? ''));
        return;
      case 'trim':
        await this.removeOwners(item, action.owners, signal);
        return;
      case 'delete': {
        const { resourceVersion } = action.unblock ? await this.unblockOwners(item, signal) : (object.metadata ?? {});
        const preconditions = { uid, ...(resourceVersion ? { resourceVersion } : {}) };
        const options = { propagationPolicy: action.policy, preconditions, signal };
        await found(this.context.client.delete(definition, targetOf(object), options));
        return;
      }
      default:
        unreachable(action);
    }
  }

  private async read({ definition, object }: GraphObject, signal: AbortSignal): Promise<KubeObject | undefined> {
    return found(this.context.client.get(definition, targetOf(object), { signal }));
  }

  /** Takes references to the owners off the newest state of the object. */
  private async removeOwners(item: GraphObject, owners: readonly string[], signal: AbortSignal): Promise<void> {
    await this.change(item, signal, (object) => {
      const kept = ownersOf(object).filter(({ uid }) => !owners.includes(uid));
      return kept.length === ownersOf(object).length ? undefined : { ownerReferences: kept };
    });
  }

  private async unblockOwners(item: GraphObject, signal: AbortSignal): Promise<{ readonly resourceVersion?: string }> {
    const changed = await this.change(item, signal, (object) => ({
      ownerReferences: ownersOf(object).map((reference) => ({ ...reference, blockOwnerDeletion: false })),
    }));
    const resourceVersion = changed?.metadata?.resourceVersion;
    return resourceVersion === undefined ? {} : { resourceVersion };
  }

  private async removeFinalizer(item: GraphObject, finalizer: string, signal: AbortSignal): Promise<void> {
    await this.change(item, signal, (object) =>
      hasFinalizer(object, finalizer)
        ? { finalizers: object.metadata?.finalizers?.filter((each) => each !== finalizer) }
        : undefined,
    );
  }

  /** Merges metadata into the object's newest state, against the version that the merge was made from; a few tries. */
  private async change(
    item: GraphObject,
    signal: AbortSignal,
    metadataFor: (object: KubeObject) => Readonly<Record<string, unknown>> | undefined,
  ): Promise<KubeObject | undefined> {
    const { client } = this.context;
    for (let tries = 5; ; tries--) {
      const object = await this.read(item, signal);
      if (object?.metadata?.uid !== item.object.metadata?.uid) return undefined;
      const metadata = object && metadataFor(object);
      if (!object || !metadata) return object;
      const patch = {
        metadata: { ...metadata, uid: object.metadata?.uid, resourceVersion: object.metadata?.resourceVersion },
      };
      try {
        return await found(client.patch(item.definition, targetOf(object), patch, { type: 'merge', signal }));
      } catch (error) {
        if (!isConflict(error) || tries <= 1) throw error;
      }
    }
  }

  /** Tells people when a reference names an owner of another namespace: it means nothing, and their object will be deleted. */
  private reportForeignOwners(item: GraphObject): void {
    const { definition, object } = item;
    for (const reference of ownersOf(object)) {
      const named = this.graph.get(reference.uid);
      if (!named || named.definition.scope === 'Cluster') continue;
      const { namespace } = object.metadata ?? {};
      if (named.object.metadata?.namespace === namespace) continue;
      const { apiVersion, kind, name, uid } = reference;
      const text = `[${apiVersion}/${kind}, namespace: ${namespace ?? ''}, name: ${name}, uid: ${uid}]`;
      const message = `ownerRef ${text} does not exist in namespace "${namespace ?? ''}"`;
      this.context.events.record(referenceTo(definition, object), 'Warning', 'OwnerRefInvalidNamespace', message);
    }
  }
}

function targetOf({ metadata }: KubeObject) {
  return { namespace: metadata?.namespace, name: metadata?.name ?? '' };
}

/** Undefined instead of NotFound. */
async function found<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
