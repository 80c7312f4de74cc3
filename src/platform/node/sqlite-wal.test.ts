import assert from 'node:assert/strict';
import { closeSync, copyFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { openSqliteStore } from './sqlite-journal.ts';
import { openDatabase } from './sqlite-schema.ts';
import { WalFile } from './sqlite-wal.ts';

const root = mkdtempSync(join(tmpdir(), 'kubets-sqlite-wal-'));
after(() => rmSync(root, { recursive: true }));

const step = 2 ** 20;

/** A database with a table, and what adds a row of 3000 bytes to it. */
function rowsOf(path: string): { database: DatabaseSync; insert: () => void } {
  const database = openDatabase(path);
  database.exec('CREATE TABLE rows (value BLOB)');
  const insertion = database.prepare('INSERT INTO rows VALUES (zeroblob(3000))');
  return { database, insert: () => insertion.run() };
}

test('the log is made longer by steps, ahead of what is committed', () => {
  const path = join(root, 'steps.db');
  const { database, insert } = rowsOf(path);
  const wal = new WalFile(path);
  const sizes = new Set<number>();
  for (let i = 0; i < 300; i++) {
    insert();
    wal.flush();
    sizes.add(statSync(`${path}-wal`).size);
  }
  // Each commit writes a page of 4 KiB at least, so 300 go beyond one step.
  assert.ok(sizes.size >= 2 && sizes.size <= 6, [...sizes].join());
  wal.close();
  database.close();
});

test('what was committed is read again from a log with room behind its last frame', () => {
  const path = join(root, 'crash.db');
  const { database, insert } = rowsOf(path);
  const wal = new WalFile(path);
  for (let i = 0; i < 20; i++) insert();
  wal.flush();
  // As a crash leaves them: nobody closed the database.
  for (const end of ['', '-wal']) copyFileSync(`${path}${end}`, join(root, `crashed.db${end}`));
  assert.ok(statSync(join(root, 'crashed.db-wal')).size > step);
  const crashed = new DatabaseSync(join(root, 'crashed.db'));
  assert.deepEqual({ ...crashed.prepare('SELECT count(*) AS rows FROM rows').get() }, { rows: 20 });
  crashed.close();
  wal.close();
  database.close();
});

test('a log that begins anew after a checkpoint keeps its length', () => {
  const path = join(root, 'checkpoint.db');
  const { database, insert } = rowsOf(path);
  const wal = new WalFile(path);
  const rounds = [0, 1].map(() => {
    for (let i = 0; i < 40; i++) insert();
    wal.flush();
    database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    return statSync(`${path}-wal`).size;
  });
  assert.equal(rounds[0], rounds[1]);
  wal.close();
  database.close();
});

test('a store whose log cannot be flushed refuses this write and all that come after', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async () => {
  const directory = join(root, 'unflushed');
  const store = await openSqliteStore(createSimEnv(), { directory });
  await store.put('/k', new Uint8Array(10));
  // The writer's own descriptor of the log is the last that was opened.
  const logs = readdirSync('/proc/self/fd').filter((fd) => linkOf(fd) === join(directory, 'store.db-wal'));
  closeSync(Math.max(...logs.map(Number)));
  for (const key of ['/lost', '/after']) {
    await assert.rejects(
      store.put(key, new Uint8Array(10)),
      (error) => isStatusError(error) && error.code === 500 && /store\.db.*EBADF/.test(error.message),
    );
  }
  await store.close();
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}
