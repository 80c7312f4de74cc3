/**
 * The thread that writes the store's database: an append is one transaction, answered when it is on disk, so the fsync waits
 * here and not on the thread that serves requests. Started by sqlite-journal.ts; messages are handled in order.
 */

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { assert, messageOf } from '#base/errors.ts';
import { type PackedRecords, unpackRecords } from './sqlite-records.ts';
import { type DatabaseOptions, openDatabase, pragma, recordChecksum, usedBytesOf } from './sqlite-schema.ts';

export interface WriterData extends DatabaseOptions {
  readonly path: string;
}

export type WriterRequest =
  | { readonly type: 'append'; readonly records: PackedRecords }
  /** Drops rows and remembers the compacted revision; not synced by itself, for nobody was promised anything. */
  | { readonly type: 'compact'; readonly revision: number; readonly superseded: readonly number[] }
  | { readonly type: 'close' };

/** One for every request, in order. */
export type WriterReply =
  | { readonly ok: true; readonly usedBytes: number }
  /** `code` is SQLite's extended result code; 0 when the failure is not SQLite's. */
  | { readonly ok: false; readonly code: number; readonly message: string };

/** Free pages are given back to the file system when they are this many, and a quarter of all. */
const vacuumPages = 1024;

class Writer {
  private readonly options: WriterData;
  private database: DatabaseSync;
  private insert: StatementSync;
  private usedBytes: () => number;

  constructor(options: WriterData) {
    this.options = options;
    this.database = openDatabase(options.path, options);
    this.insert = prepareInsert(this.database);
    this.usedBytes = usedBytesOf(this.database);
  }

  handle(request: WriterRequest): WriterReply {
    try {
      if (request.type === 'append') this.append(request.records);
      else if (request.type === 'compact') this.compact(request.revision, request.superseded);
      else this.database.close();
      return { ok: true, usedBytes: request.type === 'close' ? 0 : this.usedBytes() };
    } catch (error) {
      return { ok: false, code: sqliteCode(error), message: messageOf(error) };
    }
  }

  private append(records: PackedRecords): void {
    this.transaction(() => {
      for (const { revision, key, value = null, createRevision, expiry } of unpackRecords(records)) {
        const checksum = recordChecksum(revision, createRevision, key, value);
        const { ttlSeconds = null, atMs = null } = expiry ?? {};
        this.insert.run(revision, key, value, createRevision, ttlSeconds, atMs, checksum);
      }
    });
  }

  private compact(revision: number, superseded: readonly number[]): void {
    this.database.exec('PRAGMA synchronous = NORMAL');
    try {
      this.transaction(() => {
        this.database.prepare('UPDATE compaction SET revision = ?').run(revision);
        const remove = this.database.prepare('DELETE FROM history WHERE revision = ?');
        for (const dropped of superseded) remove.run(dropped);
      });
      const free = pragma(this.database, 'freelist_count');
      if (free > vacuumPages && free * 4 > pragma(this.database, 'page_count')) {
        this.database.exec(`PRAGMA incremental_vacuum(${vacuumPages})`);
      }
    } finally {
      this.database.exec('PRAGMA synchronous = FULL');
    }
  }

  private transaction(run: () => void): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      run();
      this.database.exec('COMMIT');
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
      this.insert = prepareInsert(this.database);
      this.usedBytes = usedBytesOf(this.database);
    }
  }
}

function prepareInsert(database: DatabaseSync): StatementSync {
  return database.prepare(
    'INSERT INTO history (revision, key, value, create_revision, ttl_seconds, expires_at_ms, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
}

function sqliteCode(error: unknown): number {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : 0;
  return typeof code === 'number' ? code : 0;
}

assert(parentPort, 'sqlite-writer.ts is the main module of a worker thread');
const port = parentPort;
const writer = new Writer(workerData as WriterData);
port.on('message', (request: WriterRequest) => {
  port.postMessage(writer.handle(request));
  if (request.type === 'close') port.close();
});
