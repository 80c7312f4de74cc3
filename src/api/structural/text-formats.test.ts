import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDuration, isHostname, isMailAddress } from './text-formats.ts';

const mails: readonly (readonly [string, boolean])[] = [
  ['ann@example.com', true],
  ['  ann.lee@example.com ', true],
  ['Ann Lee <ann@example.com>', true],
  [' A. "Lee, Ann" <"a b"@[10.0.0.1]>', true],
  ['<ann@example.com>', true],
  ['ann', false],
  ['ann@', false],
  ['Ann ann@example.com', false],
  ['"Ann <ann@example.com>', false],
  ['<ann@example.com> Ann', false],
];

for (const [text, expected] of mails) {
  test(`isMailAddress: ${text}`, () => assert.equal(isMailAddress(text), expected));
}

test('isMailAddress takes no longer for what is nearly an address', () => {
  assert.equal(isMailAddress(`${'a'.repeat(4000)}@`), false);
  assert.equal(isMailAddress(`${'a.'.repeat(1000)}@${'"a"'.repeat(500)}<`), false);
});

const durations: readonly (readonly [string, boolean])[] = [
  ['1h30m', true],
  ['3 days', true],
  ['in 3   weeks or so', true],
  ['000000000000000000000000000001 hour', true],
  ['9223372036854775807 s', true],
  ['9223372036854775808 s', false],
  ['1 day 9223372036854775808 x', false],
  ['days 3', false],
  ['3, days', false],
  ['3 minutes', true],
  ['3 xs', false],
  ['12 ', false],
];

for (const [text, expected] of durations) {
  test(`isDuration: ${text}`, () => assert.equal(isDuration(text), expected));
}

test('isDuration takes time in proportion to the text', () => {
  assert.equal(isDuration('1'.repeat(1_000_000)), false);
  assert.equal(isDuration(`${'1'.repeat(1_000_000)}${' '.repeat(1_000_000)}`), false);
  assert.equal(isDuration(`${'1'.repeat(1_000_000)} days`), false);
});

test('isHostname: labels of 63 bytes, the last of letters', () => {
  assert.equal(isHostname('a-b.example.com'), true);
  assert.equal(isHostname(`${'a'.repeat(64)}.com`), false);
  assert.equal(isHostname('example.c0m'), false);
});
