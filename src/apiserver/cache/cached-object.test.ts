import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CachedObject, type ObjectForm, rememberView } from './cached-object.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const form: ObjectForm = { encodeJson: (object) => bytes(JSON.stringify(object)) };
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
  rememberView(value, { metadata: { name: 'a', labels } });
  assert.equal(new CachedObject('a', value, 3, form).object.metadata?.labels, labels);
});

test('a resource that shows stored objects in another form converts view and JSON', () => {
  const object = new CachedObject('a', bytes('{"kind":"Old","metadata":{"name":"a"}}'), 4, {
    ...form,
    fromStored: (stored) => ({ ...stored, kind: 'New' }),
  });
  assert.equal(text(object.json()), '{"kind":"New","metadata":{"name":"a","resourceVersion":"4"}}');
});
