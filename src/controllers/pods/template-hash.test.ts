import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalText, fnv1a, templateHash } from './template-hash.ts';

test('fnv1a: published vectors', () => {
  const hash = (text: string) => fnv1a(new TextEncoder().encode(text)).toString(16);
  assert.deepEqual([hash(''), hash('a'), hash('foobar')], ['811c9dc5', 'e40c292c', 'bf9cf968']);
});

test('templateHash: one for equal templates in any order, another for any change', () => {
  const template = { metadata: { labels: { b: '2', a: '1' } }, spec: { containers: [{ name: 'c', image: 'x' }] } };
  const same = {
    spec: { containers: [{ image: 'x', name: 'c', tty: undefined }] },
    metadata: { labels: { a: '1', b: '2' } },
  };
  assert.equal(templateHash(same, undefined), templateHash(template, undefined));
  const others = [templateHash(template, 1), templateHash({ ...template, metadata: {} }, undefined)];
  assert.equal(new Set([templateHash(template, undefined), ...others]).size, 3);
  assert.match(templateHash(template, undefined), /^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
});

test('canonicalText keeps the order of lists', () => {
  assert.equal(canonicalText({ b: [2, 1], a: null }), '{"a":null,"b":[2,1]}');
});
