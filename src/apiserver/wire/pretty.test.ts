/** How answers in JSON end, and when they are indented: recorded from kube-apiserver 1.36.3. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newNotFound } from '#api/errors.ts';
import type { ApiRequest, ApiResponse, EncodedObject } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { Env } from '#base/env.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { CachedObject } from '../cache/cached-object.ts';
import { ObjectMemory } from '../cache/object-memory.ts';
import { schemaCodecs } from '../registry/schema-codec.ts';
import { createWireHandler } from './encode.ts';

/** Time stands still. */
const env: Env = {
  clock: { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => {} }) },
  random: { next: () => 0.5, bytes: (count) => new Uint8Array(count) },
  log: { debug() {}, info() {}, warn() {}, error() {}, child: () => env.log },
};
const codecs = schemaCodecs(new SchemaRegistry(builtinTables));
const codec = codecs('', 'v1', 'ConfigMap');
assert.ok(codec?.encodeProtobuf);
const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
const json = codec.encodeJson(object);
const made: EncodedObject = { object, json: () => json, protobuf: () => json };
const form = { encodeProtobuf: codec.encodeProtobuf, encodeJson: () => json, selectableFields: [] };
const stored = new CachedObject('a', json, 7, { ...form, memory: new ObjectMemory() });
const list = { type: 'list', status: 200, apiVersion: 'v1', kind: 'ConfigMapList', metadata: {} } as const;

async function ended(response: ApiResponse | 'missing', request: Partial<ApiRequest>): Promise<string> {
  const handler = async (): Promise<ApiResponse> => {
    if (response === 'missing') throw newNotFound({ group: '', resource: 'configmaps' }, 'a');
    return response;
  };
  const answer = await createWireHandler({ handler, codecs, env })({
    method: 'GET',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    peer: { address: '' },
    signal: new AbortController().signal,
    ...request,
  });
  assert.ok(answer.type === 'full');
  const text = new TextDecoder().decode(answer.body);
  assert.doesNotThrow(() => JSON.parse(text));
  return text.slice(-3);
}

for (const [name, response, compact, pretty] of [
  ['an object as it is stored', { type: 'object', status: 200, body: stored }, '}}\n', '}\n}'],
  ['an object that was made', { type: 'object', status: 200, body: made }, '}}\n', '}\n}'],
  ['a list', { ...list, items: [made] }, ']}\n', ']\n}'],
  ['a failure', 'missing', '4}\n', '4\n}'],
] as const) {
  test(`${name} ends its line, but for people`, async () => {
    assert.equal(await ended(response, {}), compact);
    assert.equal(await ended(response, { headers: { 'user-agent': 'curl/8.5.0' } }), pretty);
    assert.equal(await ended(response, { query: new URLSearchParams({ pretty: 'true' }) }), pretty);
  });
}
