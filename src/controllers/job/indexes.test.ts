import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addIndexes, countIndexes, firstMissing, formatIndexes, hasIndex, overlap, parseIndexes } from './indexes.ts';

test('indexes are read and written as status has them', () => {
  for (const text of ['', '0', '1,3-5,7', '0,1,3', '2-9']) assert.equal(formatIndexes(parseIndexes(text, 10)), text);
  assert.equal(formatIndexes(parseIndexes('1,2,3-5,x,8-20,25', 10)), '1-5,8,9');
});

test('addIndexes merges neighbours', () => {
  const indexes = addIndexes(parseIndexes('1,3-5', 10), [2, 9, 7]);
  assert.equal(formatIndexes(indexes), '1-5,7,9');
  assert.deepEqual([countIndexes(indexes), hasIndex(indexes, 4), hasIndex(indexes, 6)], [7, true, false]);
});

test('firstMissing and overlap', () => {
  assert.deepEqual(firstMissing(parseIndexes('0,2-3', 6), 2, 6), [1, 4]);
  assert.deepEqual(firstMissing(parseIndexes('0,2-3', 6), 9, 6), [1, 4, 5]);
  assert.equal(overlap(parseIndexes('0-4,8', 10), parseIndexes('3-9', 10)), 3);
});
