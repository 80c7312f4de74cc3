import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage, unwrapProtobuf } from '#api/codec/protobuf-decode.ts';
import { envelopeEnd, envelopeStart } from '#api/codec/protobuf-encode.ts';
import type { KubeObject } from '#api/object.ts';
import type { EncodedObject } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { concat } from '#api/streaming/byte-stream.ts';
import type { Env } from '#base/env.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { CachedObject } from '../cache/cached-object.ts';
import { ObjectMemory } from '../cache/object-memory.ts';
import { schemaCodecs } from '../registry/schema-codec.ts';
import { ByteWriter } from './byte-writer.ts';
import { createWireHandler } from './encode.ts';
import { measureProtobuf, protobufListPieces } from './protobuf.ts';

/** Time stands still. */
const env: Env = {
  clock: { now: () => 0, monotonic: () => 0, after: () => ({ cancel: () => {} }) },
  random: { next: () => 0.5, bytes: (count) => new Uint8Array(count) },
  log: { debug() {}, info() {}, warn() {}, error() {}, child: () => env.log },
};
const schemas = new SchemaRegistry(builtinTables);
const codecs = schemaCodecs(schemas);

test('a protobuf list is one envelope whose items are the messages of their own envelopes', () => {
  const codec = codecs('', 'v1', 'ConfigMap');
  const schema = schemas.kind('', 'v1', 'ConfigMapList');
  assert.ok(codec?.encodeProtobuf && schema);
  const { encodeProtobuf } = codec;
  const items = ['a', 'b'.repeat(200), 'c'].map((name, index) => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { k: name } };
    const form = {
      encodeProtobuf,
      encodeJson: codec.encodeJson.bind(codec),
      selectableFields: [],
      memory: new ObjectMemory(),
    };
    return new CachedObject(`default/${name}`, codec.encodeJson(object), index + 7, form);
  });
  const list = { type: 'list', status: 200, apiVersion: 'v1', kind: 'ConfigMapList', items } as const;
  const metadata = { resourceVersion: '12', continue: 'abc', remainingItemCount: 3 };
  const pieces = protobufListPieces({ ...list, metadata }, codecs('meta.k8s.io', 'v1', 'ListMeta'));
  const writer = new ByteWriter(1);
  writer.put(pieces.head);
  for (let index = 0; index < pieces.count; index++) pieces.write(writer, index);
  writer.put(pieces.tail);
  const { apiVersion, kind, message } = unwrapProtobuf(writer.take());
  assert.deepEqual({ apiVersion, kind }, { apiVersion: 'v1', kind: 'ConfigMapList' });
  const decoded = JSON.parse(JSON.stringify(decodeMessage(schema, message))) as {
    readonly metadata: unknown;
    readonly items: readonly { readonly metadata: Readonly<Record<string, string>>; readonly data: unknown }[];
  };
  assert.deepEqual(decoded.metadata, metadata);
  assert.deepEqual(
    decoded.items.map(({ metadata: { name, resourceVersion }, data }) => ({ name, resourceVersion, data })),
    items.map((item, index) => {
      const name = item.key.slice('default/'.length);
      return { name, resourceVersion: String(index + 7), data: { k: name } };
    }),
  );
});

test('the protobuf of many objects is made in several turns, once, and given up beyond its bound', async () => {
  let encoded = 0;
  const encodeProtobuf = ({ metadata }: KubeObject): Uint8Array => {
    encoded++;
    const message = new TextEncoder().encode(metadata?.name);
    return concat([envelopeStart('v1', 'A', message.length), message, envelopeEnd]);
  };
  const memory = new ObjectMemory({ viewBytes: 0, protobufBytes: 100, writtenBytes: 0 });
  const form = { encodeProtobuf, encodeJson: () => new Uint8Array(), selectableFields: [], memory };
  const items = Array.from({ length: 3000 }, (_, index) => {
    const json = `{"metadata":{"name":"${index}"},"data":"${'x'.repeat(1000)}"}`;
    return new CachedObject(String(index), new TextEncoder().encode(json), 1, form);
  });
  const perTurn: number[] = [];
  const turn = async (): Promise<void> => void perTurn.push(encoded);
  await measureProtobuf(items, turn);
  assert.ok(perTurn.length > 2, `${perTurn}`);
  assert.equal(encoded, 3000);
  assert.equal(measureProtobuf(items, turn), undefined);
  assert.equal(encoded, 3000);
  assert.ok(memory.protobufs.size <= 100);
  const list = { type: 'list', status: 200, apiVersion: 'v1', kind: 'AList', items } as const;
  const metadata = { resourceVersion: '1' };
  const { head, count, write, tail } = protobufListPieces(
    { ...list, metadata },
    codecs('meta.k8s.io', 'v1', 'ListMeta'),
  );
  const writer = new ByteWriter(1);
  writer.put(head);
  for (let index = 0; index < count; index++) write(writer, index);
  writer.put(tail);
  // The length that was said at the beginning is the one that came.
  assert.equal(unwrapProtobuf(writer.take()).kind, 'AList');
  await assert.rejects(async () => {
    const others = items.map(({ value, revision }, index) => new CachedObject(`${index}`, value, revision, form));
    await measureProtobuf(others, () => Promise.reject(new Error('gone')));
  }, /gone/);
});

test('a list goes out while it is encoded: of what the reader did not take, a chunk is held', async () => {
  let encoded = 0;
  const json = new TextEncoder().encode(`{"data":"${'x'.repeat(1000)}"}`);
  const item: EncodedObject = {
    object: {},
    json: () => {
      encoded++;
      return json;
    },
    protobuf: () => json,
  };
  const items = Array.from({ length: 10_000 }, () => item);
  const wire = createWireHandler({
    handler: async () => ({
      type: 'list',
      status: 200,
      apiVersion: 'v1',
      kind: 'AList',
      metadata: { resourceVersion: '1' },
      items,
    }),
    codecs,
    env,
  });
  const response = await wire({
    method: 'GET',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    peer: { address: '' },
    signal: new AbortController().signal,
  });
  assert.ok(response.type === 'stream' && !(Symbol.asyncIterator in response.chunks));
  assert.equal(encoded, 0);
  const buffers = new Set<ArrayBufferLike>();
  let text = '';
  let taken = 0;
  for (const chunk of response.chunks) {
    taken += chunk.length;
    assert.ok(encoded * json.length < taken + 2 * json.length, `${encoded} objects for ${taken} bytes`);
    buffers.add(chunk.buffer);
    text += new TextDecoder().decode(chunk);
  }
  assert.equal((JSON.parse(text) as { readonly items: readonly unknown[] }).items.length, 10_000);
  assert.equal(buffers.size, 1);
  assert.ok([...buffers].every(({ byteLength }) => byteLength < 100_000));
});

test('ByteWriter lends its buffer again and again, and gives it away once', () => {
  const writer = new ByteWriter(4);
  writer.ascii('abc');
  const lent = writer.lend();
  assert.equal(String.fromCharCode(...lent), 'abc');
  writer.ascii('xy');
  assert.equal(String.fromCharCode(...lent), 'xyc', 'the same buffer');
  const taken = writer.take();
  writer.ascii('longer than before');
  assert.equal(String.fromCharCode(...taken), 'xy');
  assert.equal(String.fromCharCode(...writer.take()), 'longer than before');
});
