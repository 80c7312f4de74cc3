/**
 * RevisionStore: the embedded store: decisions in memory, records on a Journal.
 *
 * A write is checked against the newest state, gets its revision and waits in a queue; one append at a time takes all that
 * waits (group commit), so the cost of an fsync is shared by everyone who came while the last one ran. When the append is
 * durable its writes become visible, in revision order, and their callers hear. If it fails, every write that waits fails with
 * it, for later ones were decided on the assumption that earlier ones happen; the next write starts from the durable state.
 *
 * Invariants:
 * 1. `index`, `window` and the hub know durable changes only; `pending` holds, by key, the newest change that is not.
 * 2. revision = newest durable; assigned = revision + changes that wait or are being appended.
 * 3. An answer never speaks of state that is not durable: who loses a race against a waiting write waits for its fate.
 */

import {
  isStatusError,
  newInsufficientStorage,
  newInternalError,
  newResourceExpired,
  newServiceUnavailable,
  newTooLargeResourceVersion,
} from '#api/errors.ts';
import type { Env } from '#base/env.ts';
import { assert, messageOf } from '#base/errors.ts';
import { AutoCompaction, type CompactionPolicy, defaultCompaction } from './auto-compaction.ts';
import { ChangeWindow, type WindowBounds } from './change-window.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import { IndexLoader } from './index-loader.ts';
import type { Journal, JournalRecord, RecordHead } from './journal.ts';
import { MemoryJournal } from './memory-journal.ts';
import {
  type DeleteOptions,
  eventKey,
  type GetOptions,
  type ListOptions,
  type ListResult,
  type PutOptions,
  type Store,
  type StoreEntry,
  type StoreEvent,
  type StoreWatch,
  type WatchBatch,
  type WatchOptions,
  type WriteResult,
} from './store.ts';
import { type KeyRange, rangeOf, type Version, VersionIndex } from './version-index.ts';
import { WatchHub } from './watch-hub.ts';

export interface RevisionStoreOptions {
  readonly env: Env;
  readonly journal: Journal;
  readonly compaction?: CompactionPolicy | undefined;
  /** How much of recent history is kept in memory. */
  readonly window?: WindowBounds | undefined;
  /** Puts are refused with 507 when the medium holds this much; deletes go on. Without bound unless told. */
  readonly quotaBytes?: number | undefined;
}

const defaultWindow: WindowBounds = { changes: 20_000, bytes: 16 * 2 ** 20 };

/** Of history so many records are read at a time, of all prefixes, and a batch of it ends with so many bytes of its own. */
const historyRecords = 16;
const historyBytes = 4 * 2 ** 20;

/** One append takes at most this many changes and about this many bytes. */
const maxBatchChanges = 2048;
const maxBatchBytes = 8 * 2 ** 20;

/** Values read from the medium at a time; between two reads other work of the event loop gets its turn. */
const readChunk = 256;

/** Reads the journal's history and answers a store that goes on from there. */
export async function openRevisionStore(options: RevisionStoreOptions): Promise<Store> {
  const store = new RevisionStore(options);
  await store.load();
  return store;
}

/** A store that forgets everything when it is closed. */
export function createMemoryStore(env: Env, options: Omit<RevisionStoreOptions, 'env' | 'journal'> = {}): Store {
  return new RevisionStore({ ...options, env, journal: new MemoryJournal() });
}

interface PendingWrite {
  readonly record: JournalRecord;
  readonly settled: Promise<WriteResult>;
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: unknown) => void;
}

class RevisionStore implements Store {
  readonly shared = false;
  private readonly env: Env;
  private readonly journal: Journal;
  private readonly quotaBytes: number;
  private index = new VersionIndex();
  private readonly window: ChangeWindow;
  private readonly hub: WatchHub;
  private readonly expiries: ExpiryQueue;
  private readonly compaction: AutoCompaction;
  private readonly pending = new Map<string, PendingWrite>();
  private waiting: PendingWrite[] = [];
  private durable = 0;
  private assigned = 0;
  private compacted = 0;
  /** Superseded records whose removal from the medium failed: the next compaction tries again. */
  private undropped: number[] = [];
  private flushing = false;
  private closed = false;
  private onIdle: (() => void) | undefined;

  constructor(options: RevisionStoreOptions) {
    this.env = options.env;
    this.journal = options.journal;
    this.quotaBytes = options.quotaBytes ?? Number.POSITIVE_INFINITY;
    this.window = new ChangeWindow(options.window ?? defaultWindow);
    this.hub = new WatchHub(
      {
        changes: (prefix, afterRevision, limit) => this.changes(prefix, afterRevision, limit),
        compactedRevision: () => this.compacted,
      },
      0,
    );
    this.expiries = new ExpiryQueue(this.env.clock, (key, modRevision) =>
      this.delete(key, { expectedModRevision: modRevision }),
    );
    const store = this;
    this.compaction = new AutoCompaction(options.compaction ?? defaultCompaction, this.env, {
      get revision() {
        return store.durable;
      },
      get supersededCount() {
        return store.index.supersededCount;
      },
      get nearlyFull() {
        return store.journal.size() > store.quotaBytes * 0.75;
      },
      compact: (revision) => this.compact(revision),
    });
  }

  async load(): Promise<void> {
    const loader = new IndexLoader();
    let missing = 0;
    const state = await this.journal.load((head, deleted) => {
      if (head.revision !== this.durable + 1) missing = head.revision - 1;
      this.durable = head.revision;
      loader.add(head, deleted);
    });
    if (missing > state.compactedRevision) {
      throw newInternalError(`the store's medium has lost revision ${missing}; restore it from a backup`);
    }
    this.index = loader.index();
    this.scheduleExpiries(loader);
    this.compacted = state.compactedRevision;
    this.undropped = this.index.compact(this.compacted);
    // The newest record may be a deletion that was compacted away: its revision is not given again.
    this.durable = Math.max(this.durable, this.compacted);
    this.assigned = this.durable;
    this.hub.revision = this.durable;
    this.compaction.changed();
  }

  private scheduleExpiries(loader: IndexLoader): void {
    const nowMs = this.env.clock.now();
    for (const { version, expiry } of loader.expiring()) {
      const { ttlSeconds, atMs } = expiry;
      const remainingMs = Math.min(Math.max(atMs - nowMs, 0), ttlSeconds * 1000);
      this.expiries.schedule(version.key, version.modRevision, ttlSeconds, remainingMs);
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<StoreEntry | undefined> {
    this.checkOpen();
    const { revision } = options;
    if (revision === undefined) return this.entryOf(this.index.get(key));
    this.checkReadable(revision);
    return this.entryOf(this.index.getAt(key, revision));
  }

  async list(options: ListOptions): Promise<ListResult> {
    this.checkOpen();
    const range = rangeOf(options.prefix, options.start, options.end);
    const revision = options.revision ?? this.durable;
    this.checkReadable(revision);
    const { versions, count } = this.versionsAt(range, revision, options.limit);
    return { entries: await this.entriesOf(versions), revision, more: count > versions.length, count };
  }

  async count(prefix: string): Promise<number> {
    this.checkOpen();
    return this.index.count(rangeOf(prefix));
  }

  put(key: string, value: Uint8Array, options: PutOptions = {}): Promise<WriteResult> {
    if (this.journal.size() >= this.quotaBytes) return Promise.reject(this.quotaUsed());
    return this.write(key, value, options.expectedModRevision, options.ttlSeconds);
  }

  delete(key: string, options: DeleteOptions = {}): Promise<WriteResult> {
    return this.write(key, undefined, options.expectedModRevision, undefined);
  }

  watch(options: WatchOptions, signal: AbortSignal): StoreWatch {
    this.checkOpen();
    return this.hub.watch(options, signal);
  }

  revision(): number {
    this.checkOpen();
    return this.durable;
  }

  async compactedRevision(): Promise<number> {
    return this.compacted;
  }

  async compact(revision: number): Promise<void> {
    this.checkOpen();
    if (revision > this.durable) throw newTooLargeResourceVersion(revision, this.durable, 1);
    if (revision <= this.compacted) return;
    this.compacted = revision;
    const dropped = this.undropped.concat(this.index.compact(revision));
    this.undropped = [];
    try {
      await this.journal.compact(revision, dropped);
    } catch (error) {
      this.undropped = this.undropped.concat(dropped);
      throw asStatus(error);
    }
  }

  async size(): Promise<number> {
    return this.journal.size();
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.compaction.close();
    this.expiries.close();
    this.hub.close();
    if (this.flushing || this.waiting.length > 0) {
      await new Promise<void>((resolve) => {
        this.onIdle = resolve;
      });
    }
    await this.journal.close();
  }

  private write(
    key: string,
    value: Uint8Array | undefined,
    expected: number | undefined,
    ttlSeconds: number | undefined,
  ): Promise<WriteResult> {
    if (this.closed) return Promise.reject(storeClosed());
    const rival = this.pending.get(key);
    const version = rival ? undefined : this.index.get(key);
    const modRevision = rival ? (rival.record.value ? rival.record.revision : 0) : (version?.modRevision ?? 0);
    const refused = (expected !== undefined && expected !== modRevision) || (!value && modRevision === 0);
    if (!refused) {
      const createRevision = rival?.record.value ? rival.record.createRevision : version?.createRevision;
      return this.enqueue(key, value, createRevision, ttlSeconds);
    }
    if (!rival) return this.entryOf(version).then((current) => ({ succeeded: false, current }));
    // Its fate decides ours, whichever it is.
    const again = () => this.write(key, value, expected, ttlSeconds);
    return rival.settled.then(again, again);
  }

  private enqueue(
    key: string,
    value: Uint8Array | undefined,
    createRevision: number | undefined,
    ttlSeconds: number | undefined,
  ): Promise<WriteResult> {
    const revision = ++this.assigned;
    const record: JournalRecord = {
      revision,
      key,
      value,
      createRevision: createRevision ?? revision,
      expiry: ttlSeconds ? { ttlSeconds, atMs: this.env.clock.now() + ttlSeconds * 1000 } : undefined,
    };
    const { promise: settled, resolve, reject } = Promise.withResolvers<WriteResult>();
    const write = { record, settled, resolve, reject };
    this.pending.set(key, write);
    this.waiting.push(write);
    if (!this.flushing) {
      this.flushing = true;
      // After what runs now, so that writes made in one go share an append.
      void Promise.resolve().then(() => this.flush());
    }
    return settled;
  }

  /** Appends what waits, until nothing waits. Never rejects. */
  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      await this.journal.gather?.(() => this.waiting.length);
      const batch = this.takeBatch();
      const failure = await this.append(batch);
      if (failure === undefined) this.commit(batch);
      else this.rollBack(batch, failure);
    }
    this.flushing = false;
    this.onIdle?.();
  }

  /** What went wrong, or undefined once the batch is durable. */
  private async append(batch: readonly PendingWrite[]): Promise<unknown> {
    try {
      await this.journal.append(batch.map((write) => write.record));
      return undefined;
    } catch (error) {
      return asStatus(error);
    }
  }

  private takeBatch(): PendingWrite[] {
    let bytes = 0;
    let length = 0;
    for (const { record } of this.waiting) {
      bytes += record.key.length + (record.value?.length ?? 0);
      if (length > 0 && (length >= maxBatchChanges || bytes > maxBatchBytes)) break;
      length++;
    }
    if (length === this.waiting.length) {
      const batch = this.waiting;
      this.waiting = [];
      return batch;
    }
    return this.waiting.splice(0, length);
  }

  private commit(batch: readonly PendingWrite[]): void {
    const events: StoreEvent[] = [];
    for (const write of batch) {
      const { record } = write;
      assert(record.revision === this.durable + 1, 'changes become durable in revision order');
      this.durable = record.revision;
      const entry = entryOfRecord(record);
      const event = eventOf(record, entry);
      events.push(event);
      this.window.push(event, this.indexRecord(record, entry));
      if (record.expiry) this.expiries.schedule(record.key, record.revision, record.expiry.ttlSeconds);
      else this.expiries.forget(record.key);
      if (this.pending.get(record.key) === write) this.pending.delete(record.key);
    }
    this.hub.publish(events, this.durable);
    for (const { record, resolve } of batch) resolve({ succeeded: true, revision: record.revision });
    this.compaction.changed();
  }

  private rollBack(batch: readonly PendingWrite[], error: unknown): void {
    const failed = [...batch, ...this.waiting];
    this.waiting = [];
    this.pending.clear();
    this.assigned = this.durable;
    this.env.log.error('a write to the store failed', { writes: failed.length, error: messageOf(error) });
    for (const write of failed) write.reject(error);
  }

  private indexRecord(
    { key, revision, createRevision }: RecordHead,
    entry: StoreEntry | undefined,
  ): Version | undefined {
    if (!entry) {
      this.index.delete(key, revision);
      return undefined;
    }
    const version = { key, createRevision, modRevision: revision, endRevision: 0, entry };
    this.index.put(version);
    return version;
  }

  private versionsAt(range: KeyRange, revision: number, limit: number | undefined) {
    if (revision === this.durable) return { versions: this.index.list(range, limit), count: this.index.count(range) };
    const all = this.index.listAt(range, revision);
    return { versions: limit === undefined ? all : all.slice(0, limit), count: all.length };
  }

  private async entryOf(version: Version | undefined): Promise<StoreEntry | undefined> {
    if (!version || version.entry) return version?.entry;
    return (await this.entriesOf([version]))[0];
  }

  /** Values that are not in memory are read from the medium, all of them as of the revisions in `versions`. */
  private async entriesOf(versions: readonly Version[]): Promise<readonly StoreEntry[]> {
    const entries = versions.map((version) => version.entry);
    const missing = versions.flatMap((version, place) => (version.entry ? [] : [{ place, version }]));
    for (let start = 0; start < missing.length; start += readChunk) {
      const chunk = missing.slice(start, start + readChunk);
      const records = await this.read(chunk.map(({ version }) => version.modRevision));
      chunk.forEach(({ place }, i) => {
        entries[place] = entryOfRecord(records[i] as JournalRecord);
      });
    }
    return entries as StoreEntry[];
  }

  /** Records that were in force a moment ago; compaction may have taken them meanwhile. */
  private async read(revisions: readonly number[]): Promise<readonly JournalRecord[]> {
    const records = await this.journal.read(revisions);
    records.forEach((record, i) => {
      if (record) return;
      const revision = revisions[i] as number;
      if (revision <= this.compacted) throw newResourceExpired(expiredList);
      throw newInternalError(`the store's medium has lost revision ${revision}`);
    });
    return records as readonly JournalRecord[];
  }

  /** History for watches that are behind: from the window when it reaches back far enough, else from the medium. */
  private async changes(prefix: string, afterRevision: number, limit: number): Promise<WatchBatch> {
    const revision = Math.min(afterRevision + limit, this.durable);
    const events: StoreEvent[] = [];
    const first = this.window.firstRevision;
    if (afterRevision < this.compacted || afterRevision >= revision) return { events, revision: afterRevision };
    if (first !== undefined && first <= afterRevision + 1) {
      for (let at = afterRevision + 1; at <= revision; at++) {
        const event = this.window.at(at);
        if (event && eventKey(event).startsWith(prefix)) events.push(event);
      }
      return { events, revision };
    }
    let reached = afterRevision;
    // What is compacted while others have their turn is gone: the batch ends before it.
    for (let bytes = 0; reached < revision && reached >= this.compacted && bytes < historyBytes; ) {
      const length = Math.min(historyRecords, revision - reached);
      const revisions = Array.from({ length }, (_, i) => reached + 1 + i);
      reached += length;
      for (const record of await this.journal.read(revisions)) {
        if (!record?.key.startsWith(prefix)) continue;
        bytes += record.value?.length ?? 0;
        events.push(eventOf(record, entryOfRecord(record)));
      }
    }
    return { events, revision: reached };
  }

  private checkOpen(): void {
    if (this.closed) throw storeClosed();
  }

  private checkReadable(revision: number): void {
    if (revision < this.compacted) throw newResourceExpired(expiredList);
    if (revision > this.durable) throw newTooLargeResourceVersion(revision, this.durable, 1);
  }

  private quotaUsed(): Error {
    return newInsufficientStorage(
      `the store has used up its quota of ${this.quotaBytes} bytes; delete objects to write again`,
    );
  }
}

function storeClosed(): Error {
  return newServiceUnavailable('the store is closed');
}

const expiredList = 'The provided resource version is too old: its history was compacted.';

function entryOfRecord(record: JournalRecord): StoreEntry | undefined {
  if (!record.value) return undefined;
  const { key, value, createRevision, revision } = record;
  return { key, value, createRevision, modRevision: revision };
}

function eventOf({ key, revision }: JournalRecord, entry: StoreEntry | undefined): StoreEvent {
  return entry ? { type: 'put', entry } : { type: 'delete', key, revision };
}

function asStatus(error: unknown): unknown {
  return isStatusError(error) ? error : newInternalError(messageOf(error), error);
}
