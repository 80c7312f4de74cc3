import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warningHeader } from './warnings.ts';

test('each text once, quoted, within bounds', () => {
  assert.equal(warningHeader([]), undefined);
  assert.equal(
    warningHeader(['a "b" \\ c', 'd: é', 'a "b" \\ c']),
    '299 - "a \\"b\\" \\\\ c", 299 - "d: \u00c3\u00a9"',
  );
  assert.equal(warningHeader(['a\r\nb']), undefined);
  const many = warningHeader(Array.from({ length: 100 }, (_, n) => `${n}`.padEnd(500, 'x'))) ?? '';
  assert.ok(many.length < 10_000, `${many.length}`);
  assert.ok(many.startsWith(`299 - "${'0'.padEnd(500, 'x')}"`));
});
