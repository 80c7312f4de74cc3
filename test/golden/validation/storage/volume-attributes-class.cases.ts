import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, store, patch } = caseBuilders('storage.k8s.io/v1/volumeattributesclasses', {
  metadata: { name: 'golden' },
  driverName: 'a.b',
  parameters: { a: 'b' },
});

export const cases: readonly GoldenCase[] = [
  create('valid'),
  create('no driver', { driverName: '' }),
  create('no parameters', { parameters: {} }),
  store(),
  patch('nothing may change', { driverName: 'c.d', parameters: { a: 'c' } }),
];
