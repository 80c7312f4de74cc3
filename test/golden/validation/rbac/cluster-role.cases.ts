import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, metadata, store, patch } = caseBuilders('rbac.authorization.k8s.io/v1/clusterroles', {
  metadata: { name: 'golden:a' },
  rules: [],
});
const aggregation = (name: string, clusterRoleSelectors: readonly object[]): GoldenCase =>
  create(name, { aggregationRule: { clusterRoleSelectors } });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('full', { rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: ['a'] }] }),
  create('no verbs', { rules: [{ apiGroups: [''], resources: ['pods'] }] }),
  create('no resources', { rules: [{ verbs: ['get'], apiGroups: [''] }] }),
  create('paths and groups', { rules: [{ verbs: ['get'], apiGroups: [''], nonResourceURLs: ['/x'] }] }),
  create('several faults', { rules: [{}, { verbs: ['get'] }, { verbs: ['get'], apiGroups: [''] }] }),
  aggregation('operators', [
    {
      matchExpressions: [
        { key: 'a', operator: 'In' },
        { key: 'b', operator: 'DoesNotExist', values: ['c'] },
      ],
    },
  ]),
  create('paths', { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }),
  create('paths and resources', { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resourceNames: ['a'] }] }),
  aggregation('no selectors', []),
  aggregation('bad selector', [{ matchLabels: { 'a b': 'c d' } }]),
  aggregation('valid', [{ matchLabels: { a: 'b' } }]),
  store({ rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] }),
  patch('rules may change', { rules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }] }),
  patch('rules become bad', { rules: [{ verbs: [] }] }),
];
