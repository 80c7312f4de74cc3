import { metadataOf } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const create = (name: string, object: Record<string, unknown>): GoldenCase => ({
  name,
  method: 'POST',
  path: 'configmaps',
  body: { metadata: { name: 'a' }, ...object },
  dryRun: true,
});
const update = (name: string, object: string, fields: Record<string, unknown>): GoldenCase => ({
  name,
  method: 'PUT',
  path: `configmaps/${object}`,
  body: { metadata: { name: object }, ...fields },
});

export const cases: readonly GoldenCase[] = [
  ...metadataOf('configmaps', {}),
  create('minimal', {}),
  create('full', { data: { a: 'b', 'a.b_c-d': '' }, binaryData: { x: 'AAEC' }, immutable: false }),
  create('no name', { metadata: {} }),
  create('name in capitals', { metadata: { name: 'ABC' } }),
  create('name too long', { metadata: { name: 'a'.repeat(254) } }),
  create('empty key', { data: { '': 'x' } }),
  create('key with a slash', { data: { 'a/b': 'x' } }),
  create('key of dots', { data: { '.': 'x', '..': 'y', '..a': 'z' } }),
  create('key too long', { data: { ['k'.repeat(254)]: 'x' } }),
  create('binary key with a space', { binaryData: { 'a b': 'AA==' } }),
  create('key in both', { data: { a: 'x' }, binaryData: { a: 'AA==' } }),
  create('too large', { data: { a: 'x'.repeat(1024 * 1024 + 1) } }),
  create('label with a space', { metadata: { name: 'a', labels: { 'a b': 'c', ok: 'not ok' } } }),
  create('annotation with a space', { metadata: { name: 'a', annotations: { 'a b': 'c' } } }),
  create('owner without uid', {
    metadata: { name: 'a', ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: '' }] },
  }),
  create('finalizer without a domain', { metadata: { name: 'a', finalizers: ['x y'] } }),
  { name: 'create', method: 'POST', path: 'configmaps', body: { metadata: { name: 'a' }, data: { a: '1' } } },
  update('change', 'a', { data: { a: '2' } }),
  update('seal', 'a', { data: { a: '2' }, immutable: true }),
  update('change sealed data', 'a', { data: { a: '3' }, immutable: true }),
  update('change sealed binary data', 'a', { data: { a: '2' }, binaryData: { b: 'AA==' }, immutable: true }),
  update('unseal', 'a', { data: { a: '2' } }),
  update('unseal and change', 'a', { data: { a: '3', 'b c': '' } }),
  update('change a label of a sealed one', 'a', {
    metadata: { name: 'a', labels: { x: 'y' } },
    data: { a: '2' },
    immutable: true,
  }),
];
