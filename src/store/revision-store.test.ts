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
