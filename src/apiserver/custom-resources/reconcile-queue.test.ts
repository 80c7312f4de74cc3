import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { ReconcileQueue } from './reconcile-queue.ts';

function queueOf(concurrency: number, reconcile: (name: string) => Promise<void>) {
  const env = createSimEnv();
  const laneOf = (name: string): string => name.slice(0, 1);
  return { env, queue: new ReconcileQueue({ env, failure: 'failed', concurrency, laneOf, reconcile }) };
}

test('a lane that takes long holds up no other; names of one lane come one after the other, and once if queued twice', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const begun: string[] = [];
  const { queue } = queueOf(2, async (name) => {
    begun.push(name);
    if (name === 'a1') await promise;
  });
  for (const name of ['a1', 'a2', 'a2', 'b1', 'c1', 'b2']) queue.enqueue(name);
  assert.deepEqual(begun, [], 'not inside the call that queues');
  await new Promise(setImmediate);
  assert.deepEqual(begun, ['a1', 'b1', 'b2', 'c1']);
  queue.enqueue('a1');
  resolve();
  await queue.whenIdle();
  assert.deepEqual(begun.slice(4), ['a2', 'a1'], 'what changed while it was looked at is looked at again');
});

test('no more lanes are at work than there may be', async () => {
  let [now, most] = [0, 0];
  const { queue } = queueOf(3, async () => {
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    now--;
  });
  for (const name of 'abcdefgh') queue.enqueue(name);
  await queue.whenIdle();
  assert.equal(most, 3);
});

test('a failure is tried again after a while, and nothing after the queue is closed', async () => {
  const begun: string[] = [];
  const { env, queue } = queueOf(1, async (name) => {
    begun.push(name);
    if (begun.length < 3) throw new Error('not yet');
  });
  queue.enqueue('a');
  await queue.whenIdle();
  assert.deepEqual(begun, ['a']);
  await env.clock.advance(5000);
  assert.deepEqual(begun, ['a', 'a', 'a']);
  queue.later('a');
  await queue.close();
  queue.enqueue('b');
  await env.clock.advance(5000);
  assert.equal(begun.length, 3);
});
