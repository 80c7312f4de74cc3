/**
 * Informer: a local, always nearly current copy of a kind's objects, kept by list and watch.
 *
 * Invariants
 * 1. Handlers run synchronously after the copy holds the change, in the server's order, and never for a state older than one
 *    they have seen (a relist hands over the differences only).
 * 2. Objects are the frozen ones that the client gave; nobody may change them.
 * 3. `resourceVersion` never goes back; `waitFor` resolves when the copy has reached a version. Nobody sleeps until it has.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isExpired } from '#api/errors.ts';
import { type KubeObject, keyOf } from '#api/object.ts';
import { AbortedError, isAborted, sleep } from '#base/abort.ts';
import { type BackoffConfig, backoffDelayMs } from '#base/backoff.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';

export interface InformerHandler<T> {
  readonly onAdd?: (object: T) => void;
  readonly onUpdate?: (old: T, object: T) => void;
  readonly onDelete?: (object: T) => void;
}

export interface InformerScope {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** The copy, to read from. Every answer is of frozen objects; lists are in no particular order. */
export interface Lister<T> {
  get(key: string): T | undefined;
  list(namespace?: string): T[];
  /** Objects for which the index function gave `value`. The index must have been added. */
  byIndex(index: string, value: string): T[];
  readonly size: number;
}

type IndexFunction<T> = (object: T) => readonly string[];

/** Reconnect delays of client-go's reflector: 800 ms doubling to 30 s. */
const reconnect: BackoffConfig = { initialMs: 800, maxMs: 30_000, factor: 2, jitter: 1 };

export class Informer<T extends KubeObject> implements Lister<T> {
  readonly definition: ResourceDefinition<T>;
  private readonly client: Client;
  private readonly env: Env;
  private readonly scope: InformerScope;
  private readonly objects = new Map<string, T>();
  private readonly indexes = new Map<
    string,
    { readonly of: IndexFunction<T>; readonly keys: Map<string, Set<string>> }
  >();
  private readonly handlers = new Set<InformerHandler<T>>();
  private readonly waiters = new Set<{ readonly version: number; readonly resolve: () => void }>();
  private version = 0;
  private synced = false;

  constructor(client: Client, env: Env, definition: ResourceDefinition<T>, scope: InformerScope = {}) {
    this.client = client;
    this.env = env;
    this.definition = definition;
    this.scope = scope;
    this.addIndex('namespace', (object) => [object.metadata?.namespace ?? '']);
  }

  get size(): number {
    return this.objects.size;
  }

  get hasSynced(): boolean {
    return this.synced;
  }

  /** The newest version that the copy is known to contain. */
  get resourceVersion(): number {
    return this.version;
  }

  get(key: string): T | undefined {
    return this.objects.get(key);
  }

  list(namespace?: string): T[] {
    return namespace === undefined ? [...this.objects.values()] : this.byIndex('namespace', namespace);
  }

  byIndex(index: string, value: string): T[] {
    const keys = this.indexes.get(index)?.keys.get(value);
    const found: T[] = [];
    for (const key of keys ?? []) {
      const object = this.objects.get(key);
      if (object) found.push(object);
    }
    return found;
  }

  /** Idempotent by name; the function must be pure. */
  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.indexes.has(name)) return;
    const index = { of, keys: new Map<string, Set<string>>() };
    this.indexes.set(name, index);
    for (const [key, object] of this.objects) addTo(index.keys, of(object), key);
  }

  /** A handler that comes late gets onAdd for what is there. Returns how to take it off. */
  addHandler(handler: InformerHandler<T>): () => void {
    this.handlers.add(handler);
    for (const object of this.objects.values()) this.call(() => handler.onAdd?.(object));
    return () => this.handlers.delete(handler);
  }

  /** Resolves when the copy has reached the version (an object's metadata.resourceVersion); rejects when aborted. */
  waitFor(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const version = Number(resourceVersion);
    if (this.synced && this.version >= version) return Promise.resolve();
    if (signal.aborted) return Promise.reject(new AbortedError('aborted', { cause: signal.reason }));
    return new Promise((resolve, reject) => {
      const waiter = {
        version,
        resolve: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.waiters.delete(waiter);
        reject(new AbortedError('aborted', { cause: signal.reason }));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiters.add(waiter);
    });
  }

  /** Resolves after the first list. */
  whenSynced(signal: AbortSignal): Promise<void> {
    return this.waitFor('0', signal);
  }

  /** Keeps the copy current until the signal fires; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.relist(signal);
        failures = 0;
        await this.follow(signal);
      } catch (error) {
        if (signal.aborted || isAborted(error)) return;
        if (isExpired(error)) continue;
        this.env.log.warn('list or watch failed', { resource: this.definition.plural, error: messageOf(error) });
        await sleep(
          this.env.clock,
          backoffDelayMs(reconnect, failures++, () => this.env.random.next()),
          signal,
        ).catch(() => {});
      }
    }
  }

  /** Reads the whole state and hands over the differences. */
  private async relist(signal: AbortSignal): Promise<void> {
    const list = await this.client.list(this.definition, {
      ...this.scope,
      resourceVersion: this.synced ? '' : '0',
      signal,
    });
    const stale = new Set(this.objects.keys());
    for (const object of list.items) {
      stale.delete(keyOf(object));
      this.put(object);
    }
    for (const key of stale) this.remove(key, undefined);
    this.synced = true;
    this.reach(Number(list.resourceVersion));
  }

  /** Applies watch events until the server refuses to go on; a watch that just ends is taken up where it ended. */
  private async follow(signal: AbortSignal): Promise<void> {
    let quickEnds = 0;
    while (!signal.aborted) {
      const begun = this.env.clock.monotonic();
      const options = { ...this.scope, resourceVersion: String(this.version), allowWatchBookmarks: true, signal };
      for await (const event of this.client.watch(this.definition, options)) {
        if (event.type === 'DELETED') this.remove(keyOf(event.object), event.object);
        else if (event.type !== 'BOOKMARK') this.put(event.object);
        this.reach(Number(event.object.metadata?.resourceVersion ?? 0));
      }
      // A server that closes at once (it is shutting down) must not be asked in a tight loop.
      quickEnds = this.env.clock.monotonic() - begun < 1000 ? quickEnds + 1 : 0;
      if (quickEnds > 0)
        await sleep(
          this.env.clock,
          backoffDelayMs(reconnect, quickEnds - 1, () => this.env.random.next()),
          signal,
        );
    }
  }

  private put(object: T): void {
    const key = keyOf(object);
    const old = this.objects.get(key);
    if (
      old?.metadata?.resourceVersion === object.metadata?.resourceVersion &&
      old?.metadata?.uid === object.metadata?.uid
    )
      return;
    this.objects.set(key, object);
    for (const index of this.indexes.values()) {
      if (old) removeFrom(index.keys, index.of(old), key);
      addTo(index.keys, index.of(object), key);
    }
    for (const handler of this.handlers) {
      if (!old) this.call(() => handler.onAdd?.(object));
      else if (old.metadata?.uid === object.metadata?.uid) this.call(() => handler.onUpdate?.(old, object));
      else {
        // Deleted and created again under the same name while we did not look.
        this.call(() => handler.onDelete?.(old));
        this.call(() => handler.onAdd?.(object));
      }
    }
  }

  private remove(key: string, last: T | undefined): void {
    const old = this.objects.get(key);
    if (!old) return;
    this.objects.delete(key);
    for (const index of this.indexes.values()) removeFrom(index.keys, index.of(old), key);
    for (const handler of this.handlers) this.call(() => handler.onDelete?.(last ?? old));
  }

  private reach(version: number): void {
    if (version > this.version) this.version = version;
    if (!this.synced) return;
    for (const waiter of this.waiters) {
      if (waiter.version > this.version) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** A handler's bug must not end the informer. */
  private call(handler: () => void): void {
    try {
      handler();
    } catch (error) {
      this.env.log.error('informer handler failed', { resource: this.definition.plural, error: messageOf(error) });
    }
  }
}

function addTo(keys: Map<string, Set<string>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const set = keys.get(value);
    if (set) set.add(key);
    else keys.set(value, new Set([key]));
  }
}

function removeFrom(keys: Map<string, Set<string>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const set = keys.get(value);
    set?.delete(key);
    if (set?.size === 0) keys.delete(value);
  }
}

/** Shares one informer per kind and scope among everything in a process; starts them when asked to run. */
export class Informers {
  private readonly client: Client;
  private readonly env: Env;
  private readonly signal: AbortSignal;
  private readonly shared = new Map<
    string,
    { readonly informer: Informer<KubeObject>; readonly running: Promise<void> }
  >();

  constructor(client: Client, env: Env, signal: AbortSignal) {
    this.client = client;
    this.env = env;
    this.signal = signal;
  }

  /** The informer, started. Await `whenSynced` before trusting its absence of something. */
  of<T extends KubeObject>(definition: ResourceDefinition<T>, scope: InformerScope = {}): Informer<T> {
    const key = JSON.stringify([
      definition.group,
      definition.plural,
      scope.namespace,
      scope.labelSelector,
      scope.fieldSelector,
    ]);
    const known = this.shared.get(key);
    if (known) return known.informer as unknown as Informer<T>;
    const informer = new Informer(this.client, this.env, definition, scope);
    this.shared.set(key, { informer: informer as unknown as Informer<KubeObject>, running: informer.run(this.signal) });
    return informer;
  }

  async whenSynced(): Promise<void> {
    await Promise.all([...this.shared.values()].map(({ informer }) => informer.whenSynced(this.signal)));
  }

  /** Resolves when all have ended after the signal. */
  async stopped(): Promise<void> {
    await Promise.all([...this.shared.values()].map(({ running }) => running));
  }
}
