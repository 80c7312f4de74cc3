/**
 * Journal: the medium under an embedded store: records in, records out, nothing decided.
 *
 * The store decides everything (compare-and-set, revisions, what is superseded) in memory and hands the journal finished
 * records. So an engine is only a journal, and every engine behaves alike. Implementations: MemoryJournal (beside this file),
 * SQLite (src/platform/node), a simulated disk that crashes and fails (src/platform/sim).
 *
 * Contract:
 * 1. `append` resolves when all its records are durable; when it rejects, the store takes none of them as written and appends
 *    other records with the same revisions later. Appends do not overlap.
 * 2. After a crash at any point, `load` gives a gapless prefix of the appended records that holds every acknowledged one.
 *    Beside them it may tell of records that compaction dropped: all of them superseded at the compacted revision or before.
 * 3. `read` answers from records that were acknowledged, never waits for an append, and may run beside anything.
 */

export interface JournalRecord extends RecordHead {
  /** Absent: the key was deleted. */
  readonly value: Uint8Array | undefined;
}

/** A record but for its value. */
export interface RecordHead {
  readonly revision: number;
  readonly key: string;
  /** For a delete: of the entry that was deleted. */
  readonly createRevision: number;
  /** Absent: the entry stays. */
  readonly expiry: Expiry | undefined;
}

export interface Expiry {
  readonly ttlSeconds: number;
  /** Wall clock when it was written plus the time to live, in ms since the epoch; of use only after a restart. */
  readonly atMs: number;
}

export interface Journal {
  /** Once, before anything else: every record left, in revision order. Values stay on the medium. */
  load(visit: (record: RecordHead, deleted: boolean) => void): Promise<JournalState>;
  /** Resolves when an append of what is `waiting` pays: where one costs more than what is in it. Absent: always. */
  gather?(waiting: () => number): Promise<void>;
  append(records: readonly JournalRecord[]): Promise<void>;
  /** The records of these revisions, in the same order; undefined for those that were compacted away. */
  read(revisions: readonly number[]): Promise<readonly (JournalRecord | undefined)[]>;
  /**
   * Remembers that history below `revision` is gone and drops these records. It may drop them later, bit by bit: what a crash
   * leaves over comes back with `load`, and the store drops it again.
   */
  compact(revision: number, superseded: readonly number[]): Promise<void>;
  /** Bytes in use on the medium: what compaction can bring down. */
  size(): number;
  close(): Promise<void>;
}

export interface JournalState {
  readonly compactedRevision: number;
}
