import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest } from '#api/request.ts';
import { readYaml, withYamlRead, yamlDocument } from './yaml-body.ts';

const encoder = new TextEncoder();
const read: string[] = [];
const reader = {
  read: async (bytes: Uint8Array) => {
    read.push(new TextDecoder().decode(bytes.subarray(0, 1)));
    return readYaml(bytes);
  },
};

function requestOf(text: string, contentType: string, signal = new AbortController().signal): ApiRequest {
  return {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    peer: { address: '' },
    signal,
    body: { type: 'bytes', bytes: encoder.encode(text), contentType },
  };
}

const long = `a: [${'x, '.repeat(30_000)}y]`;

test('long YAML is read by somebody else; short bodies, JSON and other types are not', async () => {
  for (const [text, contentType] of [
    ['a: b', 'application/yaml'],
    [long, 'application/json'],
    [long, ''],
    [JSON.stringify({ a: 'x'.repeat(100_000) }), 'application/apply-patch+yaml'],
  ] as const) {
    assert.equal(withYamlRead(reader, requestOf(text, contentType)), undefined);
  }
  assert.deepEqual(read, []);
  for (const [text, contentType] of [
    [long, 'application/yaml; charset=utf-8'],
    [long, 'application/apply-patch+yaml'],
    [JSON.stringify({ a: 'x'.repeat(300_000) }), 'application/yaml'],
  ] as const) {
    const body = (await withYamlRead(reader, requestOf(text, contentType)))?.body;
    assert.ok(body?.type === 'bytes');
    assert.deepEqual(yamlDocument(body), readYaml(encoder.encode(text)));
  }
  assert.deepEqual(read, ['a', 'a', '{']);
});

test('what is wrong with a body is told where it is decoded; a client that is gone, at once', async () => {
  const faulty = (await withYamlRead(reader, requestOf(`${long}]`, 'application/yaml')))?.body;
  assert.ok(faulty?.type === 'bytes');
  assert.throws(() => yamlDocument(faulty), { name: 'DecodeError' });
  const gone = { read: () => Promise.reject(new Error('gone')) };
  await assert.rejects(
    withYamlRead(gone, requestOf(long, 'application/yaml', AbortSignal.abort())) ?? Promise.resolve(),
    /gone/,
  );
});
