import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentMap } from './recent-map.ts';

test('what was used lately stays, what was not goes', () => {
  const map = new RecentMap<number, string>(3);
  for (const key of [1, 2, 3, 4]) map.set(key, `value ${key}`, 1);
  assert.equal(map.get(1), 'value 1');
  for (const key of [5, 6]) map.set(key, `value ${key}`, 1);
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6].map((key) => map.get(key) !== undefined),
    [true, false, false, true, true, true],
  );
});

test('heavy values leave room for few, and those beyond the bound are not kept', () => {
  const map = new RecentMap<string, number>(10);
  map.set('a', 1, 6);
  map.set('b', 2, 6);
  map.set('c', 3, 6);
  map.set('d', 4, 11);
  assert.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => map.get(key)),
    [undefined, 2, 3, undefined],
  );
});
