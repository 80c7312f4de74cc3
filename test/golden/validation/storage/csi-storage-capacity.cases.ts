import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, store, patch, metadata } = caseBuilders('storage.k8s.io/v1/namespaces/NAMESPACE/csistoragecapacities', {
  metadata: { name: 'a' },
  storageClassName: 's',
  capacity: '1Gi',
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('full', { nodeTopology: { matchLabels: { a: 'b' } }, maximumVolumeSize: '1Gi' }),
  create('no class', { storageClassName: '' }),
  create('no capacity', { capacity: undefined }),
  create('capacity that is no quantity', { capacity: 'x' }),
  create('largest volume', { maximumVolumeSize: '-1' }),
  create('topology operators', {
    nodeTopology: {
      matchExpressions: [
        { key: 'a', operator: 'Near', values: [] },
        { key: 'b', operator: 'NotIn' },
      ],
    },
  }),
  create('valid'),
  create('bad fields', { storageClassName: 'A', capacity: '-1', nodeTopology: { matchLabels: { 'a b': 'c' } } }),
  store(),
  patch('class is immutable', { storageClassName: 't' }),
  patch('topology is immutable', { nodeTopology: { matchLabels: { a: 'b' } } }),
  patch('immutable topology is printed in order', {
    nodeTopology: { matchExpressions: [{ operator: 'Exists', key: 'a' }], matchLabels: { c: 'd', a: 'b' } },
  }),
  patch('capacity may change', { capacity: '2Gi', maximumVolumeSize: '1Gi' }),
  patch('capacity changes to something bad', { capacity: '-2Gi' }),
];
