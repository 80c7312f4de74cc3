import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimEnv } from '#platform/sim/env.ts';
import { TruncatingSink } from './truncate.ts';

test('events lose their bodies when they are large, and are dropped when that is not enough', () => {
  const written: string[] = [];
  const sink = { name: 'log', write: (event: string) => void written.push(event), close: () => Promise.resolve() };
  const truncating = new TruncatingSink(createSimEnv(), sink, 10);
  const never = () => assert.fail('nothing to shorten');
  truncating.write('abc', never);
  truncating.write('abcdefghij', never);
  // Eleven bytes of UTF-8.
  truncating.write('äöüßäx', () => 'short');
  truncating.write('abcdefghijk', () => 'shorter');
  truncating.write('abcdefghijk', () => 'still too long');
  assert.deepEqual(written, ['abc', 'abcdefghij', 'short', 'shorter']);
});
