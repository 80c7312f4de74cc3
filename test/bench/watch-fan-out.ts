/**
 * What our own code does for an event of many watchers: from the watch cache through the streams into the memory that connections write, which
 * here nobody takes further. watch-delivery.ts measures all of it, sockets and TLS too.
 *
 *     node --max-semi-space-size=32 test/bench/watch-fan-out.ts [--watchers 1000] [--connections 10] [--bytes 1300] [--emptied 0]
 *
 * `--emptied` MiB are read before each change, so that the processor's caches hold nothing of the watchers, as on a machine with other work.
 * Nanoseconds of CPU an event, the best of many short rounds.
 */

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { WatchEvents } from '#api/request.ts';
import { ObjectMemory } from '#apiserver/cache/object-memory.ts';
import { StoreFeed } from '#apiserver/cache/store-feed.ts';
import { WatchCache } from '#apiserver/cache/watch-cache.ts';
import { Exchange } from '#apiserver/exchange.ts';
import { jsonFrames, WatchChunks } from '#apiserver/wire/watch-chunks.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { writeChunks } from '#platform/node/http-answer.ts';
import { AnswerSender } from '#platform/node/http2/answer-sender.ts';
import { FrameWriter } from '#platform/node/http2/frame-writer.ts';
import type { RequestHead } from '#platform/node/http2/request-head.ts';
import { Http2Stream, type StreamTransport } from '#platform/node/http2/stream.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import { machineLoad } from './running-cluster.ts';

const { values } = parseArgs({
  options: {
    watchers: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '10' },
    bytes: { type: 'string', default: '1300' },
    emptied: { type: 'string', default: '0' },
  },
});
const watchers = Number(values.watchers);
const connections = Number(values.connections);
const prefix = '/registry/core/configmaps/';
const window = 2 ** 30;
const roundChanges = 60;
const rounds = 20;

/** A socket whose peer takes everything, a turn later. */
class Sink extends EventEmitter {
  readonly writable = true;
  readonly writableLength = 0;
  cork(): void {}
  uncork(): void {}
  write(_bytes: Uint8Array, written: () => void): boolean {
    setImmediate(written);
    return true;
  }
}

const env = createNodeEnv({ component: 'bench', level: 'warn' });
const encoder = new TextEncoder();
const store = createMemoryStore(env);
const feed = new StoreFeed(store, env);
await feed.start();
const cache = new WatchCache({
  prefix,
  store,
  feed,
  form: {
    encodeJson: (object) => encoder.encode(JSON.stringify(object)),
    selectableFields: [],
    memory: new ObjectMemory(),
  },
});
await cache.ensureLoaded();
for (let index = 0; index < connections; index++) connect();
const emptied = new Float64Array((Number(values.emptied) * 2 ** 20) / 8);
const padding = 'x'.repeat(Number(values.bytes));
const value = encoder.encode(`{"kind":"ConfigMap","metadata":{"name":"a","namespace":"n"},"data":{"a":"${padding}"}}`);

await round();
const costs: number[] = [];
while (costs.length < rounds) costs.push(await round());
console.log(
  `${watchers} watchers on ${connections} connections: ${Math.min(...costs).toFixed(0)} ns of CPU an event, ${values.emptied} MiB of the caches emptied before each change; ${machineLoad()}`,
);
await feed.close();
await store.close();

/** Streams of a connection, each with a watch. */
function connect(): void {
  const writer = new FrameWriter(new Sink() as unknown as Duplex, () => sender.resume());
  const sender: AnswerSender = new AnswerSender(writer, () => {});
  sender.grow(window);
  const transport: StreamTransport = {
    sendHead() {},
    pump: (stream) => sender.pump(stream),
    sendWhole(stream, bytes) {
      const isSent = sender.sendWhole(stream, bytes);
      // As a peer would that has room for everything.
      stream.sendWindow = window;
      if (isSent) sender.grow(bytes.length);
      return isSent;
    },
    reset() {},
    consumed() {},
  };
  for (let index = 0; index < watchers / connections; index++) {
    const stream = new Http2Stream(2 * index + 1, {} as RequestHead, true, window, window, transport);
    const watcher = cache.watch({ namespace: 'n' }, cache.revision);
    const source: WatchEvents = {
      listen: (reader) => {
        watcher.listen(reader);
        return { take: () => watcher.takeNow(), close: () => cache.unwatch(watcher) };
      },
      [Symbol.asyncIterator]: () => ({ next: () => assert.fail('it flows') }),
    };
    void writeChunks(new WatchChunks(source, jsonFrames(), new Exchange()), stream, undefined, true);
  }
}

async function round(): Promise<number> {
  let us = 0;
  let read = 0;
  for (let change = 0; change < roundChanges; change++) {
    for (let at = 0; at < emptied.length; at += 8) read += emptied[at] ?? 0;
    assert.equal(read, 0);
    const before = process.threadCpuUsage();
    await store.put(`${prefix}n/a${change}`, value);
    await turn();
    const { user, system } = process.threadCpuUsage(before);
    us += user + system;
  }
  return (1000 * us) / (roundChanges * watchers);
}
