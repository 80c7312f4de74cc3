import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteFence } from './write-fence.ts';

function informer() {
  const waits: string[] = [];
  return { waits, waitFor: async (version: string) => void waits.push(version) };
}

const { signal } = new AbortController();
const answer = (resourceVersion?: string) => ({ metadata: resourceVersion === undefined ? {} : { resourceVersion } });

test('WriteFence waits for the newest write of a key in every informer, once', async () => {
  const fence = new WriteFence();
  const pods = informer();
  const sets = informer();
  fence.wrote('a', pods, answer('7'));
  fence.wrote('a', pods, answer('5'));
  fence.wrote('a', sets, answer('9'));
  fence.wrote('b', pods, answer('100'));
  await fence.passed('a', signal);
  await fence.passed('a', signal);
  assert.deepEqual([pods.waits, sets.waits], [['7'], ['9']]);
});

test('WriteFence ignores answers without a version', async () => {
  const fence = new WriteFence();
  const pods = informer();
  fence.wrote('a', pods, answer());
  await fence.passed('a', signal);
  assert.deepEqual(pods.waits, []);
});
