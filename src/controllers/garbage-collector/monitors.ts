/**
 * Watches of every kind that can be deleted, kept equal to what discovery says. Built-in kinds share the manager's informers;
 * custom resources have informers of our own, which end with their definition.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import { linkedAbort, sleep } from '#base/abort.ts';
import { messageOf } from '#base/errors.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import type { ControllerContext } from '#runtime/controller.ts';
import { Informer } from '#runtime/informer.ts';
import { ResourceDiscovery } from '../discovery/api-resources.ts';

export interface MonitorHandler {
  readonly observed: (definition: ResourceDefinition, object: KubeObject) => void;
  readonly removed: (object: KubeObject) => void;
}

/** Nobody owns through events, and there are many: upstream's default ignored resources. */
const ignored: ReadonlySet<string> = new Set(['/events', 'events.k8s.io/events']);
const retryMs = 1000;
/**
 * Upstream's period of discovery: after one that some group did not answer it is asked again, and so long a kind is waited for. One that
 * cannot be listed, because its server is gone, must not keep the others from being collected.
 */
const discoveryPeriodMs = 30_000;

interface Watched {
  readonly informer: Informer<KubeObject>;
  /** Resolves after the first list, or when it took too long. */
  readonly listed: Promise<void>;
  readonly stop: () => void;
}

export class Monitors {
  private readonly context: ControllerContext;
  private readonly handler: MonitorHandler;
  private readonly discovery: ResourceDiscovery;
  private readonly builtin = new Set(builtinDefinitions.map(keyOfResource));
  private readonly watched = new Map<string, Watched>();
  /** By group and kind, for owner references. */
  private byKind: ReadonlyMap<string, ResourceDefinition> = new Map();
  private syncing: Promise<void>;
  private again = false;

  constructor(context: ControllerContext, handler: MonitorHandler) {
    this.context = context;
    this.handler = handler;
    this.discovery = new ResourceDiscovery(context, () => this.resync());
    this.syncing = this.sync();
  }

  /** Resolves when every kind that we know of has been listed once, or had its time. */
  async ready(): Promise<void> {
    await this.syncing;
  }

  /** The resource of a kind; undefined when the API serves no such kind. */
  resourceOf(group: string, kind: string): ResourceDefinition | undefined {
    return this.byKind.get(`${group}/${kind}`);
  }

  private resync(): void {
    if (this.again) return;
    this.again = true;
    this.syncing = this.syncing.then(() => {
      this.again = false;
      return this.sync();
    });
  }

  private async sync(): Promise<void> {
    const { signal, env } = this.context;
    while (!signal.aborted) {
      try {
        const { definitions, failures } = await this.discovery.resources();
        const found = definitions.map((definition) => [`${definition.group}/${definition.kind}`, definition] as const);
        const wanted = definitions.filter(isCollectable);
        // An incomplete answer must not make us forget what it could not tell; it is asked for again.
        if (failures.length === 0) {
          this.byKind = new Map(found);
          this.stopAllBut(new Set(wanted.map(keyOfResource)));
        } else {
          this.byKind = new Map([...this.byKind, ...found]);
          env.clock.after(discoveryPeriodMs, () => this.resync());
        }
        for (const definition of wanted) this.watch(definition);
        await Promise.all([...this.watched.values()].map(({ listed }) => listed));
        return;
      } catch (error) {
        if (signal.aborted) return;
        env.log.warn('discovery failed, will retry', { error: messageOf(error) });
        await sleep(env.clock, retryMs, signal).catch(() => {});
      }
    }
  }

  private watch(definition: ResourceDefinition): void {
    const key = keyOfResource(definition);
    if (this.watched.has(key)) return;
    const { client, env, informers, signal } = this.context;
    const shared = this.builtin.has(key);
    const abort = linkedAbort(signal);
    const informer = shared ? informers.of(definition) : new Informer(client, env, definition);
    const off = informer.addHandler({
      onAdd: (object) => this.handler.observed(definition, object),
      onUpdate: (_, object) => this.handler.observed(definition, object),
      onDelete: (object) => this.handler.removed(object),
    });
    if (!shared) void informer.run(abort.signal);
    this.watched.set(key, {
      informer,
      listed: this.listedInTime(informer, abort.signal),
      stop: () => {
        off();
        abort.abort();
        abort.dispose();
      },
    });
  }

  private async listedInTime(informer: Informer<KubeObject>, signal: AbortSignal): Promise<void> {
    const wait = linkedAbort(signal);
    const timer = this.context.env.clock.after(discoveryPeriodMs, () => wait.abort());
    await informer.whenSynced(wait.signal).catch(() => {});
    timer.cancel();
    wait.dispose();
  }

  private stopAllBut(wanted: ReadonlySet<string>): void {
    for (const [key, { informer, stop }] of this.watched) {
      if (wanted.has(key)) continue;
      this.watched.delete(key);
      stop();
      for (const object of informer.list()) this.handler.removed(object);
    }
  }
}

function isCollectable(definition: ResourceDefinition): boolean {
  const { verbs } = definition;
  return (
    verbs.includes('delete') &&
    verbs.includes('list') &&
    verbs.includes('watch') &&
    !ignored.has(keyOfResource(definition))
  );
}

function keyOfResource({ group, plural }: Pick<ResourceDefinition, 'group' | 'plural'>): string {
  return `${group}/${plural}`;
}
