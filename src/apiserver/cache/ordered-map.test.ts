import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderedMap } from './ordered-map.ts';

test('OrderedMap agrees with a sorted array under random inserts and deletes', () => {
  const map = new OrderedMap<number>();
  const model = new Map<string, number>();
  let seed = 7;
  const draw = (bound: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % bound;
  };
  for (let step = 0; step < 20_000; step++) {
    const key = `k${draw(3000)}`;
    if (draw(3) === 0) {
      assert.equal(map.delete(key), model.get(key));
      model.delete(key);
    } else {
      map.set(key, step);
      model.set(key, step);
    }
  }
  const sorted = [...model.keys()].sort();
  assert.equal(map.size, model.size);
  assert.deepEqual(
    map.slice('', ''),
    sorted.map((key) => model.get(key)),
  );
  for (const [from, to] of [
    ['k1', 'k2'],
    ['k15', ''],
    ['', 'k3'],
    ['z', ''],
    ['k1999', 'k1'],
  ] as const) {
    const expected = sorted.filter((key) => key >= from && (to === '' || key < to)).map((key) => model.get(key));
    assert.deepEqual([...map.range(from, to)], expected);
    assert.deepEqual(map.slice(from, to), expected);
    assert.equal(map.count(from, to), expected.length);
  }
});
