import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteQueue, type ByteStream, collect, connectedPair, splice } from './byte-stream.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = async (from: AsyncIterable<Uint8Array>) => new TextDecoder().decode(await collect(from, 1 << 20));

describe('ByteQueue', () => {
  it('makes the writer wait at its bound, and goes on when the reader does', async () => {
    const queue = new ByteQueue(4);
    assert.equal(queue.push(bytes('abc')), undefined);
    let room = false;
    const waiting = queue.push(bytes('de'))?.then(() => {
      room = true;
    });
    await Promise.resolve();
    assert.equal(room, false);
    const reader = queue[Symbol.asyncIterator]();
    await reader.next();
    await waiting;
    assert.equal(room, true);
  });

  it('gives what is queued before the end and before a failure', async () => {
    const ended = new ByteQueue();
    ended.push(bytes('last'));
    ended.end();
    assert.equal(await read(ended), 'last');
    const failed = new ByteQueue();
    failed.push(bytes('last'));
    failed.fail(new Error('broken'));
    const reader = failed[Symbol.asyncIterator]();
    assert.deepEqual((await reader.next()).value, bytes('last'));
    await assert.rejects(reader.next(), /broken/);
  });

  it('releases its writer when the reader leaves', async () => {
    const queue = new ByteQueue(1);
    const waiting = queue.push(bytes('abc'));
    for await (const _ of queue) break;
    await waiting;
    assert.equal(queue.push(bytes('nobody wants this')), undefined);
  });
});

describe('splice', () => {
  const setup = () => {
    const [client, near] = connectedPair();
    const [far, server] = connectedPair();
    return { client, server, done: splice(near, far) };
  };

  it('copies both ways and ends both when one side ends', async () => {
    const { client, server, done } = setup();
    await client.write(bytes('question'));
    const first = await server.incoming[Symbol.asyncIterator]().next();
    assert.deepEqual(first.value, bytes('question'));
    await server.write(bytes('answer'));
    await server.end();
    assert.equal(await read(client.incoming), 'answer');
    await done;
    await assert.rejects(server.write(bytes('x')));
  });

  it('delivers what a side said that takes nothing more', async () => {
    const [client, near] = connectedPair();
    let broken = false;
    const said = new ByteQueue();
    const far: ByteStream = {
      incoming: said,
      write: async () => {
        broken = true;
        throw new Error('EPIPE');
      },
      end: async () => {},
      destroy: () => {},
    };
    const done = splice(near, far);
    await client.write(bytes('input that nobody reads'));
    while (!broken) await new Promise((resolve) => setImmediate(resolve));
    said.push(bytes('exit status 5'));
    said.end();
    assert.equal(await read(client.incoming), 'exit status 5');
    await done;
  });
});
