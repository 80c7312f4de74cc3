/**
 * WatchCache: the current objects of one resource and its recent changes, fed by the store feed.
 *
 * GET, LIST and WATCH are answered from here with bytes that exist. Loading is lazy: a resource that nobody asks for costs
 * nothing, so a server of hundreds of kinds starts at once.
 *
 * 1. Loading: the sink is registered first and keeps events; the list of the store is taken at some revision; then the kept
 *    events above it are applied. So no event is lost or applied twice.
 * 2. The cache is as of `revision`: the feed's, or the list's while the feed is still behind it.
 * 3. Listeners miss nothing: when the feed lost its position, everything is read again and they are told what is different.
 * 4. CachedObjects and Changes never change: a list that is being sent is a snapshot of references.
 */

import type { EncodedWatchEvent } from '#api/request.ts';
import type { Timer } from '#base/env.ts';
import {
  eventKey,
  eventRevision,
  type ListResult,
  type ReadableEvent,
  type Store,
  type StoreEntry,
} from '#store/store.ts';
import { CachedObject, type ObjectForm } from './cached-object.ts';
import { Change } from './change.ts';
import { ConvertedDelivery } from './converted-delivery.ts';
import { DeliveryTurn } from './delivery-turn.ts';
import { EventRing, ringAgeMs } from './event-ring.ts';
import { changesFromHistory } from './history.ts';
import { OrderedMap } from './ordered-map.ts';
import type { FeedSink, StoreFeed } from './store-feed.ts';
import { inScope, Watcher, WatcherIndex, type WatchScope } from './watcher.ts';

export interface WatchCacheConfig {
  readonly prefix: string;
  readonly store: Store;
  readonly feed: StoreFeed;
  readonly form: ObjectForm;
  /** Field by which watchers are indexed (pods: spec.nodeName). */
  readonly triggerOf?: ((object: CachedObject) => string) | undefined;
}

/** Until everything is read again after it could not be. */
const reloadMs = 1000;

export class WatchCache implements FeedSink {
  private readonly config: WatchCacheConfig;
  private readonly objects = new OrderedMap<CachedObject>();
  private readonly watchers: WatcherIndex;
  private readonly turn: DeliveryTurn;
  /** Between changes and watchers where objects have to be converted. */
  private readonly delivery: ConvertedDelivery | undefined;
  private readonly listeners = new Set<(change: Change) => void>();
  /** What listeners know of, by key, until it is read what became of it. */
  private told: Map<string, CachedObject> | undefined;
  private reloading: Timer | undefined;
  private ring = new EventRing(0);
  private trimming: Timer | undefined;
  private closed = false;
  /** By watches that were read from their mailboxes. */
  private taken = 0;
  private loadedAt = 0;
  private bytes = 0;
  private changedAt = 0;
  private pending: ReadableEvent[] = [];
  private state: 'empty' | 'loading' | 'ready' = 'empty';
  private loading: Promise<void> | undefined;
  /** Counts lost positions: what was being read at the time must be read again. */
  private resets = 0;
  private readonly events = { received: 0, dispatched: 0 };
  private loads = 0;

  constructor(config: WatchCacheConfig) {
    this.config = config;
    this.watchers = new WatcherIndex(config.triggerOf);
    const { converted } = config.form;
    this.delivery = converted && new ConvertedDelivery(converted, this.watchers);
    const delivery = this.delivery ?? this.watchers;
    this.turn = new DeliveryTurn((changes) => delivery.dispatch(changes));
  }

  /** Undefined when the cache is loaded; otherwise resolves when it is. */
  ensureLoaded(): Promise<void> | undefined {
    if (this.state === 'ready') return undefined;
    this.loading ??= this.load().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  /** The cache holds the state as of this revision. */
  get revision(): number {
    return Math.max(this.config.feed.revision, this.loadedAt);
  }

  /** Puts what has come to the watchers; every change up to the revision that it answers is with those that want it. */
  deliver(): number {
    this.turn.finish();
    const waiting = this.delivery?.waiting;
    return waiting === undefined ? this.revision : waiting - 1;
  }

  /** A list at this revision or any later one equals the current one: no change came since. */
  get lastChange(): number {
    return this.changedAt;
  }

  /** Changes that came from the store, and those of them that were offered to watchers. */
  get eventCounts(): { readonly received: number; readonly dispatched: number } {
    return this.events;
  }

  /** Events that the readers of watches have got. */
  get eventsSent(): number {
    return this.watchers.given + this.taken;
  }

  countTaken(events: number): void {
    this.taken += events;
  }

  /** How often everything was read. */
  get loadCount(): number {
    return this.loads;
  }

  get loaded(): boolean {
    return this.state === 'ready';
  }

  get size(): number {
    return this.objects.size;
  }

  /** Of all objects together, as they are stored. */
  get sizeBytes(): number {
    return this.bytes;
  }

  /** Watchers that a change of this object is looked at for; '' for a name that is not known yet. */
  countWatchers(namespace: string, name: string): number {
    return this.watchers.count(namespace, name);
  }

  get watcherCount(): number {
    return this.watchers.size;
  }

  /** Waits until the cache is at least as new as the revision; undefined when it is. It is loaded then, whatever was lost meanwhile. */
  waitFor(revision: number): Promise<void> | undefined {
    if (this.state === 'ready' && revision <= this.loadedAt) return undefined;
    return this.config.feed.waitFor(revision)?.then(() => this.ensureLoaded()) ?? this.ensureLoaded();
  }

  get(key: string): CachedObject | undefined {
    return this.objects.get(key);
  }

  /** Objects with from <= key < to in key order; '' for no upper end. A snapshot. */
  slice(from: string, to: string): CachedObject[] {
    return this.objects.slice(from, to);
  }

  range(from: string, to: string): Iterable<CachedObject> {
    return this.objects.range(from, to);
  }

  count(from: string, to: string): number {
    return this.objects.count(from, to);
  }

  /** Below this revision a watch starts with `history`. */
  get watchFloor(): number {
    return this.ring.floor;
  }

  /**
   * A watcher for changes after the revision; those known already wait in it. The caller removes it. The revision must not
   * be below `watchFloor`; one of the future waits by itself: earlier changes are not sent.
   */
  watch(scope: WatchScope, after: number): Watcher {
    this.turn.finish();
    const watcher = new Watcher(scope, after);
    const missed: Change[] = [];
    if (after < this.changedAt) {
      for (const change of this.ring.after(after)) if (inScope(scope, change.key)) missed.push(change);
    }
    this.watchers.add(watcher);
    if (this.delivery) {
      watcher.onHold = true;
      this.delivery.join(watcher, missed);
    } else this.watchers.offer(watcher, missed);
    return watcher;
  }

  /** Changes below `watchFloor`, see changesFromHistory. */
  history(after: number, until: number, signal: AbortSignal): Promise<Change[] | undefined> {
    const { prefix, store } = this.config;
    return changesFromHistory({ prefix, store, makeObject: (entry) => this.makeObject(entry) }, after, until, signal);
  }

  /** An event that is no change: a bookmark. */
  give(watcher: Watcher, event: EncodedWatchEvent): void {
    this.watchers.give(watcher, event);
  }

  unwatch(watcher: Watcher): void {
    this.watchers.remove(watcher);
    watcher.end();
  }

  /** Calls back at once with every later change of a loaded cache: for what must be exactly as new as the cache. */
  subscribe(listener: (change: Change) => void): void {
    this.listeners.add(listener);
  }

  /** One function for each watch, which ends it. */
  watchEnds(): (() => void)[] {
    return Array.from(this.watchers.all(), (watcher) => () => watcher.end());
  }

  /** Ends every watch: the server stops, or the resource is gone. */
  close(): void {
    this.turn.finish();
    for (const watcher of this.watchers.all()) watcher.end();
    this.closed = true;
    this.trimming?.cancel();
    this.reloading?.cancel();
  }

  apply(event: ReadableEvent): void {
    this.events.received++;
    if (this.state === 'loading') this.pending.push(event);
    else if (this.state === 'ready') this.applyLoaded(event);
  }

  reset(): void {
    this.turn.finish();
    // Watchers end and list again; what was loading will be loaded again by whoever asks next.
    for (const watcher of this.watchers.all()) watcher.end();
    if (this.listeners.size > 0)
      this.told ??= new Map(this.objects.slice('', '').map((object) => [object.key, object]));
    this.objects.clear();
    this.bytes = 0;
    this.pending = [];
    this.resets++;
    if (this.state === 'ready') this.state = 'empty';
    if (this.told) this.reload();
  }

  private reload(): void {
    this.reloading?.cancel();
    this.ensureLoaded()?.catch(() => {
      if (!this.closed) this.reloading = this.config.feed.clock.after(reloadMs, () => this.reload());
    });
  }

  private async load(): Promise<void> {
    const { prefix, store, feed } = this.config;
    this.state = 'loading';
    feed.register(prefix, this);
    try {
      const { entries, revision } = await this.readAll(prefix, store);
      this.objects.clear();
      this.bytes = 0;
      for (const entry of entries) {
        this.objects.set(entry.key.slice(prefix.length), this.makeObject(entry));
        this.bytes += entry.value.length;
      }
      this.loadedAt = revision;
      this.changedAt = revision;
      this.ring = new EventRing(revision);
      const { pending } = this;
      this.pending = [];
      this.state = 'ready';
      this.loads++;
      this.tellDifference(revision);
      for (const event of pending) this.applyLoaded(event);
    } catch (error) {
      this.state = 'empty';
      this.pending = [];
      throw error;
    }
  }

  private tellDifference(revision: number): void {
    const { told } = this;
    if (!told) return;
    this.told = undefined;
    for (const current of this.objects.slice('', '')) {
      const previous = told.get(current.key);
      told.delete(current.key);
      if (previous?.revision !== current.revision) this.tell(new Change(current.revision, current, previous));
    }
    for (const previous of told.values()) this.tell(new Change(revision, undefined, previous));
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }

  /** Everything under the prefix; read again when the feed lost its position meanwhile, as events in between are unknown. */
  private async readAll(prefix: string, store: Store): Promise<ListResult> {
    for (;;) {
      const { resets } = this;
      const result = await store.list({ prefix });
      if (resets === this.resets) return result;
    }
  }

  private applyLoaded(event: ReadableEvent): void {
    const revision = eventRevision(event);
    if (revision <= this.loadedAt) return;
    const key = eventKey(event).slice(this.config.prefix.length);
    const previous = this.objects.get(key);
    let current: CachedObject | undefined;
    if (event.type === 'put') {
      current = this.makeObject(event.entry);
      this.objects.set(key, current);
    } else {
      if (!previous) return;
      this.objects.delete(key);
    }
    this.bytes += (current?.value.length ?? 0) - (previous?.value.length ?? 0);
    const change = new Change(revision, current, previous);
    this.changedAt = revision;
    this.ring.push(change, this.config.feed.clock.monotonic());
    this.trimLater();
    this.tell(change);
    this.events.dispatched++;
    this.turn.add(change);
  }

  /** One timer while there is something that grows old. */
  private trimLater(): void {
    if (this.trimming || this.closed || this.ring.size === 0) return;
    const { clock } = this.config.feed;
    this.trimming = clock.after(ringAgeMs, () => {
      this.trimming = undefined;
      this.ring.trim(clock.monotonic());
      this.trimLater();
    });
  }

  private makeObject({ key, value, modRevision }: StoreEntry): CachedObject {
    return new CachedObject(key.slice(this.config.prefix.length), value, modRevision, this.config.form);
  }
}
