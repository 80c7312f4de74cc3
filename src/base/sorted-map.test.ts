import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prefixEnd, SortedMap } from './sorted-map.ts';

/** Small, fast, seeded: the test must be the same every time. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test('SortedMap agrees with a sorted array through thousands of random changes', () => {
  const next = sequence(7);
  const map = new SortedMap<number>();
  const model = new Map<string, number>();
  for (let step = 0; step < 20_000; step++) {
    const key = `k${Math.floor(next() * 4000)}`;
    if (next() < 0.35) assert.equal(map.delete(key), model.delete(key));
    else {
      map.set(key, step);
      model.set(key, step);
    }
  }
  const keys = [...model.keys()].sort();
  assert.ok(keys.length > 1500, 'the test must reach several chunks');
  assert.equal(map.size, keys.length);
  assert.deepEqual(
    [...map.range()],
    keys.map((key) => model.get(key)),
  );
  for (const [start, end] of [
    ['k1', 'k2'],
    ['k25', undefined],
    ['', 'k0'],
    ['k3999', 'k4'],
    ['x', undefined],
  ] as const) {
    const expected = keys
      .filter((key) => key >= start && (end === undefined || key < end))
      .map((key) => model.get(key));
    assert.deepEqual([...map.range(start, end)], expected, `${start}..${end}`);
    assert.equal(map.rank(start), keys.filter((key) => key < start).length, `rank of ${start}`);
  }
  for (const key of keys) assert.equal(map.get(key), model.get(key));
  assert.equal(map.get('absent'), undefined);
  for (const key of keys) map.delete(key);
  assert.equal(map.size, 0);
  assert.deepEqual([...map.range()], []);
});

test('SortedMap keeps keys in order that arrive in order', () => {
  const map = new SortedMap<string>();
  const keys = Array.from({ length: 3000 }, (_, index) => `k${String(index).padStart(5, '0')}`);
  for (const key of keys) map.set(key, key);
  map.set('k00000-between', 'k00000-between');
  assert.deepEqual([...map.range('k00000', 'k00002')], ['k00000', 'k00000-between', 'k00001']);
  assert.equal(map.rank('k02999'), 3000);
});

test('SortedMap made of many keys is the one that they would have been put into', () => {
  const keys = Array.from({ length: 1500 }, (_, index) => `k${String(index).padStart(5, '0')}`);
  const map = SortedMap.of(keys, keys);
  assert.deepEqual([map.size, map.rank('k01000'), map.get('k01499'), map.get('k1')], [1500, 1000, 'k01499', undefined]);
  map.set('k00511-between', 'new');
  map.delete('k00000');
  assert.deepEqual([...map.range('k00511', 'k00513')], ['k00511', 'new', 'k00512']);
  assert.deepEqual([...map.range()].length, 1500);
  assert.deepEqual([...SortedMap.of([], []).range()], []);
});

test('prefixEnd is the end of the range of a prefix', () => {
  assert.equal(prefixEnd('/registry/pods/'), '/registry/pods0');
  assert.equal(prefixEnd(''), undefined);
  assert.equal(prefixEnd('a\uffff'), 'b');
});
