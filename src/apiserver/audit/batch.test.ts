import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { type BatchOptions, BatchSink, type SendBatch } from './batch.ts';

const options: BatchOptions = {
  bufferSize: 10,
  maxBatchSize: 3,
  maxWaitMs: 1_000,
  throttle: { perSecond: 100, burst: 100 },
  initialBackoffMs: 100,
};

function setup(send: SendBatch) {
  const env = createSimEnv({ seed: 1 });
  return { env, sink: new BatchSink('webhook', env, options, send) };
}

test('a full batch goes at once, the rest when its time is over, in order', async () => {
  const batches: (readonly string[])[] = [];
  const { env, sink } = setup(async (events) => void batches.push(events));
  for (const event of ['a', 'b', 'c', 'd']) sink.write(event);
  await env.clock.advance(10);
  assert.deepEqual(batches, [['a', 'b', 'c'], ['d']]);
  sink.write('e');
  await env.clock.advance(900);
  assert.equal(batches.length, 2);
  await env.clock.advance(200);
  assert.deepEqual(batches.at(-1), ['e']);
});

test('a batch that is not taken is sent again, then given up', async () => {
  let calls = 0;
  const { env, sink } = setup(() => {
    calls++;
    return Promise.reject(new Error('connection refused'));
  });
  sink.write('a');
  await env.clock.advance(1_050);
  assert.equal(calls, 1);
  await env.clock.advance(10_000);
  assert.equal(calls, 5);
});

test('what does not fit is dropped while the backend is stuck; closing sends what waits', async () => {
  const batches: (readonly string[])[] = [];
  let release: () => void = () => {};
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { env, sink } = setup(async (events) => {
    batches.push(events);
    if (batches.length === 1) await stuck;
  });
  for (let n = 0; n < 20; n++) sink.write(String(n));
  await env.clock.advance(10);
  assert.equal(batches.length, 1);
  release();
  await sink.close();
  assert.equal(batches.flat().length, 3 + options.bufferSize);
});
