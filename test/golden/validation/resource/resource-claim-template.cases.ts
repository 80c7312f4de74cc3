import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { claimCases, exactly, request } from './claim-cases.ts';

const { create, store, patch, metadata } = caseBuilders(
  'resource.k8s.io/v1/namespaces/NAMESPACE/resourceclaimtemplates',
  {
    metadata: { name: 'golden' },
    spec: { spec: { devices: { requests: [request] } } },
  },
);

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  create('name', { metadata: { name: 'A_' } }),
  create('metadata of the template', {
    spec: { metadata: { labels: { 'a b': '-' }, annotations: { 'c d': 'e' } }, spec: {} },
  }),
  ...claimCases((name, spec) => create(name, { spec: { spec } })),
  store(),
  patch('spec is immutable', { spec: { spec: { devices: { requests: [{ name: 'b', exactly }] } } } }),
  patch('labels are immutable', { spec: { metadata: { labels: { a: 'b' } } } }),
  patch('own labels may change', { metadata: { labels: { a: 'b' } } }),
];
