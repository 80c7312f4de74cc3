import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import { CachedObject, type ObjectForm } from './cached-object.ts';
import { Change } from './change.ts';
import { EventRing, ringAgeMs, ringBound } from './event-ring.ts';
import { changesFromHistory } from './history.ts';
import { ObjectMemory } from './object-memory.ts';

const prefix = '/registry/core/pods/';
const encoder = new TextEncoder();
const form: ObjectForm = {
  encodeJson: (object) => encoder.encode(JSON.stringify(object)),
  selectableFields: [],
  memory: new ObjectMemory(),
};
const signal = new AbortController().signal;

async function history() {
  const store = createMemoryStore(createSimEnv({ seed: 1 }));
  const put = async (name: string, color: string): Promise<void> => {
    const object = { kind: 'Pod', metadata: { name, labels: { color } } };
    await store.put(prefix + name, encoder.encode(JSON.stringify(object)));
  };
  await put('a', 'red');
  await put('b', 'red');
  await put('a', 'blue');
  await store.put('/registry/core/secrets/a', encoder.encode('{}'));
  await store.delete(`${prefix}b`);
  await put('b', 'green');
  const source = {
    prefix,
    store,
    makeObject: (entry: { readonly key: string; readonly value: Uint8Array; readonly modRevision: number }) =>
      new CachedObject(entry.key.slice(prefix.length), entry.value, entry.modRevision, form),
  };
  const since = async (after: number, until: number, color?: string) => {
    const changes = await changesFromHistory(source, after, until, signal);
    const matches = color === undefined ? undefined : ({ object }: CachedObject) => colorOf(object) === color;
    return changes?.map((change) => {
      const frame = change.frameFor(matches);
      return frame && `${frame.type} ${change.key} ${colorOf(frame.body.object)}`;
    });
  };
  return { store, since };
}

function colorOf(object: object): string | undefined {
  return (object as { metadata: { labels: { color?: string } } }).metadata.labels.color;
}

test('changes are made again from the store, with the states before them', async () => {
  const { since } = await history();
  assert.deepEqual(await since(1, 6), ['ADDED b red', 'MODIFIED a blue', 'DELETED b red', 'ADDED b green']);
  assert.deepEqual(await since(3, 5), ['DELETED b red']);
  assert.deepEqual(await since(2, 6, 'red'), ['DELETED a red', 'DELETED b red', undefined]);
});

test('what the store has given up is Expired', async () => {
  const { store, since } = await history();
  await store.compact(4);
  await assert.rejects(since(2, 6), { name: 'StatusError' });
  assert.deepEqual(await since(4, 6), ['DELETED b red', 'ADDED b green']);
});

test('more bytes of changes than a client should wait for are not read', async () => {
  const { store, since } = await history();
  const value = new Uint8Array(2 ** 20);
  for (let i = 0; i < 65; i++) await store.put(`${prefix}large-${i}`, value);
  assert.equal(await since(6, 71), undefined);
  assert.deepEqual(await since(4, 6), ['DELETED b red', 'ADDED b green']);
});

test('a ring gives up what is old, and no more than that', () => {
  const change = (revision: number): Change =>
    new Change(revision, new CachedObject('a', new Uint8Array(10), revision, form), undefined);
  const ring = new EventRing(0);
  ring.push(change(1), 0);
  ring.push(change(2), 1_000);
  ring.trim(ringAgeMs);
  assert.equal(ring.floor, 0);
  ring.trim(ringAgeMs + 500);
  assert.equal(ring.floor, 1);
  assert.deepEqual(
    ring.after(1).map(({ revision }) => revision),
    [2],
  );
  for (let revision = 3; revision <= 2 * ringBound + 2; revision++) ring.push(change(revision), 2_000);
  assert.equal(ring.size, ringBound);
  assert.equal(ring.floor, ringBound + 2);
  ring.trim(10 * ringAgeMs);
  assert.equal(ring.size, 0);
  assert.equal(ring.floor, 2 * ringBound + 2);
});
