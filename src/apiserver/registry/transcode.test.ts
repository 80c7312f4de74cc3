/** Every kind's objects, of chance: their JSON becomes the protobuf that the decoded object becomes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { FieldSchema, Schema, StructSchema } from '#api/schema/schema.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { schemaCodecs } from './schema-codec.ts';

const codecs = schemaCodecs(new SchemaRegistry(builtinTables));
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Numbers from 0 to below 1, the same for the same seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const texts = [
  '',
  'a',
  'web',
  'ä ö',
  '"quoted" \\ back',
  '<html>&',
  'line\nend',
  '\u{1f600}',
  'x'.repeat(40),
  'y'.repeat(200),
];

class Maker {
  private readonly next: () => number;
  /** Probability of a field that may be left out. */
  private readonly density: number;
  /** Kinds of values that are left to the encoder of trees are left out. */
  private readonly usualOnly: boolean;

  constructor(seed: number, density: number, usualOnly: boolean) {
    this.next = chance(seed);
    this.density = density;
    this.usualOnly = usualOnly;
  }

  struct(schema: StructSchema, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const field of schema.members)
      if (this.has(field, depth)) object[field.name] = this.value(field.schema, depth);
    return object;
  }

  private has({ schema }: FieldSchema, depth: number): boolean {
    if (depth > 7 && (schema.type === 'struct' || schema.type === 'list' || schema.type === 'map')) return false;
    if (this.usualOnly && !isUsual(schema)) return false;
    return this.next() < this.density;
  }

  private value(schema: Schema, depth: number): unknown {
    switch (schema.type) {
      case 'struct':
        return this.struct(schema, depth + 1);
      case 'list':
        return this.several(() => this.value(schema.element, depth + 1));
      case 'map':
        return Object.fromEntries(
          this.several(() => [this.text(), this.value(schema.element, depth + 1)] as const).map((entry) => entry),
        );
      case 'string':
        return this.text();
      case 'bool':
        return this.next() < 0.5;
      case 'int':
      case 'int32':
      case 'int64':
        return [0, 1, 80, 127, 128, 300, 65_535, 2 ** 31 - 1, 2 ** 40, -1, -300][this.below(11)];
      case 'float64':
        return [0, 1.5, -2][this.below(3)];
      case 'Quantity':
        return ['100m', '500Mi', '0'][this.below(3)];
      case 'Time':
        return ['2026-11-21T15:04:05Z', '1970-01-01T00:00:00Z', '2100-02-28T23:59:59Z', '1969-12-31T23:59:59Z'][
          this.below(4)
        ];
      case 'MicroTime':
        return '2026-11-21T15:04:05.123456Z';
      case 'Duration':
        return '1h0m0s';
      case 'IntOrString':
        return [80, 'http', '25%', 0, -1][this.below(5)];
      case 'bytes':
        return 'aGVsbG8=';
      case 'FieldsV1':
      case 'RawExtension':
      case 'JSON':
      case 'any':
        return {
          'f:metadata': { 'k:{"name":"a"}': {}, '.': [1, 'x,}]', null] },
          ...(this.next() < 0.1 ? { '<': 1 } : {}),
        };
      default:
        return undefined;
    }
  }

  private several<T>(make: () => T): T[] {
    return Array.from({ length: this.below(4) }, make);
  }

  private text(): string {
    return texts[this.below(texts.length)] as string;
  }

  private below(bound: number): number {
    return Math.floor(this.next() * bound);
  }
}

function isUsual(schema: Schema): boolean {
  switch (schema.type) {
    case 'list':
      return !schema.message && isUsual(schema.element);
    case 'map':
      return isUsual(schema.element);
    default:
      return (
        !['bytes', 'any', 'float64', 'Duration', 'MicroTime'].includes(schema.type) &&
        !schema.type.startsWith('JSONSchema')
      );
  }
}

test('what is transcoded is what the decoded object is encoded as, for every kind', () => {
  let transcoded = 0;
  let all = 0;
  for (const { group, version, kind } of builtinDefinitions) {
    const codec = codecs(group, version, kind);
    if (!codec?.schema || !codec.encodeProtobuf || !codec.transcodeJson) continue;
    for (let seed = 1; seed <= 6; seed++) {
      const maker = new Maker(seed, [0.1, 0.4, 0.9][seed % 3] as number, seed % 2 === 0);
      const apiVersion = group === '' ? version : `${group}/${version}`;
      const object: KubeObject = { ...maker.struct(codec.schema, seed % 3 === 2 ? 4 : 0), apiVersion, kind };
      const json = codec.encodeJson(object);
      const found: Uint8Array | undefined = codec.transcodeJson(json);
      all++;
      if (!found) continue;
      transcoded++;
      const expected: Uint8Array = codec.encodeProtobuf(JSON.parse(decoder.decode(json)) as KubeObject);
      assert.ok(
        Buffer.compare(found, expected) === 0,
        `${kind} of seed ${seed}: ${decoder.decode(json).slice(0, 2000)}`,
      );
    }
  }
  assert.ok(transcoded > all / 4, `${transcoded} of ${all}`);
});

test('a pod as a cluster has it is transcoded; what is of another kind or not whole is left alone', () => {
  const codec = codecs('', 'v1', 'Pod');
  assert.ok(codec?.encodeProtobuf && codec.transcodeJson);
  const pod = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      name: 'a',
      namespace: 'b',
      uid: 'c',
      creationTimestamp: '2026-11-21T15:04:05Z',
      labels: { app: 'web' },
      managedFields: [{ manager: 'm', operation: 'Update', fieldsV1: { 'f:spec': { 'k:{"name":"a"}': {} } } }],
    },
    spec: {
      initContainers: [{ name: 'first' }],
      containers: [
        {
          name: 'main',
          image: 'i',
          ports: [{ containerPort: 80 }],
          env: [{ name: 'E', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }],
          envFrom: [{ secretRef: { name: 's' } }],
          resources: { requests: { cpu: '1' } },
          livenessProbe: { httpGet: { port: 'http' }, periodSeconds: 3 },
        },
      ],
      volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
      tolerations: [{ key: 'k', operator: 'Exists', tolerationSeconds: 300 }],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null }] },
  } as KubeObject;
  const json = codec.encodeJson(pod);
  const found = codec.transcodeJson(json);
  assert.ok(found);
  assert.ok(Buffer.compare(found, codec.encodeProtobuf(JSON.parse(decoder.decode(json)) as KubeObject)) === 0);
  const text = decoder.decode(json);
  for (const other of [
    text.replace('"Pod"', '"Node"'),
    text.replace('"name":"a"', '"unknown":"a"'),
    text.slice(0, -1),
    text.slice(0, 200),
    '{}',
    '',
  ]) {
    assert.equal(codec.transcodeJson(encoder.encode(other)), undefined, other);
  }
});
