import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import type { EncodedWatchEvent, InitialEvents, WatchEvents } from '#api/request.ts';
import { CachedObject, type ObjectForm, PlainObject } from '../cache/cached-object.ts';
import { ObjectMemory } from '../cache/object-memory.ts';
import { InitialFrame, WatchFrame } from '../cache/watch-frame.ts';
import { Exchange } from '../exchange.ts';
import { chunkBytes, jsonFrames, WatchChunks } from './watch-chunks.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const form: ObjectForm = {
  encodeJson: (object) => encoder.encode(JSON.stringify(object)),
  selectableFields: [],
  memory: new ObjectMemory(),
};

function initial(name: string, padding = ''): InitialFrame {
  const value = encoder.encode(`{"kind":"A","metadata":{"name":"${name}"},"data":"${padding}"}`);
  return new InitialFrame(new CachedObject(name, value, 1, form));
}

function modified(name: string, padding = ''): WatchFrame {
  const object: KubeObject & { readonly data: string } = { kind: 'A', metadata: { name }, data: padding };
  return new WatchFrame('MODIFIED', new PlainObject(object));
}

/** Events that begin with a state and go on with batches. */
function eventsOf(
  state: readonly EncodedWatchEvent[],
  batches: readonly (readonly EncodedWatchEvent[])[],
): WatchEvents & { readonly done: () => boolean } {
  let taken = false;
  let sent = false;
  return {
    takeInitial: (): InitialEvents => {
      taken = true;
      return { events: state, sent: () => (sent = true) };
    },
    async *[Symbol.asyncIterator]() {
      if (!taken) yield state;
      yield* batches;
    },
    done: () => sent,
  };
}

function namesIn(text: string): readonly string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly object: KubeObject }).object.metadata?.name ?? '');
}

test('the initial state goes out in chunks of one buffer, and it is told when they are out', () => {
  const names = Array.from({ length: 40 }, (_, index) => `object-${index}`);
  const events = eventsOf(
    names.map((name) => initial(name, 'x'.repeat(4000))),
    [],
  );
  const buffers = new Set<ArrayBufferLike>();
  let text = '';
  for (const chunk of new WatchChunks(events, jsonFrames(), new Exchange()).takeFirst() ?? []) {
    assert.ok(chunk.length < chunkBytes + 5000);
    assert.equal(events.done(), false);
    buffers.add(chunk.buffer);
    text += decoder.decode(chunk);
  }
  assert.deepEqual(namesIn(text), names);
  assert.equal(buffers.size, 1);
  assert.ok(events.done());
});

test('whoever only iterates gets the initial state too', async () => {
  const events = eventsOf([initial('a'), initial('b')], [[modified('c')]]);
  let text = '';
  for await (const chunk of new WatchChunks(events, jsonFrames(), new Exchange())) text += decoder.decode(chunk);
  assert.deepEqual(namesIn(text), ['a', 'b', 'c']);
});

test('a batch is joined once for all watchers, unless it is long', async () => {
  const frames = jsonFrames();
  const chunksOf = async (...batches: WatchFrame[][]): Promise<Uint8Array[]> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of new WatchChunks(eventsOf([], batches), frames, new Exchange())) chunks.push(chunk);
    return chunks;
  };
  const [a, b, c] = [modified('a'), modified('b'), modified('c')];
  const [first] = await chunksOf([a, b]);
  const [second] = await chunksOf([a, b]);
  assert.equal(first, second);
  assert.deepEqual(namesIn(decoder.decode(first)), ['a', 'b']);
  const [other, alone] = await chunksOf([a, c], [b]);
  assert.deepEqual(namesIn(decoder.decode(other)), ['a', 'c']);
  assert.deepEqual(namesIn(decoder.decode(alone)), ['b']);
  const long = Array.from({ length: 30 }, (_, index) => modified(`long-${index}`, 'x'.repeat(5000)));
  const chunks = await chunksOf(long);
  assert.ok(chunks.length > 1 && chunks.every(({ length }) => length < chunkBytes + 6000));
  assert.deepEqual(
    namesIn(chunks.map((chunk) => decoder.decode(chunk)).join('')),
    long.map(({ body }) => body.object.metadata?.name),
  );
});
