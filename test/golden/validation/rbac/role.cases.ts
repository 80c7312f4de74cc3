import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, metadata, store, patch } = caseBuilders('rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles', {
  metadata: { name: 'a' },
  rules: [],
});
const rule = (name: string, fields: object): GoldenCase => create(name, { rules: [fields] });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  rule('names', { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [''] }),
  rule('no resources', { verbs: ['get'], apiGroups: [''] }),
  rule('valid', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }),
  create('name', { metadata: { name: 'a:B/c%' } }),
  rule('empty rule', {}),
  rule('no groups', { verbs: ['get'], resources: ['pods'] }),
  rule('paths', { verbs: ['get'], nonResourceURLs: ['/x'] }),
  rule('paths and resources', { verbs: ['get'], nonResourceURLs: ['/x'], apiGroups: [''], resources: ['pods'] }),
  store({ rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] }),
  patch('rules may change', { rules: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }] }),
  patch('rules become bad', { rules: [{ verbs: [] }] }),
];
