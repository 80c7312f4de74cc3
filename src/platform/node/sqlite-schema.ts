/**
 * The store's database: one row per revision, found by its number, as etcd's backend. Appending in revision order keeps every
 * insert at the right edge of one B-tree, and there is no second index to maintain: keys are indexed in memory, from what
 * the table `heads` has of thousands of rows at a time (sqlite-heads.ts).
 */

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { RecordHead } from '#store/journal.ts';

/** Raised when the layout changes; a database of an earlier one is brought up to it, one of a later one is refused. */
const layoutVersion = 3;

/** The value is last: what is before it is read, by every start, without the pages that a long value goes on in. */
const history = `
  CREATE TABLE history (
    revision INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    create_revision INTEGER NOT NULL,
    ttl_seconds REAL,
    expires_at_ms REAL,
    checksum INTEGER NOT NULL,
    value BLOB
  ) STRICT;
`;

const heads = `
  CREATE TABLE heads (
    last_revision INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    records BLOB NOT NULL
  ) STRICT;
`;

const layout = `
  ${history}
  ${heads}
  CREATE TABLE compaction (revision INTEGER NOT NULL) STRICT;
  INSERT INTO compaction VALUES (0);
  PRAGMA user_version = ${layoutVersion};
`;

/** Layout 1 had the value behind the key. */
const fromLayout1 = `
  ALTER TABLE history RENAME TO history_1;
  ${history}
  INSERT INTO history (revision, key, create_revision, ttl_seconds, expires_at_ms, checksum, value)
    SELECT revision, key, create_revision, ttl_seconds, expires_at_ms, checksum, value FROM history_1 ORDER BY revision;
  DROP TABLE history_1;
  ${heads}
  PRAGMA user_version = ${layoutVersion};
`;

/** Layout 2 had no heads: the writer adds them, segment by segment. */
const fromLayout2 = `
  ${heads}
  PRAGMA user_version = ${layoutVersion};
`;

/** WAL pages after which the writer moves them into the database: 16 MB. */
const checkpointPages = 4096;

export interface DatabaseOptions {
  /** Most pages that the database may have: a bound below the disk's own, for tests and small disks. */
  readonly maxPages?: number | undefined;
  /** Records whose heads are put together (sqlite-heads.ts); tests have a few. */
  readonly segmentRecords?: number | undefined;
}

/** Opens a connection for writing and makes the layout when the file is new. */
export function openDatabase(path: string, options: DatabaseOptions = {}): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 5000 });
  try {
    // Takes effect only before the first table exists.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    database.exec('PRAGMA journal_mode = WAL');
    // Commits are flushed by the writer (sqlite-wal.ts).
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
    // Room for a checkpoint that comes late: a log that is cut off has to be made longer again.
    database.exec(`PRAGMA journal_size_limit = ${checkpointPages * 4096 * 2}`);
    if (options.maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${options.maxPages}`);
    const version = pragma(database, 'user_version');
    if (version === 0) database.exec(`BEGIN; ${layout} COMMIT`);
    else if (version === 1) database.exec(`BEGIN; ${fromLayout1} COMMIT`);
    else if (version === 2) database.exec(`BEGIN; ${fromLayout2} COMMIT`);
    else if (version > layoutVersion) {
      throw new Error(`${path} was written by a later version of kubets (layout ${version}, known: ${layoutVersion})`);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export const headColumns = 'revision, key, create_revision, ttl_seconds, expires_at_ms, checksum';
export const recordColumns = `${headColumns}, value`;

/** Columns in the order of recordColumns, or `value IS NULL` in the value's place. */
export type Row = readonly unknown[];

export function headOf([revision, key, createRevision, ttlSeconds, atMs]: Row): RecordHead {
  const expiry = typeof ttlSeconds === 'number' && typeof atMs === 'number' ? { ttlSeconds, atMs } : undefined;
  return { revision: Number(revision), key: String(key), createRevision: Number(createRevision), expiry };
}

/** The number that a PRAGMA answers. */
export function pragma(database: DatabaseSync, name: string): number {
  return numberOf(database.prepare(`PRAGMA ${name}`));
}

/** Asks a connection, again and again, how many bytes its pages that hold something are. */
export function usedBytesOf(database: DatabaseSync): () => number {
  const size = pragma(database, 'page_size');
  const pages = database.prepare('PRAGMA page_count');
  const free = database.prepare('PRAGMA freelist_count');
  return () => (numberOf(pages) - numberOf(free)) * size;
}

function numberOf(statement: StatementSync): number {
  return Number(Object.values(statement.get() ?? {})[0] ?? 0);
}

/** Says whether a row is as it was written: SQLite checks the form of its pages, not the bits in them. */
export function recordChecksum(
  revision: number,
  createRevision: number,
  key: string,
  value: Uint8Array | null,
): number {
  const head = crc32(`${revision} ${createRevision} ${value ? value.length : '-'} ${key}`);
  return value ? crc32(value, head) : head;
}
