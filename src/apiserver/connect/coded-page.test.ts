import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { isPageCoding, recoded } from './coded-page.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const upper = (page: Uint8Array) => bytes(new TextDecoder().decode(page).toUpperCase());

test('what is folded is rewritten and folded again', async () => {
  const gzip = await recoded(gzipSync('page'), 'gzip', upper, 100);
  assert.equal(gunzipSync(gzip).toString(), 'PAGE');
  const deflate = await recoded(deflateRawSync('page'), 'deflate', upper, 100);
  assert.equal(inflateRawSync(deflate).toString(), 'PAGE');
  assert.deepEqual(['gzip', 'deflate', 'br', '', 'constructor'].map(isPageCoding), [true, true, false, false, false]);
});

test('what does not unfold, or to too much, comes as it was', async () => {
  for (const page of [bytes('no gzip'), gzipSync('page').subarray(0, 10), gzipSync('x'.repeat(1 << 20))]) {
    assert.equal(await recoded(page, 'gzip', () => assert.fail('rewritten'), 1000), page);
  }
});
