import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { semanticallyEqual } from './semantic-equal.ts';

const pairs: readonly (readonly [name: string, a: unknown, b: unknown, equal: boolean])[] = [
  ['absent and empty', {}, { list: [], map: {}, text: undefined }, true],
  ['absent and what holds nothing', {}, { affinity: { nodeAffinity: undefined } }, true],
  ['absent and a value', {}, { text: '' }, false],
  ['null and absent', { a: null }, {}, true],
  ['quantities of one amount', { requests: { cpu: '1' } }, { requests: { cpu: '1000m' } }, true],
  ['quantities of different amounts', { requests: { cpu: '1' } }, { requests: { cpu: '2' } }, false],
  ['texts that look like quantities', { args: ['1'] }, { args: ['1000m'] }, false],
  ['values of maps that look like quantities', { labels: { a: '1' } }, { labels: { a: '1.0' } }, false],
  ['lists in another order', [1, 2], [2, 1], false],
  ['a list and a map', { a: [1] }, { a: { 0: 1 } }, false],
  ['a key that every object inherits, and its absence', { a: '1' }, { a: '1', constructor: 'x' }, false],
  ['an empty value under such a key, and its absence', {}, { toString: {} }, true],
  ['trees', { a: [{ b: { c: true } }] }, { a: [{ b: { c: true } }] }, true],
];

describe('semanticallyEqual', () => {
  for (const [name, a, b, equal] of pairs) {
    test(name, () => {
      assert.deepEqual([semanticallyEqual(a, b), semanticallyEqual(b, a)], [equal, equal]);
    });
  }
});
