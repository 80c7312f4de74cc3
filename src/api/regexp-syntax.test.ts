import assert from 'node:assert/strict';
import { test } from 'node:test';
import { regexpFault } from './regexp-syntax.ts';

test('regexpFault lets pass what Go compiles', () => {
  const valid = [
    '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
    '(?i)a|b',
    '(?P<n>a)(?:b)(?<m>c)',
    '[]a]',
    '[^]a-]+?',
    '[[:alpha:]_]{1,63}',
    'a{,2}',
    '\\pL\\p{Greek}\\x{10FFFF}\\Q(\\E\\.',
    '',
  ];
  assert.deepEqual(
    valid.filter((pattern) => regexpFault(pattern) !== undefined),
    [],
  );
});

test('regexpFault says what is wrong as Go does', () => {
  const cases: Readonly<Record<string, string>> = {
    '(a': 'missing closing ): `(a`',
    'a)': 'unexpected ): `a)`',
    '[a': 'missing closing ]: `[a`',
    '*a': 'missing argument to repetition operator: `*`',
    'a**': 'invalid nested repetition operator: `**`',
    'a{1001}': 'invalid repeat count: `{1001}`',
    '[z-a]': 'invalid character class range: `z-a`',
    '(?=a)': 'invalid or unsupported Perl syntax: `(?=`',
    '\\1': 'invalid escape sequence: `\\1`',
    '[\\d\\y]': 'invalid escape sequence: `\\y`',
    'a\\': 'trailing backslash at end of expression: ``',
  };
  assert.deepEqual(
    Object.keys(cases).map((pattern) => regexpFault(pattern)),
    Object.values(cases).map((fault) => `error parsing regexp: ${fault}`),
  );
});
