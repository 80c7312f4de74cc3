import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, store, patch, metadata } = caseBuilders('storage.k8s.io/v1/volumeattributesclasses', {
  metadata: { name: 'golden' },
  driverName: 'a.b',
  parameters: { a: 'b' },
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('driver name', { driverName: 'a b' }),
  create('driver in capitals', { driverName: 'A.b' }),
  create('driver too long', { driverName: 'a'.repeat(64) }),
  create('empty parameter', { parameters: { '': 'x' } }),
  create('parameters too many', {
    parameters: Object.fromEntries(Array.from({ length: 513 }, (_, i) => [`k${i}`, 'v'])),
  }),
  create('valid'),
  create('no driver', { driverName: '' }),
  create('no parameters', { parameters: {} }),
  store(),
  patch('nothing may change', { driverName: 'c.d', parameters: { a: 'c' } }),
  patch('labels may change', { metadata: { labels: { a: 'b' } } }),
];
