import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create } = caseBuilders('rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles', {
  metadata: { name: 'a' },
  rules: [],
});
const rule = (name: string, fields: object): GoldenCase => create(name, { rules: [fields] });

export const cases: readonly GoldenCase[] = [
  rule('valid', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }),
  create('name', { metadata: { name: 'a:B/c%' } }),
  rule('empty rule', {}),
  rule('no groups', { verbs: ['get'], resources: ['pods'] }),
  rule('paths', { verbs: ['get'], nonResourceURLs: ['/x'] }),
  rule('paths and resources', { verbs: ['get'], nonResourceURLs: ['/x'], apiGroups: [''], resources: ['pods'] }),
];
