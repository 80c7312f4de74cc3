/**
 * Store: where the cluster's state lives, in etcd's terms.
 *
 * One ordered history for the whole cluster: every successful write gets the next revision, a number that starts at 1, grows
 * by one and is never given twice; with an engine that others share (etcd) it starts where they are, and their writes leave gaps. A key holds bytes; the API server writes each object's JSON without its resourceVersion,
 * because the revision of the write is the resourceVersion.
 *
 * The contract, which conformance.ts checks on every engine:
 *
 * 1. A write that was acknowledged is durable; one that was refused left no trace. One that failed with another error may or
 *    may not have happened, as in any database whose disk fails.
 * 2. Reads see durable state only, in revision order, and never wait for a write's fsync.
 * 3. A watch delivers every change under its prefix once, in revision order, without a gap, or fails with Expired.
 * 4. Keys are ordered by UTF-16 code units (by bytes in etcd: the same for all but rare characters); values are handed out
 *    without a copy, so nobody writes into them.
 * 5. Superseded revisions can be read until compaction; reading below it fails with Expired.
 *
 * Failures are StatusError: 410 Expired (compacted), 504 (a revision of the future, or no answer in time), 507
 * InsufficientStorage (disk or quota full), 413 (a value that the engine does not take), 500 (the disk fails), 503 (closed, or
 * not reached). A lost compare-and-set is not a failure but an answer.
 */

export interface StoreEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Revision of the write that made the key, since it last did not exist. */
  readonly createRevision: number;
  /** Revision of the write that this value is from. */
  readonly modRevision: number;
}

export interface GetOptions {
  /** The state as of this revision; the newest unless told. */
  readonly revision?: number | undefined;
}

export interface ListOptions {
  /** Ends with '/' for everything below a folder; '' for everything. */
  readonly prefix: string;
  /** First key to return (inclusive). The next page starts at `afterKey(lastKey)`. */
  readonly start?: string | undefined;
  /** Keys from here on are left out. */
  readonly end?: string | undefined;
  /** Most entries to return; all unless told. */
  readonly limit?: number | undefined;
  readonly revision?: number | undefined;
}

export interface ListResult {
  /** In key order. */
  readonly entries: readonly StoreEntry[];
  /** The revision that the whole answer is of: the one asked for, or the newest. */
  readonly revision: number;
  /** There are entries beyond `limit`. */
  readonly more: boolean;
  /** How many keys there are from `start` on, those beyond `limit` included. */
  readonly count: number;
}

export interface PutOptions {
  /** The write happens only if the key's modRevision is this; 0: the key does not exist. Unconditional unless told. */
  readonly expectedModRevision?: number | undefined;
  /** The key is deleted, as by `delete`, some time after this many seconds unless it is put again: at most a sixtieth (and some seconds in etcd) later. */
  readonly ttlSeconds?: number | undefined;
}

export interface DeleteOptions {
  /** The delete happens only if the key's modRevision is this. Unconditional unless told. */
  readonly expectedModRevision?: number | undefined;
}

export type WriteResult =
  | { readonly succeeded: true; readonly revision: number }
  /** The expectation did not hold, or a delete found no key; `current` is the durable state that it was compared with. */
  | { readonly succeeded: false; readonly current: StoreEntry | undefined };

/** What was before a change is not said: who needs it (the watch cache) has it, and the store would have to read it. */
export type StoreEvent =
  | { readonly type: 'put'; readonly entry: StoreEntry }
  | { readonly type: 'delete'; readonly key: string; readonly revision: number }
  /** It was put, and what was put cannot be decrypted: not of any engine, but of an encrypting store over one. */
  | { readonly type: 'unreadable'; readonly key: string; readonly revision: number };

export type ReadableEvent = Exclude<StoreEvent, { readonly type: 'unreadable' }>;

export interface WatchOptions {
  readonly prefix: string;
  /** Only changes with a greater revision; the revision of a list continues where the list ended. */
  readonly afterRevision: number;
}

export interface WatchBatch {
  /** In revision order; empty in an answer to requestProgress. */
  readonly events: readonly StoreEvent[];
  /** Everything up to this revision has now been delivered. Events are never beyond it. */
  readonly revision: number;
}

/** For one consumer. Ends when the signal given to `watch` fires or the store closes; throws Expired when compaction overtook it. */
export interface StoreWatch extends AsyncIterable<WatchBatch> {
  /** A batch, empty if need be, whose revision is at least the store's at the time of this call comes soon. */
  requestProgress(): void;
}

export interface Store {
  /** Other processes write here too: what this one knows may be a moment old. */
  readonly shared: boolean;
  get(key: string, options?: GetOptions): Promise<StoreEntry | undefined>;
  list(options: ListOptions): Promise<ListResult>;
  /** How many keys there are now under the prefix. */
  count(prefix: string): Promise<number>;
  put(key: string, value: Uint8Array, options?: PutOptions): Promise<WriteResult>;
  delete(key: string, options?: DeleteOptions): Promise<WriteResult>;
  watch(options: WatchOptions, signal: AbortSignal): StoreWatch;
  /** The newest durable revision; 0 in a new store. A read that starts later sees at least it. */
  revision(): number | Promise<number>;
  /** The revision below which history is gone; 0 when nothing was compacted. */
  compactedRevision(): Promise<number>;
  /** Gives up what was superseded at `revision` or before; state as of `revision` and later stays readable. */
  compact(revision: number): Promise<void>;
  /** Whether the value, as it was read or written here, should be written again: its key was replaced. Absent: never. */
  isStale?(key: string, value: Uint8Array): boolean;
  /** Bytes that the engine takes on its medium, for metrics. */
  size(): Promise<number>;
  /** Ends watches, refuses further calls, resolves when writes under way are settled and resources released. */
  close(): Promise<void>;
}

/** The smallest key after `key`: where the next page starts. */
export function afterKey(key: string): string {
  return `${key}\0`;
}

/** 'put' events carry their key in the entry. */
export function eventKey(event: StoreEvent): string {
  return event.type === 'put' ? event.entry.key : event.key;
}

export function eventRevision(event: StoreEvent): number {
  return event.type === 'put' ? event.entry.modRevision : event.revision;
}
