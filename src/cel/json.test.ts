import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonOf, wrapDyn, wrapperOf } from './json.ts';
import { timestampFromText } from './time.ts';
import type { ObjectType } from './types.ts';
import {
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  objectType,
  stringType,
  timestampType,
  uintType,
} from './types.ts';
import { CelList, CelMap, Duration, equal, Timestamp, Uint } from './values.ts';

test('numbers become what the declared type says, and in dyn what they are', () => {
  assert.equal(wrapperOf(intType)(3), 3n);
  assert.equal(wrapperOf(doubleType)(3), 3);
  assert.deepEqual(wrapperOf(uintType)(3), new Uint(3n));
  assert.equal(wrapDyn(3), 3n);
  assert.equal(wrapDyn(3.5), 3.5);
  assert.equal(wrapperOf(intType)(null), null);
});

test('times, durations and bytes are parsed; what cannot be parsed stays a string', () => {
  assert.deepEqual(wrapperOf(durationType)('1h30m'), new Duration(5_400_000_000_000n));
  assert.deepEqual(wrapperOf(timestampType)('1970-01-01T00:00:01.5Z'), new Timestamp(1_500_000_000n));
  assert.deepEqual(wrapperOf(bytesType)('aGk='), new Uint8Array([104, 105]));
  assert.equal(wrapperOf(timestampType)('yesterday'), 'yesterday');
  assert.equal(wrapperOf(bytesType)('*'), '*');
  assert.equal(timestampFromText('2026-02-30T00:00:00Z'), undefined);
});

test('an object has the declared fields of its own JSON and no others', () => {
  const type = objectType('T', {
    name: stringType,
    constructor: stringType,
    __proto: stringType,
    a__dash__b: { type: intType, jsonName: 'a-b' },
  });
  const value = wrapperOf(type)(JSON.parse('{"name": null, "a-b": 1, "unknown": 2, "__proto__": {"name": "x"}}'));
  assert.ok(value instanceof CelMap);
  assert.deepEqual([...value.keys()], ['name', 'a__dash__b']);
  assert.equal(value.size, 2);
  assert.equal(value.get('name'), null);
  assert.equal(value.get('a__dash__b'), 1n);
  assert.equal(value.get('constructor'), undefined);
  assert.equal(value.has('constructor'), false);
  assert.equal(value.has('unknown'), false);
  assert.equal(value.get(1n), undefined);
});

test('a type may contain itself', () => {
  const fields = new Map();
  const node: ObjectType = { kind: 'object', name: 'Node', fields };
  fields.set('children', { type: listType(node) });
  const value = wrapperOf(node)({ children: [{ children: [] }] });
  assert.ok(value instanceof CelMap);
  const children = value.get('children');
  assert.ok(children instanceof CelList);
  const [child] = children;
  assert.equal(child instanceof CelMap && child.objectType?.name, 'Node');
});

test('values are equal by content, whatever made them', () => {
  const typed = wrapperOf(mapType(stringType, listType(doubleType)))({ a: [1, 2] });
  assert.ok(equal(typed, wrapDyn({ a: [1, 2] })));
  assert.ok(!equal(typed, wrapDyn({ a: [1, 3] })));
  assert.ok(!equal(typed, wrapDyn({ b: [1, 2] })));
  assert.deepEqual(jsonOf(wrapperOf(dynType)({ a: [1, { b: null }] })), { a: [1, { b: null }] });
});
