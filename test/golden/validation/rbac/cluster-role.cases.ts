import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create } = caseBuilders('rbac.authorization.k8s.io/v1/clusterroles', {
  metadata: { name: 'golden:a' },
  rules: [],
});
const aggregation = (name: string, clusterRoleSelectors: readonly object[]): GoldenCase =>
  create(name, { aggregationRule: { clusterRoleSelectors } });

export const cases: readonly GoldenCase[] = [
  create('paths', { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'] }] }),
  create('paths and resources', { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resourceNames: ['a'] }] }),
  aggregation('no selectors', []),
  aggregation('bad selector', [{ matchLabels: { 'a b': 'c d' } }]),
  aggregation('valid', [{ matchLabels: { a: 'b' } }]),
];
