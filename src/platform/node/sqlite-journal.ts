/**
 * The store's journal on SQLite: WAL, one transaction and flush per append on a thread of its own.
 *
 * Writes go to the writer's thread, their records through memory that both threads have. Reads of history run on the calling thread with a second connection: they are few and
 * small (the recent past is in memory above), take microseconds from the page cache, and so never queue behind an fsync.
 *
 * One process at a time: a lock held on a file beside the database until the process ends, however it ends.
 */

import { mkdirSync, statfsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { isStatusError, newInsufficientStorage, newInternalError, type StatusError } from '#api/errors.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { Journal, JournalRecord, JournalState, RecordHead } from '#store/journal.ts';
import { openRevisionStore, type RevisionStoreOptions } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';
import { gathered, turn } from './gather.ts';
import { defaultSegmentRecords, segmentChecksum, unpackHeads } from './sqlite-heads.ts';
import { packedBound, packRecords } from './sqlite-records.ts';
import {
  type DatabaseOptions,
  headColumns,
  headOf,
  openDatabase,
  type Row,
  recordChecksum,
  recordColumns,
  usedBytesOf,
} from './sqlite-schema.ts';
import { createSharedMemory, type SharedMemory, sharedWord } from './sqlite-shared.ts';
import type { WriterData, WriterReply, WriterRequest, WriterResult, WriterSuccess } from './sqlite-writer.ts';

export interface SqliteStoreOptions extends DatabaseOptions, Omit<RevisionStoreOptions, 'env' | 'journal'> {
  /** Made when it does not exist; holds store.db, its WAL, and store.lock. */
  readonly directory: string;
}

/** Puts are refused beyond this size unless told otherwise: etcd's suggested maximum. */
const defaultQuotaBytes = 8 * 2 ** 30;

/** Opens the embedded store of a directory; rejects when another process has it, or when its medium is damaged. */
export async function openSqliteStore(env: Env, options: SqliteStoreOptions): Promise<Store> {
  const journal = openSqliteJournal(options.directory, options);
  try {
    return await openRevisionStore({ quotaBytes: defaultQuotaBytes, ...options, env, journal });
  } catch (error) {
    await journal.close();
    throw error;
  }
}

export function openSqliteJournal(directory: string, options: DatabaseOptions = {}): Journal {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const lock = lockStore(join(directory, 'store.lock'));
  try {
    return new SqliteJournal(join(directory, 'store.db'), lock, options);
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Rows dropped per request to the writer, so that appends get their turn in between. */
const compactChunk = 500;

/** Below this much free space a failed write is put down to a full disk. */
const fullBytes = 2 ** 20;

/** SQLite's primary result codes (sqlite3.h). */
const sqliteCode = { ioError: 10, full: 13 };

class SqliteJournal implements Journal {
  private readonly path: string;
  private readonly lock: DatabaseSync;
  private readonly database: DatabaseSync;
  private readonly select: StatementSync;
  private readonly writer: Worker;
  private readonly shared: SharedMemory = createSharedMemory();
  /** Whoever waits for the append that is under way. */
  private appending: ((result: WriterResult) => void) | undefined;
  /** Whoever waits for other requests, in their order. */
  private readonly waiting: ((result: WriterResult) => void)[] = [];
  private bytes: number;
  /** In segments, or on the way there. */
  private heads = 0;
  /** Those of them whose records were dropped. */
  private stale = 0;
  private readonly tidyAbove: number;
  private dead: string | undefined;
  private closing = false;

  constructor(path: string, lock: DatabaseSync, options: DatabaseOptions) {
    this.path = path;
    this.lock = lock;
    this.database = openDatabase(path, options);
    this.database.exec('PRAGMA query_only = ON');
    this.select = this.database.prepare(`SELECT ${recordColumns} FROM history WHERE revision = ?`);
    this.select.setReturnArrays(true);
    this.bytes = usedBytesOf(this.database)();
    const { maxPages, segmentRecords = defaultSegmentRecords } = options;
    this.tidyAbove = segmentRecords * 4;
    const data: WriterData = { path, maxPages, segmentRecords, shared: this.shared };
    // Beside this module, as source or bundled.
    const script = new URL(`./sqlite-writer${extname(import.meta.url)}`, import.meta.url);
    this.writer = new Worker(script, { workerData: data });
    this.writer.on('message', (reply: WriterReply) => this.answer(reply));
    this.writer.on('error', (error: unknown) => this.fail(messageOf(error)));
    this.writer.on('exit', () => this.fail('the writer thread has ended'));
  }

  async load(visit: (record: RecordHead, deleted: boolean) => void): Promise<JournalState> {
    try {
      const after = this.loadSegments(visit);
      // Of values only whether there is one: a row with a value is checked when that is read, a deletion never is.
      const rows = this.database.prepare(
        `SELECT ${headColumns}, value IS NULL FROM history WHERE revision > ? ORDER BY revision`,
      );
      rows.setReturnArrays(true);
      for (const row of rows.iterate(after) as Iterable<unknown>) {
        const [, , , , , , deleted] = row as Row;
        const head = headOf(row as Row);
        if (deleted === 1) this.check(head, undefined, row as Row);
        visit(head, deleted === 1);
      }
      const compaction = this.database.prepare('SELECT revision FROM compaction').get();
      return { compactedRevision: Number(compaction?.revision ?? 0) };
    } catch (error) {
      if (isStatusError(error)) throw error;
      throw newInternalError(
        `the store ${this.path} cannot be read (${messageOf(error)}); restore it from a backup`,
        error,
      );
    }
  }

  /**
   * An append costs a wakeup of both threads and a flush of the disk, whatever it holds, and the event loop is at work in the meantime: so it is
   * not made before the loop has done what else is there to do, as long as that makes further writes.
   */
  gather(waiting: () => number): Promise<void> {
    return gathered(waiting);
  }

  async append(records: readonly JournalRecord[]): Promise<void> {
    this.heads += records.length;
    await this.settled((resolve) => {
      this.appending = resolve;
      const bound = packedBound(records);
      const { words, records: memory } = this.shared;
      if (bound > memory.length) {
        const bytes = new Uint8Array(bound);
        packRecords(records, bytes);
        this.writer.postMessage({ type: 'append', records: { count: records.length, bytes } }, [bytes.buffer]);
      } else {
        packRecords(records, memory);
        Atomics.store(words, sharedWord.appends, records.length);
      }
    });
  }

  async read(revisions: readonly number[]): Promise<readonly (JournalRecord | undefined)[]> {
    const records = revisions.map((revision) => {
      const row = this.select.get(revision) as unknown as Row | undefined;
      return row && this.recordOf(row);
    });
    // Long reads come in chunks: between two of them the event loop turns.
    if (revisions.length > 1) await turn();
    return records;
  }

  async compact(revision: number, superseded: readonly number[]): Promise<void> {
    // A store that closes does not wait for the rest: it comes back with the next load.
    for (let start = 0; !this.closing && (start === 0 || start < superseded.length); start += compactChunk) {
      await this.request({ type: 'compact', revision, superseded: superseded.slice(start, start + compactChunk) });
    }
    this.stale += superseded.length;
    if (this.stale > this.tidyAbove && this.stale * 2 > this.heads) await this.tidy(revision);
  }

  size(): number {
    return this.bytes;
  }

  async close(): Promise<void> {
    this.closing = true;
    if (this.dead === undefined) await this.request({ type: 'close' });
    await this.writer.terminate();
    if (this.database.isOpen) this.database.close();
    if (this.lock.isOpen) this.lock.close();
  }

  /** The last revision that segments tell of. */
  private loadSegments(visit: (record: RecordHead, deleted: boolean) => void): number {
    const segments = this.database.prepare('SELECT last_revision, checksum, records FROM heads ORDER BY last_revision');
    segments.setReturnArrays(true);
    let last = 0;
    for (const segment of segments.iterate() as Iterable<unknown>) {
      const [lastRevision, checksum, records] = segment as Row;
      last = Number(lastRevision);
      if (!(records instanceof Uint8Array) || segmentChecksum(records, last) !== checksum) throw this.damaged(last);
      unpackHeads(records, last, (head) => {
        this.heads++;
        visit(head, head.deleted);
      });
    }
    return last;
  }

  /** One segment at a time, so that appends get their turn in between. */
  private async tidy(revision: number): Promise<void> {
    this.heads -= this.stale;
    this.stale = 0;
    for (let after: number | undefined = 0; after !== undefined && !this.closing; ) {
      after = (await this.request({ type: 'tidy', after, revision })).next;
    }
  }

  private request(request: WriterRequest): Promise<WriterSuccess> {
    return this.settled((resolve) => {
      this.waiting.push(resolve);
      this.writer.postMessage(request);
    });
  }

  /** `ask` leaves something for the writer to do, and who is told how it went. Rejects with StatusError. */
  private async settled(ask: (resolve: (result: WriterResult) => void) => void): Promise<WriterSuccess> {
    if (this.dead !== undefined) throw newInternalError(`the store ${this.path} has stopped: ${this.dead}`);
    const result = await new Promise<WriterResult>((resolve) => {
      ask(resolve);
      Atomics.add(this.shared.words, sharedWord.wakes, 1);
      Atomics.notify(this.shared.words, sharedWord.wakes);
    });
    if (!result.ok) throw this.failure(result.code, result.message);
    this.bytes = result.usedBytes;
    return result;
  }

  private answer(reply: WriterReply): void {
    if (typeof reply === 'number') this.appending?.({ ok: true, usedBytes: reply });
    else if (reply.type === 'append') this.appending?.(reply.result);
    else this.waiting.shift()?.(reply.result);
  }

  private failure(code: number, message: string): StatusError {
    const primary = code & 0xff;
    if (primary === sqliteCode.full || (primary === sqliteCode.ioError && this.diskIsFull())) {
      return newInsufficientStorage(
        `the disk of the store ${this.path} is full (${message}); free some space to write again`,
      );
    }
    return newInternalError(`the store ${this.path} cannot be written: ${message}`);
  }

  private diskIsFull(): boolean {
    const { bavail, bsize } = statfsSync(dirname(this.path));
    return bavail * bsize < fullBytes;
  }

  private fail(message: string): void {
    this.dead ??= message;
    const result: WriterResult = { ok: false, code: 0, message };
    this.appending?.(result);
    for (const resolve of this.waiting.splice(0)) resolve(result);
  }

  private recordOf(row: Row): JournalRecord {
    const head = headOf(row);
    const value = row[6] instanceof Uint8Array ? row[6] : undefined;
    this.check(head, value, row);
    return { ...head, value };
  }

  private check({ revision, createRevision, key }: RecordHead, value: Uint8Array | undefined, row: Row): void {
    if (recordChecksum(revision, createRevision, key, value ?? null) === row[5]) return;
    throw this.damaged(revision);
  }

  private damaged(revision: number): StatusError {
    return newInternalError(`the store ${this.path} is damaged at revision ${revision}; restore it from a backup`);
  }
}

export class StoreInUseError extends Error {
  override readonly name = 'StoreInUseError';
}

/** A connection that holds SQLite's exclusive lock on an otherwise empty database: the kernel frees it with the process. */
function lockStore(path: string): DatabaseSync {
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new StoreInUseError(`another process uses the store of ${dirname(path)}`, { cause: error });
  }
}
