import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newResourceExpired } from '#api/errors.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { StoreWatch } from '#store/store.ts';
import { StoreLayer } from '#store/store-layer.ts';
import { StoreFeed } from './store-feed.ts';

/** Gives the feed's position up once, and is then away for a while. */
class LosingStore extends StoreLayer {
  failures = 0;
  private lost = false;

  override watch(...[options, signal]: Parameters<StoreLayer['watch']>): StoreWatch {
    if (this.lost) return super.watch(options, signal);
    this.lost = true;
    this.failures = 2;
    throw newResourceExpired('compacted');
  }

  override async revision(): Promise<number> {
    if (this.failures === 0) return super.revision();
    this.failures--;
    throw new Error('away');
  }
}

test('a store that is away when the feed has to start over is asked again', async () => {
  const env = createSimEnv();
  const store = new LosingStore(createMemoryStore(env));
  const feed = new StoreFeed(store, env);
  const heard: string[] = [];
  const prefix = '/registry/core/pods/';
  feed.register(prefix, {
    apply: (event) => heard.push(event.type === 'put' ? event.entry.key.slice(prefix.length) : 'deleted'),
    reset: () => heard.push('reset'),
  });
  await feed.start();
  await env.clock.advance(2000);
  assert.deepEqual([heard, store.failures], [['reset'], 0]);
  await store.put(`${prefix}a`, new Uint8Array());
  await env.clock.advance(10);
  assert.deepEqual(heard, ['reset', 'a']);
  await feed.close();
  await store.close();
});
