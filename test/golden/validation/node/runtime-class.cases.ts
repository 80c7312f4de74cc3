import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, store, patch } = caseBuilders('node.k8s.io/v1/runtimeclasses', {
  metadata: { name: 'golden' },
  handler: 'h',
});

export const cases: readonly GoldenCase[] = [
  create('valid'),
  create('no handler', { handler: '' }),
  create('bad handler', { handler: 'A.b' }),
  create('overhead', { overhead: { podFixed: { cpu: '-1', foo: '1' } } }),
  create('scheduling', {
    scheduling: {
      nodeSelector: { 'a b': 'c' },
      tolerations: [
        { key: 'a', operator: 'Exists' },
        { key: 'a', operator: 'Exists' },
        { key: 'b', operator: 'Near' },
      ],
    },
  }),
  store(),
  patch('handler is immutable', { handler: 'i' }),
];
