import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import type { EncodedWatchEvent, EventReader, InitialEvents, WatchEvents } from '#api/request.ts';
import { Mailbox } from '#base/mailbox.ts';
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

test('a frame is the same bytes for all watchers', async () => {
  const frames = jsonFrames();
  const chunksOf = async (...batches: WatchFrame[][]): Promise<Uint8Array[]> =>
    Array.fromAsync(new WatchChunks(eventsOf([], batches), frames, new Exchange()));
  const [a, b, c] = [modified('a'), modified('b'), modified('c')];
  const first = await chunksOf([a, b], [], [c]);
  const second = await chunksOf([a], [b, c]);
  assert.deepEqual(
    first.map((chunk) => namesIn(decoder.decode(chunk))[0]),
    ['a', 'b', 'c'],
  );
  for (const [index, chunk] of first.entries()) assert.equal(second[index], chunk);
});

/** A watch that flows into a sink which takes so many chunks at a time. */
function flowing(room: number) {
  const mailbox = new Mailbox<EncodedWatchEvent>(100);
  const seen: string[] = [];
  let left = room;
  let closed = 0;
  let reader: EventReader | undefined;
  const source: WatchEvents = {
    ...eventsOf([], []),
    listen: (listening) => {
      reader = listening;
      return { take: () => mailbox.takeNow(), close: () => closed++ };
    },
  };
  const flow = new WatchChunks(source, jsonFrames(), new Exchange()).flowInto({
    write: (chunk) => {
      seen.push(...namesIn(decoder.decode(chunk)));
      return --left > 0;
    },
    end: () => seen.push('end'),
    fail: (error) => seen.push((error as Error).message),
  });
  const push = (...names: string[]) => {
    for (const name of names) give(modified(name));
  };
  const give = (event: WatchFrame) => reader?.event(event) || mailbox.push(event);
  const resume = () => {
    left = room;
    flow?.resume();
  };
  const end = () => {
    mailbox.end();
    reader?.ready();
  };
  return { flow, seen, push, give, resume, end, closed: () => closed };
}

test('a flow puts into its sink what comes, no more than it takes, each once and in order, then the end', () => {
  const { seen, push, resume, end } = flowing(3);
  push('a');
  assert.deepEqual(seen, ['a']);
  push('b', 'c', 'd');
  push('e');
  assert.deepEqual(seen, ['a', 'b', 'c']);
  resume();
  push('f', 'g', 'h');
  assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e', 'f']);
  end();
  resume();
  assert.deepEqual(seen, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'end']);
});

test('a flow that is cancelled, or whose event cannot be encoded, closes its source and puts nothing more', () => {
  const cancelled = flowing(3);
  cancelled.push('a');
  cancelled.flow?.cancel();
  cancelled.flow?.cancel();
  cancelled.push('b');
  assert.deepEqual(cancelled.seen, ['a']);
  assert.equal(cancelled.closed(), 1);
  const failed = flowing(3);
  const object = { kind: 'A', metadata: { name: 'a' } };
  const broken = () => {
    throw new Error('broken');
  };
  failed.give(new WatchFrame('ADDED', { object, json: broken, protobuf: broken }));
  failed.push('b');
  assert.deepEqual(failed.seen, ['broken']);
  assert.equal(failed.closed(), 1);
});

test('a source that only iterates does not flow', () => {
  const sink = { write: () => true, end: () => {}, fail: () => {} };
  assert.equal(new WatchChunks(eventsOf([], []), jsonFrames(), new Exchange()).flowInto(sink), undefined);
});
