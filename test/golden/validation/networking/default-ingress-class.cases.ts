import { caseBuilders, type Tree } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const classes = '/apis/networking.k8s.io/v1/ingressclasses';
const classNamed = (name: string): GoldenCase => ({
  name: `class ${name}`,
  method: 'POST',
  path: classes,
  body: {
    metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
    spec: { controller: 'golden.example.com/c' },
  },
});
const { create, spec } = caseBuilders('networking.k8s.io/v1/namespaces/NAMESPACE/ingresses', {
  metadata: { name: 'a' },
  spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
});
const annotated: Tree = { metadata: { name: 'a', annotations: { 'kubernetes.io/ingress.class': 'x' } } };

export const cases: readonly GoldenCase[] = [
  classNamed('golden-default'),
  create('no class'),
  create('annotation', annotated),
  spec('class', { ingressClassName: 'other' }),
];
