/**
 * StoreFeed: the one watch on the store that feeds the watch caches of all resources.
 *
 * One ordered stream for everything makes consistency simple: when the feed has reached a revision, every cache has.
 * A read that must be consistent asks the store for its revision and waits until the feed is there; usually it is.
 *
 * When the store says that the feed's position was compacted away (an etcd that was unreachable for long), every sink is told
 * to start over.
 */

import { isExpired, newTooLargeResourceVersion } from '#api/errors.ts';
import { isAborted, sleep } from '#base/abort.ts';
import type { Clock, Env, Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { eventKey, type ReadableEvent, type Store, type StoreWatch } from '#store/store.ts';

/** Where keys of API objects live in the store. */
export const registryPrefix = '/registry/';

export interface FeedSink {
  apply(event: ReadableEvent): void;
  /** Events were lost: what the sink knows is worthless. */
  reset(): void;
}

/** How long a read waits for the feed to reach its revision (upstream's cacher: 3 s). */
const waitBoundMs = 3000;
const retryMs = 500;

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
}

export class StoreFeed {
  private readonly store: Store;
  private readonly env: Env;
  /** More than one where a resource shows another's objects. */
  private readonly sinks = new Map<string, Set<FeedSink>>();
  private readonly controller = new AbortController();
  private watch: StoreWatch | undefined;
  private waiters: Waiter[] = [];
  private reached = 0;
  private running: Promise<void> | undefined;

  constructor(store: Store, env: Env) {
    this.store = store;
    this.env = env;
  }

  get clock(): Clock {
    return this.env.clock;
  }

  /** Everything up to this revision was delivered. */
  get revision(): number {
    return this.reached;
  }

  /** Resolves when the feed's position is set; events follow. */
  async start(): Promise<void> {
    this.reached = await this.store.revision();
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.controller.abort();
    await this.running;
  }

  /** `prefix` is the resource's: '/registry/apps/deployments/'. */
  register(prefix: string, sink: FeedSink): void {
    const known = this.sinks.get(prefix);
    if (known) known.add(sink);
    else this.sinks.set(prefix, new Set([sink]));
  }

  unregister(prefix: string, sink: FeedSink): void {
    this.sinks.get(prefix)?.delete(sink);
  }

  /**
   * Resolves when the feed has reached the revision; undefined when it is there already (no promise on the fast path). Rejects with
   * upstream's "Too large resource version" after some seconds: a client may ask for a revision of the future.
   */
  waitFor(revision: number): Promise<void> | undefined {
    if (revision <= this.reached) return undefined;
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        revision,
        resolve: () => {
          timer.cancel();
          resolve();
        },
      };
      const timer: Timer = this.env.clock.after(waitBoundMs, () => {
        this.waiters = this.waiters.filter((other) => other !== waiter);
        reject(newTooLargeResourceVersion(revision, this.reached, 1));
      });
      this.waiters.push(waiter);
      this.watch?.requestProgress();
    });
  }

  /** Never rejects. */
  private async run(): Promise<void> {
    const { signal } = this.controller;
    let isLost = false;
    while (!signal.aborted) {
      try {
        if (isLost) await this.startOver();
        isLost = false;
        await this.follow(signal);
      } catch (error) {
        if (signal.aborted || isAborted(error)) return;
        isLost ||= isExpired(error);
        if (isExpired(error)) continue;
        this.env.log.warn('watch on the store failed, will retry', { error: messageOf(error) });
        await sleep(this.env.clock, retryMs, signal).catch(() => {});
      }
    }
  }

  private async startOver(): Promise<void> {
    this.reached = await this.store.revision();
    for (const sinks of this.sinks.values()) for (const sink of sinks) sink.reset();
  }

  private async follow(signal: AbortSignal): Promise<void> {
    this.watch = this.store.watch({ prefix: registryPrefix, afterRevision: this.reached }, signal);
    for await (const batch of this.watch) {
      for (const event of batch.events) {
        for (const sink of this.sinks.get(prefixOf(eventKey(event))) ?? []) {
          // Reading it again says what is wrong to whoever asks.
          if (event.type === 'unreadable') sink.reset();
          else sink.apply(event);
        }
      }
      this.advance(batch.revision);
    }
  }

  private advance(revision: number): void {
    if (revision > this.reached) this.reached = revision;
    if (this.waiters.length === 0) return;
    const ready = this.waiters.filter((waiter) => waiter.revision <= this.reached);
    if (ready.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => waiter.revision > this.reached);
    for (const waiter of ready) waiter.resolve();
  }
}

/** '/registry/apps/deployments/' of '/registry/apps/deployments/ns/name'. */
function prefixOf(key: string): string {
  const group = key.indexOf('/', registryPrefix.length);
  return key.slice(0, key.indexOf('/', group + 1) + 1);
}
