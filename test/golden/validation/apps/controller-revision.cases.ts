import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { store, patch, create, metadata } = caseBuilders('apps/v1/namespaces/NAMESPACE/controllerrevisions', {
  metadata: { name: 'a' },
  revision: 1,
  data: { a: 'b' },
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('data that is a text', { data: 'x' }),
  create('data that is a list', { data: [1] }),
  create('no revision', { revision: undefined }),
  create('revision that is no number', { revision: 'x' }),
  create('valid'),
  create('negative revision', { revision: -1 }),
  create('no data', { data: null }),
  store(),
  patch('data is immutable', { data: { a: 'c' } }),
  patch('revision may change', { revision: 2 }),
  patch('data cannot go', { data: null }),
  patch('revision cannot be negative', { revision: -2 }),
];
