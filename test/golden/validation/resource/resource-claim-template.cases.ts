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
  create('all metadata of the template', {
    spec: {
      metadata: {
        name: 'a',
        generateName: 'a-',
        namespace: 'b',
        selfLink: '/',
        uid: 'u',
        resourceVersion: '1',
        generation: 1,
        creationTimestamp: '2020-01-01T00:00:00Z',
        deletionTimestamp: '2020-01-01T00:00:00Z',
        deletionGracePeriodSeconds: 0,
        ownerReferences: [{ apiVersion: 'v1', kind: 'A', name: 'a', uid: 'u' }],
        finalizers: ['a'],
        managedFields: [{ manager: 'a' }],
      },
      spec: {},
    },
  }),
  create('nothing in the metadata of the template', {
    spec: { metadata: { name: '', generation: 0, creationTimestamp: null, finalizers: null }, spec: {} },
  }),
  ...claimCases((name, spec) => create(name, { spec: { spec } })),
  store(),
  patch('spec is immutable', { spec: { spec: { devices: { requests: [{ name: 'b', exactly }] } } } }),
  patch('spec is immutable, and wrong', {
    spec: { metadata: { name: 'a' }, spec: { devices: { requests: [{ name: 'B_', exactly }] } } },
  }),
  patch('labels are immutable', { spec: { metadata: { labels: { a: 'b' } } } }),
  patch('own labels may change', { metadata: { labels: { a: 'b' } } }),
];
