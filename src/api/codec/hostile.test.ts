/** Input made to hurt: depth, size, prototypes, bombs, truncation. Every decoder refuses it or bounds it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '../errors.ts';
import { SchemaRegistry } from '../schema/registry.ts';
import type { SchemaTable } from '../schema/table.ts';
import { DecodeError } from './decode-error.ts';
import { checkTree, decodeJson, decodeTree, parseJson } from './json-decode.ts';
import { encodeJson, encodeTree } from './json-encode.ts';
import { countMembers, scanJson } from './json-scan.ts';
import { decodeMessage, unwrapProtobuf } from './protobuf-decode.ts';
import { encodeMessage, encodeProtobuf } from './protobuf-encode.ts';
import { decodeYaml } from './yaml-decode.ts';
import { encodeYaml } from './yaml-encode.ts';

const table: SchemaTable = {
  package: 'k8s.io/api/test/v1',
  group: 'test',
  version: 'v1',
  text: `
Thing
  inline meta/v1.TypeMeta -
  metadata? meta/v1.ObjectMeta 1
  names []string 2
  self? *Thing 3
  children? []Thing 4
  counts? map[string]int32 5
  raw? RawExtension 6
  data? bytes 7
  size? *int64 8
  at? *MicroTime 9
  ids? []int64 10
  flag? *bool 11
`,
};
const registry = new SchemaRegistry([table]);
const thing = registry.type('k8s.io/api/test/v1', 'Thing');

const refusals: readonly (readonly [string, string, RegExp])[] = [
  ['lists 100,000 deep', `{"raw":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, /exceeded max depth/],
  ['objects 100,000 deep in a raw value', `{"raw":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}}`, /exceeded max depth/],
  ['objects 100,000 deep in an unknown field', `{"x":${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}}`, /exceeded max depth/],
  ['a type nested in itself 100,000 deep', `${'{"self":'.repeat(1e5)}{}${'}'.repeat(1e5)}`, /exceeded max depth/],
  ['unclosed lists 100,000 deep', `{"raw":${'['.repeat(1e5)}`, /exceeded max depth|unexpected end of JSON input/],
];

for (const [name, text, message] of refusals) {
  test(`decodeJson refuses ${name}`, () => {
    assert.throws(
      () => decodeJson(thing, text),
      (error) => error instanceof DecodeError && message.test(error.message),
    );
  });
}

test('checkTree and scanJson refuse depth without a schema', () => {
  const text = '['.repeat(1e5) + ']'.repeat(1e5);
  assert.throws(() => checkTree(JSON.parse(text)), DecodeError);
  assert.throws(() => scanJson(text, undefined), DecodeError);
});

test('decodeJson treats __proto__ and constructor as data', () => {
  const text =
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"counts":{"__proto__":1,"constructor":2,"toString":3}}';
  const { object, strictErrors } = decodeJson(thing, text);
  assert.deepEqual(strictErrors, ['unknown field "__proto__"', 'unknown field "constructor"']);
  assert.equal(Object.getPrototypeOf(object), Object.prototype);
  assert.equal(Object.getPrototypeOf(object.counts), Object.prototype);
  assert.deepEqual(Object.keys(object.counts as object), ['__proto__', 'constructor', 'toString']);
  assert.equal(({} as { polluted?: number }).polluted, undefined);
  assert.equal(
    encodeJson(thing, object),
    '{"metadata":{},"names":null,"counts":{"__proto__":1,"constructor":2,"toString":3},"raw":null}',
  );
});

test('decodeYaml treats __proto__ as data, also through anchors and merges', () => {
  const { value } = decodeYaml('a: &x {__proto__: {polluted: 1}}\nb: *x\nc:\n  <<: *x\n__proto__: 2\n');
  const tree = value as Record<string, object>;
  for (const part of [tree, tree.a, tree.b, tree.c]) {
    assert.equal(Object.getPrototypeOf(part), Object.prototype);
    assert.ok(Object.hasOwn(part as object, '__proto__'));
  }
});

test('decodeMessage makes own properties of hostile map keys', () => {
  const bytes = encodeMessage(thing, { names: [], counts: JSON.parse('{"__proto__":7}') });
  const { counts } = decodeMessage(thing, bytes);
  assert.deepEqual(Object.entries(counts as object), [['__proto__', 7]]);
});

test('decodeJson reports at most 100 findings of many', () => {
  const fields = Array.from({ length: 5000 }, (_, i) => `"f${i}":1`).join(',');
  assert.equal(decodeJson(thing, `{${fields}}`).strictErrors.length, 100);
  const duplicates = Array.from({ length: 5000 }, (_, i) => `"k${i}":1,"k${i}":2`).join(',');
  assert.equal(decodeJson(thing, `{"counts":{${duplicates}}}`).strictErrors.length, 100);
});

test('bodies with more values than the bound are refused with 413, whatever their form', () => {
  const few = Array.from({ length: 400 }, (_, i) => `k${i}`);
  const json = `{"names":[${'"",'.repeat(40_000)}""],"counts":{${few.map((key) => `"${key}":1`).join(',')}}}`;
  const yaml = `names:\n${'- x\n'.repeat(700)}counts:\n${few.map((key) => `  ${key}: 1\n`).join('')}`;
  const protobuf = encodeMessage(thing, { names: Array<string>(2000).fill('') });
  const tooLarge = (limit: number, read: (limit: number) => unknown): void => {
    assert.throws(
      () => read(limit),
      (error) => isStatusError(error) && error.code === 413 && error.message.endsWith('values'),
    );
    read(limit * 2);
  };
  tooLarge(40_300, (limit) => parseJson(json, limit));
  tooLarge(450, (limit) => decodeYaml(yaml, limit));
  tooLarge(600, (limit) => decodeMessage(thing, protobuf, limit));
  // What is in texts is no value.
  parseJson(JSON.stringify({ text: '[{,'.repeat(30_000) }), 1);
});

test('decodeMessage bounds what is in raw values and in packed lists', () => {
  const deep = (depth: number): Uint8Array =>
    fieldOf(6, fieldOf(1, encoder.encode('['.repeat(depth) + ']'.repeat(depth))));
  decodeMessage(thing, deep(900));
  assert.throws(() => decodeMessage(thing, deep(30_000)), /exceeded max depth/);
  const wide = fieldOf(6, fieldOf(1, encoder.encode(`[${'0,'.repeat(50_000)}0]`)));
  const packed = fieldOf(10, new Uint8Array(50_000));
  for (const bytes of [wide, packed]) {
    decodeMessage(thing, bytes, 60_000);
    assert.throws(
      () => decodeMessage(thing, bytes, 10_000),
      (error) => isStatusError(error) && error.code === 413,
    );
  }
});

test('decodeMessage refuses numbers and booleans that come as something else', () => {
  assert.throws(() => decodeMessage(thing, fieldOf(8, new Uint8Array([1]))), /wrong wireType = 2 for field 8/);
  assert.throws(() => decodeMessage(thing, fieldOf(11, new Uint8Array([1]))), /wrong wireType = 2 for field 11/);
});

test('times of any nanoseconds become times that can be read again', () => {
  const at = (nanos: readonly number[]) => decodeMessage(thing, fieldOf(9, new Uint8Array([8, 100, 16, ...nanos]))).at;
  assert.equal(at([0xe8, 0x07]), '1970-01-01T00:01:40.000001Z');
  assert.equal(at([0xff, 0xff, 0xff, 0xff, 0x07]), '1970-01-01T00:01:42.147483Z');
  assert.equal(at([0x80, 0x80, 0x80, 0x80, 0xf8, 0xff, 0xff, 0xff, 0xff, 0x01]), '1970-01-01T00:01:37.852517Z');
});

test('the least and the largest int64 survive every codec', () => {
  for (const digits of ['-9223372036854775808', '9223372036854775807', '1152921504606846976']) {
    const text = `{"metadata":{},"names":null,"raw":null,"size":${digits}}`;
    const { object } = decodeJson(thing, text);
    assert.equal(encodeJson(thing, object), text);
    assert.equal(encodeJson(thing, decodeMessage(thing, encodeMessage(thing, object))), text);
    assert.equal(encodeTree(JSON.parse(`[${digits}]`)), `[${digits}]`);
    assert.equal(encodeYaml(decodeYaml(`a: ${digits}`).value), `a: ${digits}\n`);
  }
  assert.throws(
    () => decodeJson(thing, '{"size":10000000000000000000}'),
    /cannot unmarshal number 10000000000000000000/,
  );
});

test('findings below a long key take a time that grows with the text', () => {
  const key = 'k'.repeat(500_000);
  const again = Array<string>(50_000).fill('"a":1').join(',');
  const any = `{"${key}":{${again}}}`;
  assert.deepEqual(checkTree(JSON.parse(any), any), [`duplicate field "${key}.a"`]);
});

test('decodeJson takes a list of a million elements in bounded time', () => {
  const { object } = decodeJson(thing, `{"names":[${'"",'.repeat(999_999)}""]}`);
  assert.equal((object.names as unknown[]).length, 1_000_000);
});

test('countMembers counts what JSON.parse makes members of, whatever the text holds', () => {
  const texts: readonly (readonly [string, number])[] = [
    ['{}', 0],
    ['"a:b"', 0],
    ['{"a":"\\":{\\"b\\":1"}', 1],
    ['{"a\\\\":1,"b" : {"c"\n:\t2}}', 3],
    ['{"\\\\\\"":1,"\\\\":2}', 2],
    ['["a","b",{"c":["d:"]}]', 1],
  ];
  for (const [text, count] of texts) assert.equal(countMembers(text), count, text);
});

test('decodeYaml stops expanding aliases (billion laughs)', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 10; i++)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  assert.throws(() => decodeYaml(lines.join('\n')), /document contains excessive aliasing/);
});

test('decodeYaml bounds the text that aliases stand for', () => {
  const text = `a: &a "${'x'.repeat(1e6)}"\n${Array.from({ length: 1e5 }, (_, i) => `b${i}: *a`).join('\n')}`;
  assert.throws(() => decodeYaml(text), /document contains excessive aliasing/);
  const keys = `a: &a {${'k'.repeat(1e6)}: 1}\n${Array.from({ length: 1e5 }, (_, i) => `b${i}: *a`).join('\n')}`;
  assert.throws(() => decodeYaml(keys), /document contains excessive aliasing/);
});

test('decodeYaml names 100 duplicate keys of many, in a time that grows with the text', () => {
  const [line] = decodeYaml('a: x\n'.repeat(2e5)).strictErrors;
  assert.equal(line?.split('\n').length, 101);
});

test('decodeYaml refuses an alias inside its own anchor, unknown anchors and depth', () => {
  assert.throws(() => decodeYaml('a: &a [*a]'), /value contains itself/);
  assert.throws(() => decodeYaml('a: *b'), /unknown anchor 'b' referenced/);
  assert.throws(() => decodeYaml('['.repeat(1e5)), DecodeError);
  assert.throws(() => decodeYaml(`${'- '.repeat(1e5)}a`), DecodeError);
});

test('aliases are copies: changing one in place leaves the other', () => {
  const { value } = decodeYaml('a: &x {name: "1"}\nb: *x\n');
  const { a, b } = value as { a: { name: string }; b: { name: string } };
  a.name = '2';
  assert.equal(b.name, '1');
});

const encoder = new TextEncoder();

/** A length-delimited field. */
function fieldOf(number: number, content: Uint8Array): Uint8Array {
  const head = [(number << 3) | 2];
  let rest = content.length;
  for (; rest >= 0x80; rest >>= 7) head.push((rest & 0x7f) | 0x80);
  return new Uint8Array([...head, rest, ...content]);
}

const object = {
  apiVersion: 'test/v1',
  kind: 'Thing',
  metadata: { name: 'a', labels: { x: 'y' }, creationTimestamp: '2026-01-01T00:00:00Z' },
  names: ['one', 'zwei', 'три'],
  counts: { a: 1, b: -2 },
  children: [{ metadata: {}, names: ['x'], size: -1 }],
  raw: { any: ['thing'] },
  data: 'AAEC',
  size: 2 ** 40,
};

test('unwrapProtobuf and decodeMessage refuse every truncation, and read the whole', () => {
  const bytes = encodeProtobuf(thing, object);
  for (let length = 0; length < bytes.length; length++) {
    const cut = bytes.subarray(0, length);
    try {
      const { message } = unwrapProtobuf(cut);
      decodeMessage(thing, message);
      // Cut between two fields of the envelope: what is there is whole.
    } catch (error) {
      assert.ok(error instanceof DecodeError, `length ${length}: ${String(error)}`);
    }
  }
  const { apiVersion, kind, message } = unwrapProtobuf(bytes);
  assert.equal(encodeJson(thing, { apiVersion, kind, ...decodeMessage(thing, message) }), encodeJson(thing, object));
});

test('decodeMessage survives every single-byte change of a message with a DecodeError or an object', () => {
  const bytes = encodeMessage(thing, object);
  for (let position = 0; position < bytes.length; position++) {
    for (const value of [0x00, 0x7f, 0x80, 0xff, (bytes[position] ?? 0) ^ 1]) {
      const changed = bytes.slice();
      changed[position] = value;
      try {
        assert.equal(typeof decodeMessage(thing, changed), 'object');
      } catch (error) {
        assert.ok(error instanceof DecodeError, `byte ${position} = ${value}: ${String(error)}`);
      }
    }
  }
});

test('decodeMessage refuses nesting, lengths beyond the end and endless varints', () => {
  let nested = new Uint8Array();
  for (let i = 0; i < 2000; i++) {
    const length: number[] = [];
    for (let rest = nested.length; ; rest >>= 7) {
      length.push(rest >= 0x80 ? (rest & 0x7f) | 0x80 : rest);
      if (rest < 0x80) break;
    }
    nested = Uint8Array.from([0x1a, ...length, ...nested]);
  }
  assert.throws(() => decodeMessage(thing, nested), /exceeded max depth/);
  assert.throws(() => decodeMessage(thing, Uint8Array.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f])), /unexpected EOF/);
  assert.throws(() => decodeMessage(thing, new Uint8Array(20).fill(0xff)), /integer overflow/);
  assert.throws(() => decodeMessage(thing, Uint8Array.from([0x13])), /illegal wireType|wrong wireType/);
});

test('decodeTree keeps the caller informed of what was wrong where', () => {
  const { strictErrors } = decodeTree(thing, {
    children: [{ names: [] }, { namez: [] }],
    metadata: { labels: {}, label: {} },
  });
  assert.deepEqual(strictErrors, ['unknown field "children[1].namez"', 'unknown field "metadata.label"']);
  assert.throws(() => parseJson('{"a":}'), /invalid character '}' looking for beginning of value/);
});

test('numbers that no float64 holds are refused where nothing says what they are, as they stand', () => {
  const text = '{"a":"1e999","b":[1,{"c":-1e400}]}';
  const message = 'json: cannot unmarshal number -1e400 into Go value of type float64';
  assert.throws(() => checkTree(JSON.parse(text), text), { name: 'DecodeError', message });
  assert.throws(() => checkTree(JSON.parse(text)), /number Infinity/);
});
