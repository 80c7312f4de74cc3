import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, store, patch, metadata } = caseBuilders('networking.k8s.io/v1/ingressclasses', {
  metadata: { name: 'golden' },
  spec: { controller: 'a.b/c' },
});
const parameters = (name: string, fields: object): GoldenCase =>
  spec(name, { parameters: { kind: 'k', name: 'n', ...fields } });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  spec('full', {
    parameters: {
      apiGroup: 'k.example.com',
      kind: 'IngressParameters',
      name: 'n',
      scope: 'Namespace',
      namespace: 'ns',
    },
  }),
  parameters('namespace name', { scope: 'Namespace', namespace: 'A_' }),
  parameters('kind with slash', { kind: 'a/b' }),
  create('no spec', { spec: {} }),
  create('valid'),
  spec('no controller', { controller: '' }),
  spec('bad controller', { controller: 'A/b c' }),
  spec('controller without path', { controller: 'a' }),
  spec('long controller', { controller: `a/${'b'.repeat(250)}` }),
  parameters('empty parameters', { apiGroup: 'A', kind: '', name: 'a/b' }),
  parameters('scope', { scope: 'World' }),
  parameters('no namespace', { scope: 'Namespace' }),
  parameters('namespace of the cluster', { scope: 'Cluster', namespace: 'a' }),
  store(),
  patch('controller is immutable', { spec: { controller: 'a.b/d' } }),
  patch('parameters may change', { spec: { parameters: { kind: 'k', name: 'n' } } }),
];
