/**
 * Watches of an embedded store.
 *
 * A watch is live or behind. A live one gets each matching change put into its queue when the change becomes durable. One that
 * starts in the past, or whose queue overflowed because its consumer is slow, is behind: it reads history (memory first, then
 * the medium) in chunks until it has caught up, and turns live. So a slow consumer costs a bounded queue and loses nothing,
 * unless compaction overtakes it, which it is told by Expired.
 *
 * Invariants:
 * 1. A live watch has been handed, or has in its queue, every matching change up to the hub's revision.
 * 2. A watch that is behind has been handed every matching change up to `delivered`, and its queue is empty.
 */

import { newResourceExpired } from '#api/errors.ts';
import type { StoreEvent, StoreWatch, WatchBatch, WatchOptions } from './store.ts';
import { eventKey, eventRevision } from './store.ts';

/** Changes that a live watch may have waiting before it falls behind. */
const queueBound = 8192;

/** Changes read from history at a time. */
const chunkBound = 1000;

export interface HistorySource {
  /** Events under the prefix with revisions in (afterRevision, revision]; at most `limit` revisions are looked at. */
  changes(prefix: string, afterRevision: number, limit: number): Promise<WatchBatch>;
  /** Below it, `changes` cannot answer. */
  compactedRevision(): number;
}

export class WatchHub {
  /** The newest revision that was published. */
  revision: number;
  private readonly source: HistorySource;
  private readonly byPrefix = new Map<string, Set<Watch>>();
  /** Watches whose prefix does not end with '/' cannot be found by the folders of a key. */
  private readonly others = new Set<Watch>();

  constructor(source: HistorySource, revision: number) {
    this.source = source;
    this.revision = revision;
  }

  watch(options: WatchOptions, signal: AbortSignal): StoreWatch {
    const watch = new Watch(options, this, this.source, signal, () => this.remove(watch));
    if (signal.aborted) watch.stop();
    else if (options.prefix.endsWith('/')) {
      const watches = this.byPrefix.get(options.prefix);
      if (watches) watches.add(watch);
      else this.byPrefix.set(options.prefix, new Set([watch]));
    } else {
      this.others.add(watch);
    }
    return watch;
  }

  /** Changes that just became durable, in revision order. */
  publish(events: readonly StoreEvent[], revision: number): void {
    this.revision = revision;
    for (const event of events) {
      const key = eventKey(event);
      if (this.byPrefix.size > 0) {
        for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
          const watches = this.byPrefix.get(key.slice(0, slash + 1));
          if (watches) for (const watch of watches) watch.offer(event);
        }
      }
      for (const watch of this.others) {
        if (key.startsWith(watch.prefix)) watch.offer(event);
      }
    }
  }

  close(): void {
    for (const watches of [...this.byPrefix.values()]) for (const watch of [...watches]) watch.stop();
    for (const watch of [...this.others]) watch.stop();
  }

  private remove(watch: Watch): void {
    this.others.delete(watch);
    const watches = this.byPrefix.get(watch.prefix);
    if (watches?.delete(watch) && watches.size === 0) this.byPrefix.delete(watch.prefix);
  }
}

class Watch implements StoreWatch {
  readonly prefix: string;
  private readonly hub: WatchHub;
  private readonly source: HistorySource;
  private readonly onStop: () => void;
  private readonly signal: AbortSignal;
  private queue: StoreEvent[] = [];
  private behind: boolean;
  private delivered: number;
  private progressTo: number | undefined;
  private stopped = false;
  private wake: (() => void) | undefined;

  constructor(options: WatchOptions, hub: WatchHub, source: HistorySource, signal: AbortSignal, onStop: () => void) {
    this.prefix = options.prefix;
    this.hub = hub;
    this.source = source;
    this.onStop = onStop;
    this.signal = signal;
    this.delivered = options.afterRevision;
    this.behind = options.afterRevision < hub.revision;
    signal.addEventListener('abort', this.stop, { once: true });
  }

  offer(event: StoreEvent): void {
    const revision = eventRevision(event);
    // A watch that starts in the future skips what comes before.
    if (this.behind || revision <= this.delivered) return;
    if (this.queue.length >= queueBound) {
      this.delivered = eventRevision(this.queue[0] as StoreEvent) - 1;
      this.queue = [];
      this.behind = true;
      return;
    }
    this.queue.push(event);
    this.notify();
  }

  requestProgress(): void {
    this.progressTo = this.hub.revision;
    this.notify();
  }

  readonly stop = (): void => {
    if (this.stopped) return;
    this.stopped = true;
    this.signal.removeEventListener('abort', this.stop);
    this.queue = [];
    this.onStop();
    this.notify();
  };

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchBatch, void, void> {
    try {
      while (!this.stopped) {
        const batch = this.behind ? await this.catchUp() : this.takeLive();
        if (batch && !this.stopped) yield batch;
        else if (!batch && !this.behind && !this.stopped) {
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
        }
      }
    } finally {
      this.stop();
    }
  }

  /** The queue, or the progress that was asked for, or nothing yet. */
  private takeLive(): WatchBatch | undefined {
    const { revision } = this.hub;
    if (this.queue.length === 0 && this.progressTo === undefined) return undefined;
    const events = this.queue;
    this.queue = [];
    this.progressTo = undefined;
    this.delivered = Math.max(this.delivered, revision);
    return { events, revision: this.delivered };
  }

  /** The next chunk of history; turns live when there is no more. */
  private async catchUp(): Promise<WatchBatch | undefined> {
    const batch = await this.source.changes(this.prefix, this.delivered, chunkBound);
    if (this.delivered < this.source.compactedRevision()) {
      throw newResourceExpired('The resourceVersion for the provided watch is too old.');
    }
    this.delivered = batch.revision;
    if (batch.revision >= this.hub.revision) this.behind = false;
    const progress = this.progressTo !== undefined && batch.revision >= this.progressTo;
    if (progress) this.progressTo = undefined;
    return batch.events.length > 0 || progress ? batch : undefined;
  }

  private notify(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}
