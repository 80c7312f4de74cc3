import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { type StoreWorld, storeConformance } from '#store/conformance.ts';
import { eventKey, eventRevision, type Store } from '#store/store.ts';
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

test('SQLite store whose heads are put together by threes', async (t) => {
  for (const { name, run } of storeConformance) {
    await t.test(name, async () => {
      await using world = await openWorld({ segmentRecords: 3 });
      await run(world);
    });
  }
});

/** Everything that a client can read: the state at each revision that was not compacted, and the changes since. */
async function readable(store: Store): Promise<unknown> {
  const [first, last] = [await store.compactedRevision(), await store.revision()];
  const states: unknown[] = [];
  // Not the newest first: what was in force before a restart is looked at when somebody asks for it.
  for (let revision = last; revision >= first; revision--) {
    const { entries } = await store.list({ prefix: '', revision });
    states.push(entries.map(({ key, createRevision, modRevision }) => `${key} ${createRevision}..${modRevision}`));
  }
  const events: string[] = [];
  for await (const batch of store.watch({ prefix: '', afterRevision: first }, new AbortController().signal)) {
    for (const event of batch.events) events.push(`${event.type} ${eventKey(event)} ${eventRevision(event)}`);
    if (batch.revision >= last) break;
  }
  return { first, last, states, events };
}

test('a store that starts again, after any history, has what it had', async () => {
  await using world = await openWorld({ segmentRecords: 5, window: { changes: 20, bytes: 10_000 } });
  const random = createSimEnv({ seed: 7 }).random;
  const pick = (count: number) => Math.floor(random.next() * count);
  let { store } = world;
  const heads = () => {
    const database = new DatabaseSync(join(world.directory, 'store.db'), { readOnly: true });
    const row = database.prepare('SELECT count(*) AS segments, sum(count) AS heads FROM heads').get();
    database.close();
    return { segments: Number(row?.segments), heads: Number(row?.heads) };
  };
  for (let step = 1; step <= 400; step++) {
    const key = `/k/${pick(12)}`;
    if (pick(4) === 0) await store.delete(key);
    else await store.put(key, new Uint8Array(pick(3) * 3000), pick(5) === 0 ? { ttlSeconds: 3600 } : {});
    if (pick(40) === 0) await store.compact(Math.max(1, (await store.revision()) - pick(40)));
    if (pick(40) === 0) {
      const before = await readable(store);
      store = await world.reopen();
      assert.deepEqual(await readable(store), before, `after ${step} steps`);
      await store.put('/after', new Uint8Array(1));
    }
  }
  await store.compact(await store.revision());
  const { segments, heads: left } = heads();
  assert.ok(segments > 1, 'no segments were made: nothing was tested');
  assert.ok(
    left < 80,
    `segments keep ${left} heads of ${await store.revision()} revisions, nearly all of them compacted`,
  );
});

test('a damaged segment of heads is noticed at the start', async () => {
  await using world = await openWorld({ segmentRecords: 3 });
  for (let i = 0; i < 10; i++) await world.store.put(`/k/${i}`, new Uint8Array(1));
  await world.store.close();
  const database = new DatabaseSync(join(world.directory, 'store.db'));
  database.exec("UPDATE heads SET records = CAST('x' || substr(records, 2) AS BLOB) WHERE last_revision > 3");
  database.close();
  await assert.rejects(world.reopen(), /is damaged at revision \d+; restore it from a backup/);
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

/** Statements that make a store of an earlier layout, and the order of its columns. */
const layouts = {
  1: {
    columns:
      'revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB, create_revision INTEGER NOT NULL, ttl_seconds REAL, expires_at_ms REAL, checksum INTEGER NOT NULL',
  },
  2: {
    columns:
      'revision INTEGER PRIMARY KEY, key TEXT NOT NULL, create_revision INTEGER NOT NULL, ttl_seconds REAL, expires_at_ms REAL, checksum INTEGER NOT NULL, value BLOB',
  },
} as const;

for (const [layout, { columns }] of Object.entries(layouts)) {
  test(`a store of layout ${layout} is brought up to date with all that it has`, async () => {
    const directory = join(root, `layout-${layout}`);
    mkdirSync(directory);
    const database = new DatabaseSync(join(directory, 'store.db'));
    database.exec(`
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      CREATE TABLE history (${columns}) STRICT;
      CREATE TABLE compaction (revision INTEGER NOT NULL) STRICT;
      INSERT INTO compaction VALUES (0);
      PRAGMA user_version = ${layout};
    `);
    const insert = database.prepare(
      'INSERT INTO history (revision, key, value, create_revision, ttl_seconds, expires_at_ms, checksum) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
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
    // Segments of what was there are made while others write, one by one.
    for (const revision of [4, 5, 6, 7, 8, 9, 10]) {
      const store = await openSqliteStore(createSimEnv(), { directory, segmentRecords: 2 });
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
}
