import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMessage, encodeMessage } from './proto-codec.ts';
import { type MessageType, parseProto } from './proto-schema.ts';

const proto = `
syntax = "proto3";
package t.v1;
option go_package = "x";
// A comment with message and { braces.
service S { rpc Do(Outer) returns (stream Outer) {} }
enum Color { RED = 0; GREEN = 5; }
message Outer {
  enum Inner { A = 0; B = 1; }
  message Nested { string deep_name = 1; }
  string text = 1;
  bytes raw = 2 [debug_redact = true];
  int64 big = 3;
  int32 small = 4;
  bool yes = 5;
  repeated int64 numbers = 6;
  repeated string words = 7;
  map<string, string> labels = 8;
  Nested nested = 9;
  repeated Nested list = 10;
  Color color = 11;
  Inner inner = 12;
  uint64 huge = 200;
}
`;

const outer: MessageType = (() => {
  const method = parseProto(proto).get('t.v1.S')?.methods.get('Do');
  assert.equal(method?.path, '/t.v1.S/Do');
  return method.request;
})();

const empty = {
  text: '',
  raw: new Uint8Array(),
  big: 0n,
  small: 0,
  yes: false,
  numbers: [],
  words: [],
  labels: {},
  nested: null,
  list: [],
  color: 'RED',
  inner: 'A',
  huge: 0n,
};

test('what is encoded is decoded again, with defaults for what is absent', () => {
  assert.deepEqual(decodeMessage(outer, new Uint8Array()), empty);
  const full = {
    text: 'grüße',
    raw: new Uint8Array([0, 255]),
    big: -5n,
    small: -1,
    yes: true,
    numbers: [1n, 2n ** 62n, -1n],
    words: ['a', ''],
    labels: { app: 'web', empty: '' },
    nested: { deepName: 'x' },
    list: [{ deepName: '' }, { deepName: 'y' }],
    color: 'GREEN',
    inner: 'B',
    huge: 2n ** 64n - 1n,
  };
  assert.deepEqual(decodeMessage(outer, encodeMessage(outer, full)), full);
});

test('bytes on the wire are those of the format', () => {
  assert.equal(
    Buffer.from(encodeMessage(outer, { text: 'ab', small: 300, numbers: [1, 2], labels: { k: 'v' } })).toString('hex'),
    '0a02616220ac0232020102' + '42060a016b120176',
  );
});

test('unknown fields are skipped, repeated numbers are read packed or not', () => {
  assert.deepEqual(decodeMessage(outer, Buffer.from('3001' + '3002' + '32020304' + 'f80f01', 'hex')), {
    ...empty,
    numbers: [1n, 2n, 3n, 4n],
  });
});

test('a label named __proto__ is data', () => {
  const decoded = decodeMessage(outer, encodeMessage(outer, { labels: JSON.parse('{"__proto__": "x"}') }));
  assert.equal(JSON.stringify(decoded.labels), '{"__proto__":"x"}');
});

for (const [name, hex] of [
  ['a length beyond the end', '0a7f61'],
  ['an endless number', '18ffffffffffffffffffffffff01'],
  ['a group', '0b'],
  ['a nested message longer than its field', '4a020a7f'],
] as const) {
  test(`hostile bytes: ${name}`, () => {
    assert.throws(() => decodeMessage(outer, Buffer.from(hex, 'hex')), RangeError);
  });
}
