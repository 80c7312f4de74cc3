import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecondChance } from './second-chance.ts';

test('the oldest go first, those that were used stay for a round', () => {
  const used = new Set<string>();
  const dropped: string[] = [];
  const chance = new SecondChance<string>(3, {
    wasUsed: (item) => used.delete(item),
    drop: (item) => dropped.push(item),
  });
  for (const item of ['a', 'b', 'c']) chance.add(item, 1);
  used.add('a');
  chance.add('d', 1);
  assert.deepEqual(dropped, ['b']);
  chance.add('e', 1);
  chance.add('f', 1);
  assert.deepEqual(dropped, ['b', 'c', 'd']);
  chance.add('large', 4);
  assert.deepEqual(dropped, ['b', 'c', 'd', 'a', 'e', 'f', 'large']);
  assert.equal(chance.size, 0);
});

test('what is dropped is forgotten, however many there are', () => {
  let dropped = 0;
  const chance = new SecondChance<number>(10, { wasUsed: () => false, drop: () => dropped++ });
  for (let item = 0; item < 10_000; item++) chance.add(item, 1);
  assert.equal(dropped, 9990);
  assert.equal(chance.size, 10);
});
