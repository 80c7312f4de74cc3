import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { CachedObject, type ObjectForm } from './cached-object.ts';
import { ObjectMemory } from './object-memory.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const form: ObjectForm = {
  encodeJson: (object) => bytes(JSON.stringify(object)),
  selectableFields: [],
  memory: new ObjectMemory(),
};
const text = (value: Uint8Array): string => new TextDecoder().decode(value);

test('json puts the version where Go prints it', () => {
  const table: Record<string, string> = {
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"b","uid":"c","labels":{"uid":"x"}},"spec":{}}':
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"b","uid":"c","resourceVersion":"7","labels":{"uid":"x"}},"spec":{}}',
    '{"kind":"Node","apiVersion":"v1","metadata":{"name":"a","uid":"c"}}':
      '{"kind":"Node","apiVersion":"v1","metadata":{"name":"a","uid":"c","resourceVersion":"7"}}',
    '{"metadata":{"labels":{}}}': '{"metadata":{"resourceVersion":"7","labels":{}}}',
  };
  for (const [stored, expected] of Object.entries(table)) {
    const object = new CachedObject('b/a', bytes(stored), 7, form);
    assert.equal(text(object.json()), expected);
    assert.deepEqual(object.object, JSON.parse(expected));
    assert.ok(Object.isFrozen(object.object.metadata));
  }
});

test('a remembered view is used instead of decoding', () => {
  const value = bytes('{"metadata":{"name":"a"}}');
  const labels = Object.freeze({ from: 'the writer' });
  form.memory.rememberView(value, { metadata: { name: 'a', labels } });
  assert.equal(new CachedObject('a', value, 3, form).object.metadata?.labels, labels);
});

test('a resource that shows stored objects in another form converts view and JSON', () => {
  const object = new CachedObject('a', bytes('{"kind":"Old","metadata":{"name":"a"}}'), 4, {
    ...form,
    fromStored: (stored) => ({ ...stored, kind: 'New' }),
  });
  assert.equal(text(object.json()), '{"kind":"New","metadata":{"name":"a","resourceVersion":"4"}}');
});

test('a selector sees labels, name, namespace and fields without a view', () => {
  const value = bytes(
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","uid":"c","generation":3,"deletionTimestamp":null,"annotations":{"a":"} \\" ]"},"labels":{"app":"web","x/y":"{\\"z\\""}},"spec":{"node":"n"}}',
  );
  const node = (object: unknown): string => (object as { readonly spec: { readonly node: string } }).spec.node;
  const memory = new ObjectMemory();
  const object = new CachedObject('b/a', value, 7, { ...form, selectableFields: [node], memory });
  assert.deepEqual(object.labels, { app: 'web', 'x/y': '{"z"' });
  assert.deepEqual([object.name, object.namespace, object.selectable(0)], ['a', 'b', 'n']);
  assert.equal(memory.views.size, 0);
  const table: Record<string, unknown> = {
    '{"metadata":{"name":"a"}}': {},
    '{"metadata":{"labels":{}},"spec":{"labels":{"a":"b"}}}': {},
    '{"metadata":{"name":"a","finalizers":["labels",{"labels":[]}],"labels":{"a":"b"}}}': { a: 'b' },
  };
  for (const [json, labels] of Object.entries(table)) {
    assert.deepEqual(new CachedObject('a', bytes(json), 1, form).labels, labels, json);
  }
});

test('views and protobuf of what is not used are given up and made again', () => {
  let encoded = 0;
  const memory = new ObjectMemory({ viewBytes: 100, protobufBytes: 8, writtenBytes: 50 });
  const encodeProtobuf = ({ metadata }: KubeObject): Uint8Array => {
    encoded++;
    return bytes(`${metadata?.name}@${metadata?.resourceVersion}`);
  };
  const objects = ['a', 'b', 'c', 'd', 'e'].map((name, index) => {
    const json = bytes(`{"kind":"A","metadata":{"name":"${name}"}}`);
    return new CachedObject(name, json, index + 1, { ...form, encodeProtobuf, memory });
  });
  const views = objects.map(({ object }) => object);
  assert.ok(memory.views.size <= 100);
  // Somebody holds the view: it is shared, not decoded again.
  for (const [index, { object }] of objects.entries()) assert.equal(object, views[index]);
  for (const [index, object] of objects.entries()) assert.equal(text(object.protobuf()), `${object.name}@${index + 1}`);
  assert.equal(encoded, 5);
  assert.ok(memory.protobufs.size <= 8);
  assert.equal(text(objects[0]?.protobuf() ?? new Uint8Array()), 'a@1');
  assert.equal(encoded, 6);
  assert.equal(objects[1]?.protobufLength, 3);
});

test('a written view that was given up is not what others get: its fields may be in another order', () => {
  const memory = new ObjectMemory({ viewBytes: 10, protobufBytes: 10, writtenBytes: 10 });
  const value = bytes('{"metadata":{"name":"a"},"kind":"A"}');
  const view = { kind: 'A', metadata: { name: 'a' } };
  memory.rememberView(value, view);
  assert.equal(memory.writtenView(value), undefined);
  const object = new CachedObject('a', value, 3, { ...form, memory });
  assert.deepEqual(Object.keys(object.object), ['metadata', 'kind']);
});
