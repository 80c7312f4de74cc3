import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeTree } from './json-encode.ts';

/** The rule, spelled out: sorted keys, HTML characters escaped, halves of surrogate pairs replaced. */
function expected(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(expected).join(',')}]`;
  if (typeof value === 'string') {
    return JSON.stringify(value.toWellFormed()).replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${expected(key)}:${expected(member)}`)
    .join(',')}}`;
}

test('trees are written with their keys in order, whatever order they are in', () => {
  const deep = (levels: number, leaf: unknown): unknown => (levels === 0 ? leaf : { a: [deep(levels - 1, leaf)] });
  for (const tree of [
    { a: 1, b: { c: [true, null, 'x'], d: {} }, e: [] },
    { b: 1, a: { d: 1, c: 2 } },
    { a: { b: { c: { d: { f: 1, e: 2 } } } }, z: 'in order but for the inside' },
    { 10: 'engines put numbers first', 9: 'and in their order', a: '<&>\u2028' },
    { a: 'half \ud800', b: ['\udc00 of a pair', '\ud83d\ude00 whole'] },
    { '\ud800': 1, a: 2 },
    { a: undefined, b: [undefined, -0, 1e21, 0.1], c: '"\\ \n \u0001' },
    JSON.parse('{"__proto__":{"b":1,"a":2},"constructor":"x"}'),
    deep(60, { b: 1, a: 2 }),
    deep(400, { a: 1, b: '<' }),
    [],
    {},
    'a<b',
    null,
  ])
    assert.equal(encodeTree(tree), expected(tree));
});
