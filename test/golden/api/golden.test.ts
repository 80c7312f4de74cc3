/**
 * Upstream's golden vectors (k8s.io/api testdata/HEAD: every kind with every field set, as JSON, YAML and protobuf) through our codecs
 * and back, byte for byte. HEAD.tar.gz is upstream's test data, unchanged.
 */

import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { decodeJson, decodeTree } from '#api/codec/json-decode.ts';
import { encodeJson, indentJson } from '#api/codec/json-encode.ts';
import { decodeMessage, unwrapProtobuf } from '#api/codec/protobuf-decode.ts';
import { encodeProtobuf } from '#api/codec/protobuf-encode.ts';
import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { encodeYaml } from '#api/codec/yaml-encode.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { SchemaTable } from '#api/schema/table.ts';
import { builtinTables } from '#kinds/schemas.ts';

const here = new URL('.', import.meta.url);

/** Every vector by file name: 'apps.v1.Deployment.json'. */
async function readVectors(): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  const archive = createReadStream(new URL('HEAD.tar.gz', here)).pipe(createGunzip()).pipe(extract());
  for await (const entry of archive) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.type === 'file') files.set(entry.header.name.replace('./', ''), Buffer.concat(chunks));
  }
  return files;
}

/** Built-in tables and those of versions that only the vectors still have. */
async function readTables(): Promise<readonly SchemaTable[]> {
  const folder = new URL('generated/', here);
  const old = (await readdir(folder)).map(async (file) => {
    const module: { readonly table: SchemaTable } = await import(new URL(file, folder).href);
    return module.table;
  });
  return [...builtinTables, ...(await Promise.all(old))];
}

const vectors = await readVectors();
const registry = new SchemaRegistry(await readTables());

for (const [file, json] of vectors) {
  const [, group = '', version = '', kind = ''] = /^(.+)\.(v\w+)\.(\w+)\.json$/.exec(file) ?? [];
  if (kind === '') continue;
  test(`golden vector ${group}/${version} ${kind} round-trips byte for byte`, () => {
    const schema = registry.kind(group === 'core' ? '' : group, version, kind);
    assert(schema, 'no schema');
    const protobuf = vectors.get(file.replace(/json$/, 'pb'));
    assert(protobuf, 'no protobuf vector');

    const fromJson = decodeJson(schema, json.toString());
    assert.deepEqual(fromJson.strictErrors, []);
    assert.equal(indentJson(encodeJson(schema, fromJson.object)), json.toString());
    assert.deepEqual(Buffer.from(encodeProtobuf(schema, fromJson.object)), protobuf);

    const yaml = vectors.get(file.replace(/json$/, 'yaml'))?.toString() ?? '';
    assert.equal(encodeYaml(JSON.parse(encodeJson(schema, fromJson.object))), yaml);
    const document = decodeYaml(yaml);
    const fromYaml = decodeTree(schema, document.value);
    assert.deepEqual([...document.strictErrors, ...fromYaml.strictErrors], []);
    assert.equal(indentJson(encodeJson(schema, fromYaml.object)), json.toString());

    const { apiVersion, kind: protobufKind, message } = unwrapProtobuf(protobuf);
    const fromProtobuf = { apiVersion, kind: protobufKind, ...decodeMessage(schema, message) };
    assert.equal(indentJson(encodeJson(schema, fromProtobuf)), json.toString());
    assert.deepEqual(Buffer.from(encodeProtobuf(schema, fromProtobuf)), protobuf);
  });
}

test('golden vectors are all there', () => {
  assert.equal([...vectors.keys()].filter((file) => file.endsWith('.json')).length, 185);
});
