import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expand } from './expansion.ts';

const variables: Readonly<Record<string, string>> = { A: 'alpha', EMPTY: '', C_REF: '$(A)' };

// Cases of upstream's behaviour (third_party/forked/golang/expansion/expand_test.go), reworded.
const cases: readonly (readonly [string, string])[] = [
  ['no references', 'no references'],
  ['$(A)', 'alpha'],
  ['foo-$(A)-bar', 'foo-alpha-bar'],
  ['$(A)$(A)', 'alphaalpha'],
  ['$(EMPTY)x', 'x'],
  ['$(UNKNOWN)', '$(UNKNOWN)'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$alpha'],
  ['$$$$(A)', '$$(A)'],
  ['$(C_REF)', '$(A)'],
  ['$A', '$A'],
  ['$', '$'],
  ['$(A', '$(A'],
  ['$(A)$', 'alpha$'],
  ['$)', '$)'],
  ['$((A))', '$((A))'],
  ['a $$ b', 'a $ b'],
];

test('expand replaces known references and leaves the rest', () => {
  assert.deepEqual(
    cases.map(([text]) => [text, expand(text, (name) => variables[name])]),
    cases,
  );
});
