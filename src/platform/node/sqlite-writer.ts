/**
 * The thread that writes the store's database: an append is one transaction, answered when it is on disk, so the flush waits
 * here and not on the thread that serves requests. Started by sqlite-journal.ts.
 *
 * It waits on memory that both threads have, not on messages: waking it so takes a third of what a message does. Appends come in that
 * memory too, the rest (what is rare, and appends that are too large) as messages, which are fetched after it woke. There is at
 * most one append at a time; other requests are answered in their order.
 */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { assert, messageOf } from '#base/errors.ts';
import type { SegmentHead } from './sqlite-heads.ts';
import { type PackedRecords, unpackRecords } from './sqlite-records.ts';
import { type DatabaseOptions, openDatabase, pragma, recordChecksum, usedBytesOf } from './sqlite-schema.ts';
import { SegmentWriter } from './sqlite-segments.ts';
import { type SharedMemory, sharedWord } from './sqlite-shared.ts';
import { WalFile } from './sqlite-wal.ts';

export interface WriterData extends DatabaseOptions {
  readonly path: string;
  readonly shared: SharedMemory;
}

export type WriterRequest =
  | { readonly type: 'append'; readonly records: PackedRecords }
  /** Drops rows and remembers the compacted revision; not flushed by itself, for nobody was promised anything. */
  | { readonly type: 'compact'; readonly revision: number; readonly superseded: readonly number[] }
  /** Clears the next segment of heads behind `after` of what was dropped; the answer says where to go on. */
  | { readonly type: 'tidy'; readonly after: number; readonly revision: number }
  | { readonly type: 'close' };

/** One for every request. A number, which is cheap to send, is that of the bytes in use after an append that went well. */
export type WriterReply = number | { readonly type: WriterRequest['type']; readonly result: WriterResult };

export interface WriterSuccess {
  readonly ok: true;
  readonly usedBytes: number;
  /** Where `tidy` goes on; absent when there is no more. */
  readonly next?: number | undefined;
}

export type WriterResult =
  | WriterSuccess
  /** `code` is SQLite's extended result code; 0 when the failure is not SQLite's. */
  | { readonly ok: false; readonly code: number; readonly message: string };

/** Free pages are given back to the file system when they are this many, and a quarter of all. */
const vacuumPages = 1024;

class Writer {
  private readonly options: WriterData;
  private readonly wal: WalFile;
  private usedBytes = 0;
  private database: DatabaseSync;
  private statements: Statements;
  private segments: SegmentWriter;

  constructor(options: WriterData) {
    this.options = options;
    this.database = openDatabase(options.path, options);
    this.wal = new WalFile(options.path);
    this.statements = prepareStatements(this.database);
    this.segments = new SegmentWriter(this.database, options.segmentRecords);
  }

  /** Throws when what was committed cannot be flushed: the thread ends then, and with it the store, for a second flush would not say what the first one lost. */
  handle(request: WriterRequest): WriterResult {
    let next: number | undefined;
    try {
      if (request.type === 'append') this.append(request.records);
      else if (request.type === 'compact') this.compact(request.revision, request.superseded);
      else if (request.type === 'tidy')
        next = this.transaction(() => this.segments.tidy(request.after, request.revision));
      else this.close();
    } catch (error) {
      return { ok: false, code: sqliteCode(error), message: messageOf(error) };
    }
    if (request.type === 'append') this.wal.flush();
    return { ok: true, usedBytes: this.usedBytes, next };
  }

  private append(records: PackedRecords): void {
    const { insert } = this.statements;
    const heads: SegmentHead[] = [];
    this.transaction(() => {
      for (const { revision, key, value = null, createRevision, expiry } of unpackRecords(records)) {
        const checksum = recordChecksum(revision, createRevision, key, value);
        insert.run(revision, key, createRevision, expiry?.ttlSeconds ?? null, expiry?.atMs ?? null, checksum, value);
        heads.push({ revision, key, createRevision, expiry, deleted: value === null });
      }
    });
    this.segments.add(heads);
  }

  /** After an append was answered. What fails is tried again after the next: until then a start reads these records themselves. */
  cutSegment(): void {
    if (!this.segments.isDue) return;
    try {
      this.transaction(() => this.segments.cut());
    } catch {
      this.segments = new SegmentWriter(this.database, this.options.segmentRecords);
    }
  }

  private compact(revision: number, superseded: readonly number[]): void {
    this.transaction(() => {
      this.database.prepare('UPDATE compaction SET revision = ?').run(revision);
      const remove = this.database.prepare('DELETE FROM history WHERE revision = ?');
      for (const dropped of superseded) remove.run(dropped);
    });
    const free = pragma(this.database, 'freelist_count');
    if (free > vacuumPages && free * 4 > pragma(this.database, 'page_count')) {
      this.database.exec(`PRAGMA incremental_vacuum(${vacuumPages})`);
    }
  }

  private close(): void {
    this.database.close();
    this.wal.close();
  }

  /** What it commits may be lost with the power until the log is flushed. */
  private transaction<T>(run: () => T): T {
    this.statements.begin.run();
    try {
      const result = run();
      // Asked for after the commit it would take and give back SQLite's locks twice more.
      this.usedBytes = this.statements.usedBytes();
      this.statements.commit.run();
      return result;
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  /** After some failures SQLite has rolled back by itself; if the connection cannot even roll back, a new one starts clean. */
  private undo(): void {
    try {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
    } catch {
      this.database.close();
      this.database = openDatabase(this.options.path, this.options);
      this.statements = prepareStatements(this.database);
      this.segments = new SegmentWriter(this.database, this.options.segmentRecords);
    }
  }
}

interface Statements {
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  readonly insert: StatementSync;
  readonly usedBytes: () => number;
}

function prepareStatements(database: DatabaseSync): Statements {
  return {
    begin: database.prepare('BEGIN IMMEDIATE'),
    commit: database.prepare('COMMIT'),
    insert: database.prepare(
      'INSERT INTO history (revision, key, create_revision, ttl_seconds, expires_at_ms, checksum, value) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    usedBytes: usedBytesOf(database),
  };
}

function sqliteCode(error: unknown): number {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : 0;
  return typeof code === 'number' ? code : 0;
}

function serve(writer: Writer, { words, records }: SharedMemory): void {
  assert(parentPort, 'sqlite-writer.ts is the main module of a worker thread');
  const reply = (answer: WriterReply): void => parentPort?.postMessage(answer);
  for (let woken = 0; ; woken = Atomics.load(words, sharedWord.wakes)) {
    for (;;) {
      const count = Atomics.exchange(words, sharedWord.appends, 0);
      if (count > 0) {
        const result = writer.handle({ type: 'append', records: { count, bytes: records } });
        reply(result.ok ? result.usedBytes : { type: 'append', result });
        writer.cutSegment();
      }
      const received = receiveMessageOnPort(parentPort) as { readonly message: WriterRequest } | undefined;
      if (received) {
        const { message } = received;
        reply({ type: message.type, result: writer.handle(message) });
        if (message.type === 'close') return;
        writer.cutSegment();
      } else if (count === 0) break;
    }
    Atomics.wait(words, sharedWord.wakes, woken);
  }
}

const data = workerData as WriterData;
serve(new Writer(data), data.shared);
