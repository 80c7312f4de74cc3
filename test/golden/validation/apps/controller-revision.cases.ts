import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { store, patch, create } = caseBuilders('apps/v1/namespaces/NAMESPACE/controllerrevisions', {
  metadata: { name: 'a' },
  revision: 1,
  data: { a: 'b' },
});

export const cases: readonly GoldenCase[] = [
  create('valid'),
  create('negative revision', { revision: -1 }),
  create('no data', { data: null }),
  store(),
  patch('data is immutable', { data: { a: 'c' } }),
  patch('revision may change', { revision: 2 }),
];
