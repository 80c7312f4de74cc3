/** The same seed gives the same history, byte for byte; another seed another one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historyText } from '#testing/history.ts';
import { simulate } from './run.ts';

test('a simulated cluster with faults has one history per seed', async () => {
  const histories: string[] = [];
  for (const seed of ['one', 'one', 'two']) histories.push(historyText((await simulate(seed)).disk));
  const [first, again, other] = histories;
  assert.ok(first && first.split('\n').length > 300);
  assert.equal(again, first);
  assert.notEqual(other, first);
});
