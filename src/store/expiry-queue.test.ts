import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { ExpiryQueue } from './expiry-queue.ts';

test('what could not be deleted is tried again', async () => {
  const { clock } = createSimEnv();
  const tried: string[] = [];
  const queue = new ExpiryQueue(clock, async (key, revision) => {
    tried.push(`${key}@${revision}`);
    if (tried.length === 1) throw new Error('the disk is full');
  });
  queue.schedule('a', 7, 60);
  await clock.advance(61_000);
  assert.deepEqual(tried, ['a@7']);
  await clock.advance(60_000);
  assert.deepEqual(tried, ['a@7', 'a@7']);
});

test('nothing ends after the end: neither what is scheduled late nor what failed', async () => {
  const { clock } = createSimEnv();
  let tried = 0;
  const fail = Promise.withResolvers<void>();
  const queue = new ExpiryQueue(clock, () => {
    tried++;
    return fail.promise;
  });
  queue.schedule('a', 1, 60);
  await clock.advance(61_000);
  queue.close();
  queue.schedule('b', 2, 60);
  fail.reject(new Error('closed'));
  await clock.advance(600_000);
  assert.equal(tried, 1);
});
