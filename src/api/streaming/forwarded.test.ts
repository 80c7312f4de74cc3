import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BackendResponse } from './backend.ts';
import { answeredHeaders } from './forwarded.ts';

test('answeredHeaders joins what came twice, whatever its name, and tells cookies apart', () => {
  const headers: BackendResponse['headers'] = [
    ['content-type', 'text/plain'],
    ['vary', 'a'],
    ['vary', 'b'],
    ['constructor', 'x'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
    ['connection', 'x-mine'],
    ['x-mine', '1'],
  ];
  const response = { status: 200, statusText: 'OK', headers, body: (async function* () {})(), discard: () => {} };
  assert.deepEqual(answeredHeaders(response), {
    contentType: 'text/plain',
    single: { vary: 'a, b', constructor: 'x' },
    cookies: ['a=1', 'b=2'],
  });
});
