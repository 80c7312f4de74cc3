import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from './failure.ts';
import { parseStoreLocation } from './store-location.ts';

test('parseStoreLocation: one form for each engine', () => {
  const table = [
    [undefined, { engine: 'sqlite' }],
    ['memory', { engine: 'memory' }],
    ['etcd://db', { engine: 'etcd', endpoints: ['db:2379'], root: '/kubets' }],
    ['etcd://a:1,[::1]:2/', { engine: 'etcd', endpoints: ['a:1', '[::1]:2'], root: '/kubets' }],
    ['etcd://a:1/my/cluster', { engine: 'etcd', endpoints: ['a:1'], root: '/my/cluster' }],
    ['etcds://a:1', { engine: 'etcd', endpoints: ['a:1'], root: '/kubets', tls: {} }],
    [
      'etcds://a:1/x?ca=/ca.crt&cert=/c.crt&key=/c.key',
      { engine: 'etcd', endpoints: ['a:1'], root: '/x', tls: { ca: '/ca.crt', cert: '/c.crt', key: '/c.key' } },
    ],
  ] as const;
  for (const [text, expected] of table) assert.deepEqual(parseStoreLocation(text), expected, text ?? 'the default');
});

test('parseStoreLocation: what is wrong is said', () => {
  const table = [
    ['redis://a', /none of sqlite, memory, etcd/],
    ['', /none of/],
    ['etcd://', /none of/],
    ['etcd://a:99999', /"a:99999" is no HOST:PORT/],
    ['etcd://a:1,,b', /"" is no HOST:PORT/],
    ['etcd://a?ca=/x', /certificates are for etcds/],
    ['etcds://a?cacert=/x', /there is no "cacert"/],
    ['etcds://a?ca=x.pem', /ca is not an absolute path: "x.pem"/],
    ['etcds://a?cert=/x', /cert and key belong together/],
  ] as const;
  for (const [text, expected] of table) {
    assert.throws(
      () => parseStoreLocation(text),
      (error) => error instanceof Failure && expected.test(error.message) && error.message.startsWith('--store '),
      text,
    );
  }
});
