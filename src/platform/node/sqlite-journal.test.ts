import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { type StoreWorld, storeConformance } from '#store/conformance.ts';
import type { Store } from '#store/store.ts';
import { openSqliteStore, type SqliteStoreOptions } from './sqlite-journal.ts';
import { recordChecksum } from './sqlite-schema.ts';

const root = mkdtempSync(join(tmpdir(), 'kubets-sqlite-test-'));
after(() => rmSync(root, { recursive: true }));
let directories = 0;

interface SqliteWorld extends StoreWorld, AsyncDisposable {
  readonly directory: string;
}

async function openWorld(options: Omit<SqliteStoreOptions, 'directory'> = {}): Promise<SqliteWorld> {
  const env = createSimEnv();
  const directory = join(root, String(directories++));
  const open = () => openSqliteStore(env, { directory, ...options });
  let store: Store = await open();
  return {
    directory,
    store,
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    advance: (ms) => env.clock.advance(ms),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

for (const { name, run } of storeConformance) {
  test(`SQLite store: ${name}`, async () => {
    await using world = await openWorld();
    await run(world);
  });
}

test('SQLite store without a window reads every value and every past change from disk', async (t) => {
  for (const { name, run } of storeConformance) {
    await t.test(name, async () => {
      await using world = await openWorld({ window: { changes: 1, bytes: 0 } });
      await run(world);
    });
  }
});

test('a directory that another store has open is refused', async () => {
  await using world = await openWorld();
  await assert.rejects(
    openSqliteStore(createSimEnv(), { directory: world.directory }),
    /another process uses the store/,
  );
});

test('what compaction frees goes back to the file system', async () => {
  await using world = await openWorld();
  const { store, directory } = world;
  const value = new Uint8Array(8000);
  for (let round = 0; round < 30; round++) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.put(`/k/${i}`, value)));
  }
  const used = await store.size();
  assert.ok(used > 3000 * 8000, `${used} bytes`);
  await store.compact(await store.revision());
  assert.ok((await store.size()) < used / 10);
  await store.put('/last', value);
  await world.reopen();
  const { size } = statSync(join(directory, 'store.db'));
  assert.ok(size < used / 2, `the file still has ${size} of ${used} bytes`);
});

test('appends larger than the shared memory come whole, with small ones before and behind', async () => {
  await using world = await openWorld({ window: { changes: 1, bytes: 0 } });
  const sizes = [10, 1_400_000, 10, 700_000, 600_000, 0, 10];
  const values = sizes.map((size, i) => new Uint8Array(size).fill(i));
  for (const pass of [1, 2]) {
    const writes = values.map((value, i) => world.store.put(`/k/${i}`, value));
    if (pass === 1) await Promise.all(writes);
    else for (const write of writes) await write;
  }
  const store = await world.reopen();
  const { entries } = await store.list({ prefix: '/k/' });
  assert.deepEqual(
    entries.map(({ value }) => value.length),
    sizes,
  );
  for (const [i, { value }] of entries.entries()) assert.ok(value.every((byte) => byte === i));
});

test('a store of layout 1 is brought up to date with all that it has', async () => {
  const directory = join(root, 'layout-1');
  mkdirSync(directory);
  const database = new DatabaseSync(join(directory, 'store.db'));
  database.exec(`
    PRAGMA auto_vacuum = INCREMENTAL;
    PRAGMA journal_mode = WAL;
    CREATE TABLE history (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB, create_revision INTEGER NOT NULL,
      ttl_seconds REAL, expires_at_ms REAL, checksum INTEGER NOT NULL) STRICT;
    CREATE TABLE compaction (revision INTEGER NOT NULL) STRICT;
    INSERT INTO compaction VALUES (0);
    PRAGMA user_version = 1;
  `);
  const insert = database.prepare('INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?)');
  const rows = [
    [1, '/k/a', new Uint8Array(5000).fill(1), 1, null, null],
    [2, '/k/b', new Uint8Array(3), 2, 60, createSimEnv().clock.now() + 60_000],
    [3, '/k/a', null, 1, null, null],
    [4, '/k/c', new Uint8Array(0), 4, null, null],
  ] as const;
  for (const [revision, key, value, created, ttl, atMs] of rows) {
    insert.run(revision, key, value, created, ttl, atMs, recordChecksum(revision, created, key, value));
  }
  database.close();
  for (const revision of [4, 5]) {
    const store = await openSqliteStore(createSimEnv(), { directory });
    assert.equal(await store.revision(), revision);
    assert.deepEqual((await store.get('/k/a', { revision: 2 }))?.value, new Uint8Array(5000).fill(1));
    assert.equal(await store.get('/k/a'), undefined);
    assert.deepEqual(
      (await store.list({ prefix: '/k/', revision: 4 })).entries.map(({ key, value }) => [key, value.length]),
      [
        ['/k/b', 3],
        ['/k/c', 0],
      ],
    );
    await store.put('/next', new Uint8Array(1));
    await store.close();
  }
});
