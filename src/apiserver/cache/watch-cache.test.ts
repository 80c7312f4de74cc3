import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EncodedWatchEvent } from '#api/request.ts';
import type { Env } from '#base/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { ObjectForm } from './cached-object.ts';
import { ObjectMemory } from './object-memory.ts';
import { StoreFeed } from './store-feed.ts';
import { WatchCache } from './watch-cache.ts';
import type { Watcher, WatchScope } from './watcher.ts';

const prefix = '/registry/core/pods/';
const encoder = new TextEncoder();
const form: ObjectForm = {
  encodeJson: (object) => encoder.encode(JSON.stringify(object)),
  selectableFields: [(object) => (object as { spec?: { nodeName?: string } }).spec?.nodeName ?? ''],
  memory: new ObjectMemory(),
};

/** Time stands still: nothing here may depend on it. */
const env: Env = {
  clock: { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => {} }) },
  random: { next: () => 0.5, bytes: (count) => new Uint8Array(count) },
  log: { debug() {}, info() {}, warn() {}, error() {}, child: () => env.log },
};

interface Pod {
  readonly labels?: Record<string, string>;
  readonly node?: string;
}

async function cluster() {
  const store = createMemoryStore(env);
  const feed = new StoreFeed(store, env);
  await feed.start();
  const cache = new WatchCache({
    prefix,
    store,
    feed,
    form,
    triggerOf: (object) => object.selectable(0),
  });
  const put = async (key: string, { labels, node }: Pod = {}): Promise<number> => {
    const object = { kind: 'Pod', metadata: { name: key, ...(labels ? { labels } : {}) }, spec: { nodeName: node } };
    const result = await store.put(prefix + key, encoder.encode(JSON.stringify(object)));
    assert.ok(result.succeeded);
    await feed.waitFor(result.revision);
    return result.revision;
  };
  const remove = async (key: string): Promise<number> => {
    const result = await store.delete(prefix + key);
    assert.ok(result.succeeded);
    await feed.waitFor(result.revision);
    return result.revision;
  };
  const close = async () => {
    await feed.close();
    await store.close();
  };
  return { store, feed, cache, put, remove, close };
}

async function eventsOf(watcher: Watcher): Promise<string[]> {
  if (watcher.size === 0) return [];
  const batch = (await watcher.take()) ?? [];
  return batch.map(summary);
}

function summary({ type, body }: EncodedWatchEvent): string {
  return `${type} ${body.object.metadata?.name}@${body.object.metadata?.resourceVersion}`;
}

const all: WatchScope = { namespace: '' };

test('a cache loads what is there and follows what comes', async () => {
  const { cache, put, remove, close } = await cluster();
  await put('a/one');
  await cache.ensureLoaded();
  assert.equal(cache.ensureLoaded(), undefined);
  await put('b/two');
  await put('a/three');
  await remove('a/one');
  assert.deepEqual(
    cache.slice('', '').map(({ key, revision }) => `${key}@${revision}`),
    ['a/three@3', 'b/two@2'],
  );
  assert.deepEqual(
    cache.slice('a/', 'a0').map(({ key }) => key),
    ['a/three'],
  );
  assert.equal(cache.get('a/one'), undefined);
  assert.equal(cache.revision, 4);
  await close();
});

test('writes while the cache loads are neither lost nor doubled', async () => {
  const { cache, put, close } = await cluster();
  await put('a/one');
  const loading = cache.ensureLoaded();
  await Promise.all([put('a/two'), put('a/one')]);
  await loading;
  const watcher = cache.watch(all, cache.revision);
  assert.deepEqual(
    cache
      .slice('', '')
      .map(({ key, revision }) => `${key}@${revision}`)
      .sort(),
    ['a/one@3', 'a/two@2'],
  );
  await put('a/three');
  assert.deepEqual(await eventsOf(watcher), ['ADDED a/three@4']);
  await close();
});

test('a selector turns changes into what the watcher sees: added when it begins to match, deleted when it stops', async () => {
  const { cache, put, remove, close } = await cluster();
  await cache.ensureLoaded();
  const matches: WatchScope['matches'] = ({ labels }) => labels.app === 'web';
  const watcher = cache.watch({ namespace: 'a', matches }, cache.revision);
  await put('a/p');
  await put('a/p', { labels: { app: 'web' } });
  await put('a/p', { labels: { app: 'web', more: 'x' } });
  await put('a/p', { labels: { app: 'db' } });
  await put('b/p', { labels: { app: 'web' } });
  await put('a/p', { labels: { app: 'web' } });
  await remove('a/p');
  assert.deepEqual(await eventsOf(watcher), [
    'ADDED a/p@2',
    'MODIFIED a/p@3',
    'DELETED a/p@4',
    'ADDED a/p@6',
    'DELETED a/p@7',
  ]);
  await close();
});

test('watchers by node see pods come to the node and leave it', async () => {
  const { cache, put, close } = await cluster();
  await cache.ensureLoaded();
  const onNode = (name: string): WatchScope => ({
    namespace: '',
    trigger: name,
    matches: (object) => object.selectable(0) === name,
  });
  const [first, second] = [cache.watch(onNode('n1'), 0), cache.watch(onNode('n2'), 0)];
  await put('a/p');
  await put('a/p', { node: 'n1' });
  await put('a/p', { node: 'n2' });
  assert.deepEqual(await eventsOf(first), ['ADDED a/p@2', 'DELETED a/p@3']);
  assert.deepEqual(await eventsOf(second), ['ADDED a/p@3']);
  await close();
});

test('a watch resumes from any revision that the ring holds, without gap or repetition', async () => {
  const { cache, put, close } = await cluster();
  await cache.ensureLoaded();
  for (let count = 1; count <= 5; count++) await put(`a/p${count}`);
  for (let after = cache.watchFloor; after <= 5; after++) {
    const watcher = cache.watch(all, after);
    const expected = Array.from(
      { length: 5 - after },
      (_, index) => `ADDED a/p${after + index + 1}@${after + index + 1}`,
    );
    assert.deepEqual(await eventsOf(watcher), expected);
    cache.unwatch(watcher);
  }
  assert.equal(cache.watcherCount, 0);
  await close();
});

test('a thousand watchers share one frame', async () => {
  const { cache, put, close } = await cluster();
  await cache.ensureLoaded();
  const watchers = Array.from({ length: 1000 }, () => cache.watch(all, 0));
  await put('a/p');
  const events = await Promise.all(watchers.map(async (watcher) => (await watcher.take())?.[0]));
  assert.equal(new Set(events).size, 1);
  await close();
});

test('a reader gets events as they come, past the mailbox, until it has no room; what waits is there when it asks', async () => {
  const { cache, put, close } = await cluster();
  await cache.ensureLoaded();
  const watcher = cache.watch(all, cache.revision);
  const seen: string[] = [];
  let room = 2;
  const take = () => {
    for (const event of watcher.takeNow() ?? []) if (room-- > 0) seen.push(summary(event));
  };
  watcher.listen({
    event: (event) => {
      if (room === 0) return false;
      room--;
      seen.push(summary(event));
      return true;
    },
    ready: () => {},
  });
  await put('a/p1');
  assert.equal(watcher.size, 0);
  await put('a/p2');
  await put('a/p3');
  assert.deepEqual(seen, ['ADDED a/p1@1', 'ADDED a/p2@2']);
  assert.equal(watcher.size, 1);
  room = 5;
  take();
  await put('a/p4');
  assert.deepEqual(seen, ['ADDED a/p1@1', 'ADDED a/p2@2', 'ADDED a/p3@3', 'ADDED a/p4@4']);
  assert.equal(cache.eventsSent, 3);
  await close();
});

test('a watcher that comes while changes are on their way gets each once', async () => {
  const { cache, close } = await cluster();
  await cache.ensureLoaded();
  const value = encoder.encode('{"kind":"Pod","metadata":{"name":"p"}}');
  const apply = (revision: number) =>
    cache.apply({ type: 'put', entry: { key: `${prefix}a/p`, value, createRevision: 1, modRevision: revision } });
  const early = cache.watch(all, 0);
  apply(1);
  apply(2);
  const late = cache.watch(all, 1);
  apply(3);
  cache.deliver();
  assert.deepEqual(await eventsOf(early), ['ADDED p@1', 'MODIFIED p@2', 'MODIFIED p@3']);
  assert.deepEqual(await eventsOf(late), ['MODIFIED p@2', 'MODIFIED p@3']);
  await close();
});

test('a cache whose feed lost its position ends its watches and is read again', async () => {
  const { cache, put, close } = await cluster();
  await put('a/one');
  await cache.ensureLoaded();
  const watcher = cache.watch(all, cache.revision);
  cache.reset();
  assert.equal(await watcher.take(), undefined);
  await put('a/two');
  await cache.ensureLoaded();
  assert.deepEqual(
    cache.slice('', '').map(({ key }) => key),
    ['a/one', 'a/two'],
  );
  await close();
});

test('what happened while the feed had lost its position is told to those who listen', async () => {
  const { cache, feed, put, remove, close } = await cluster();
  for (const key of ['a/gone', 'a/same', 'a/changed', 'a/again']) await put(key);
  await cache.ensureLoaded();
  const told: string[] = [];
  cache.subscribe(({ revision, current, previous }) =>
    told.push(`${(current ?? previous)?.key} ${previous?.revision ?? '-'} ${current?.revision ?? '-'} @${revision}`),
  );
  feed.unregister(prefix, cache);
  await remove('a/gone');
  await put('a/changed');
  await remove('a/again');
  await put('a/again');
  await put('a/new');
  cache.reset();
  await cache.ensureLoaded();
  assert.deepEqual(told, ['a/again 4 8 @8', 'a/changed 3 6 @6', 'a/new - 9 @9', 'a/gone 1 - @9']);
  await put('a/later');
  assert.equal(told.at(-1), 'a/later - 10 @10');
  assert.equal(told.length, 5);
  await close();
});

test('whoever waits for a revision finds the cache loaded, also when its position was lost meanwhile', async () => {
  const { cache, put, close } = await cluster();
  await cache.ensureLoaded();
  const revision = await put('a/one');
  assert.equal(cache.waitFor(revision), undefined);
  cache.reset();
  await cache.waitFor(revision);
  assert.ok(cache.get('a/one'));
  await close();
});
