import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warningHeader } from './warnings.ts';

test('each text once, quoted, within bounds', () => {
  assert.equal(warningHeader([]), undefined);
  assert.equal(warningHeader(['a "b" \\ c', 'd\r\ne: é', 'a "b" \\ c']), '299 - "a \\"b\\" \\\\ c", 299 - "d??e: ?"');
  const many = warningHeader(Array.from({ length: 100 }, (_, n) => `${n}`.padEnd(500, 'x'))) ?? '';
  assert.ok(many.length < 10_000, `${many.length}`);
  assert.ok(many.startsWith(`299 - "${'0'.padEnd(500, 'x')}"`));
});
