import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeFieldSet, encodeFieldSet, fieldSetOf } from './field-set.ts';

const keysOf = (elements: readonly string[]): readonly string[] =>
  Object.keys(encodeFieldSet(fieldSetOf(elements.map((element) => [element]))));

/** Every order of a few elements gives the one that upstream writes. */
function assertOrder(expected: readonly string[]): void {
  for (let turn = 0; turn < expected.length; turn++) {
    const turned = [...expected.slice(turn), ...expected.slice(0, turn)];
    assert.deepEqual(keysOf(turned), expected);
    assert.deepEqual(keysOf(turned.toReversed()), expected);
  }
}

test('elements are written in upstream order: fields, keys, values; numbers as numbers, texts by what they say', () => {
  assertOrder(['f:args', 'f:image', 'f:name', 'k:{"name":"a"}', 'k:{"name":"b"}']);
  assertOrder(['k:{"name":"a"}', 'k:{"name":"a-b"}', 'k:{"name":"ab"}', 'k:{"name":"b"}']);
  // As text, the closing quote would come after these.
  assertOrder(['k:{"name":"a"}', 'k:{"name":"a b"}', 'k:{"name":"a!"}', 'k:{"name":"a\\"b"}', 'k:{"name":"ab"}']);
  assertOrder(['k:{"port":9,"protocol":"TCP"}', 'k:{"port":80,"protocol":"TCP"}', 'k:{"port":80,"protocol":"UDP"}']);
  assertOrder(['v:2', 'v:10', 'v:"10"', 'v:"2"', 'v:false', 'v:true']);
  assertOrder(['v:"a"', 'v:"a/b"', 'v:"b"']);
});

test('what is read back is what was written', () => {
  const set = fieldSetOf([
    ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}', 'f:name'],
    ['f:spec', 'f:ports', 'k:{"port":80,"protocol":"TCP"}'],
    ['f:metadata', 'f:finalizers', 'v:"x"'],
    ['f:data', 'f:__proto__'],
  ]);
  const read = decodeFieldSet(JSON.parse(JSON.stringify(encodeFieldSet(set))));
  assert(read?.equals(set));
});
