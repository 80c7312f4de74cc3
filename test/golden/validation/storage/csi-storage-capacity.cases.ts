import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, store, patch } = caseBuilders('storage.k8s.io/v1/namespaces/NAMESPACE/csistoragecapacities', {
  metadata: { name: 'a' },
  storageClassName: 's',
  capacity: '1Gi',
});

export const cases: readonly GoldenCase[] = [
  create('valid'),
  create('bad fields', { storageClassName: 'A', capacity: '-1', nodeTopology: { matchLabels: { 'a b': 'c' } } }),
  store(),
  patch('class is immutable', { storageClassName: 't' }),
  patch('topology is immutable', { nodeTopology: { matchLabels: { a: 'b' } } }),
];
