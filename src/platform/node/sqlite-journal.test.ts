import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { type StoreWorld, storeConformance } from '#store/conformance.ts';
import type { Store } from '#store/store.ts';
import { openSqliteStore, type SqliteStoreOptions } from './sqlite-journal.ts';

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
