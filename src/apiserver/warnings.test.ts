import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warningHeader } from './warnings.ts';

test('each text once, quoted; characters are bytes of UTF-8, and what no header can hold is left out', () => {
  assert.equal(warningHeader([]), undefined);
  assert.equal(warningHeader(['', 'a\r\nb: c']), undefined);
  assert.equal(warningHeader(['a "b" \\ c', 'd\te', 'é', 'a "b" \\ c']), '299 - "a \\"b\\" \\\\ c", 299 - "\xc3\xa9"');
});

test('above the bound each is cut, and what comes after the bound is left out', () => {
  const texts = Array.from({ length: 100 }, (_, n) => `${n}`.padEnd(500, 'x'));
  const told = (header = '') => [...header.matchAll(/"([^"]*)"/g)].map(([, text]) => text);
  assert.deepEqual(told(warningHeader(texts.slice(0, 8))), texts.slice(0, 8));
  assert.deepEqual(
    told(warningHeader(texts)),
    texts.slice(0, 16).map((text) => text.slice(0, 256)),
  );
  const many = Array.from({ length: 5000 }, (_, n) => `${n}`);
  assert.equal(
    told(warningHeader(many)).length,
    many.findIndex((_, n) => many.slice(0, n + 1).join('').length > 4096) + 1,
  );
});
