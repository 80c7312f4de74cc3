import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mediaTypeOf } from './media-type.ts';

test('mediaTypeOf reads what Go reads, and refuses what Go refuses', () => {
  const table: Readonly<Record<string, string | undefined>> = {
    '': '',
    'application/json': 'application/json',
    'Application/JSON; charset=utf-8': 'application/json',
    'application/json; charset="utf-8"; a=b ;': 'application/json',
    'application/json;': 'application/json',
    'application/json ; ': 'application/json',
    json: 'json',
    'application/json; charset': undefined,
    'application/json; a=b; A=c': undefined,
    'application/json; a="unclosed': undefined,
    'application/json; a=b c': undefined,
    'application / json': undefined,
    'application/json, text/plain': undefined,
    'a/b/c': undefined,
    ';;': undefined,
    [`a/b;${' '.repeat(50_000)}x`]: undefined,
    [`a/b${';'.repeat(50_000)}`]: undefined,
  };
  for (const [text, expected] of Object.entries(table)) assert.equal(mediaTypeOf(text), expected, text.slice(0, 60));
});
