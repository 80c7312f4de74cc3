import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolvePlain } from './yaml-scalar.ts';

const scalars: readonly (readonly [string, unknown])[] = [
  ['0x1f', 31],
  ['-0b101', -5],
  ['0o17', 15],
  ['017', 15],
  ['1_000', 1000],
  ['0xffffffffffffffff', 2 ** 64],
  ['0x10000000000000000', '0x10000000000000000'],
  ['-0x8000000000000000', -(2 ** 63)],
  ['+0x8000000000000000', '+0x8000000000000000'],
  // Longer than 64 bits: what begins like a number of another base is text, digits alone are a float.
  ['0x1234567890abcdef1234567890abcdef12345678', '0x1234567890abcdef1234567890abcdef12345678'],
  ['0b' + '1'.repeat(70), '0b' + '1'.repeat(70)],
  ['0o7777777777777777777777777', '0o7777777777777777777777777'],
  ['07777777777777777777777777', 7.777777777777778e24],
  ['99999999999999999999', 1e20],
  ['1e400', '1e400'],
  ['.1e400', '.1e400'],
  ['.5', 0.5],
  ['12:30', '12:30'],
];

for (const [text, expected] of scalars) {
  test(`resolvePlain: ${text}`, () => assert.equal(resolvePlain(text).value, expected));
}
