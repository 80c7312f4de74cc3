import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { type StoreWorld, storeConformance } from './conformance.ts';
import { MemoryJournal } from './memory-journal.ts';
import { createMemoryStore, openRevisionStore } from './revision-store.ts';
import type { Store } from './store.ts';

for (const { name, run, restarts } of storeConformance) {
  if (!restarts) {
    test(`memory store: ${name}`, async () => {
      const env = createSimEnv();
      const store = createMemoryStore(env);
      await run({
        store,
        reopen: () => Promise.reject(new Error('it forgets')),
        advance: (ms) => env.clock.advance(ms),
      });
      await store.close();
    });
  }

  // Every value leaves memory at once, and every watch of the past reads the medium.
  test(`store without a window: ${name}`, async () => {
    const world = await openWorld();
    await run(world);
    await world.store.close();
  });
}

test('a watch of the past gets large values a few at a time', async () => {
  const { store } = await openWorld();
  const value = new Uint8Array(512 * 1024);
  for (let i = 0; i < 40; i++) await store.put(`/k/${i}`, value);
  const batches: number[] = [];
  let total = 0;
  for await (const { events } of store.watch({ prefix: '/k/', afterRevision: 0 }, new AbortController().signal)) {
    batches.push(events.length);
    total += events.length;
    if (total === 40) break;
  }
  assert.deepEqual(batches, [16, 16, 8]);
  await store.close();
});

async function openWorld(): Promise<StoreWorld> {
  const env = createSimEnv();
  const journal = new MemoryJournal();
  const open = () => openRevisionStore({ env, journal, window: { changes: 1, bytes: 0 } });
  let store: Store = await open();
  return {
    store,
    reopen: async () => {
      await store.close();
      store = await open();
      return store;
    },
    advance: (ms) => env.clock.advance(ms),
  };
}
