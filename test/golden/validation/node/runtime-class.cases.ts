import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, store, patch, metadata } = caseBuilders('node.k8s.io/v1/runtimeclasses', {
  metadata: { name: 'golden' },
  handler: 'h',
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('full', {
    handler: 'runc',
    overhead: { podFixed: { cpu: '250m', memory: '64Mi' } },
    scheduling: {
      nodeSelector: { a: 'b' },
      tolerations: [{ key: 'k', operator: 'Equal', value: 'v', effect: 'NoExecute', tolerationSeconds: 5 }],
    },
  }),
  create('handler too long', { handler: 'a'.repeat(64) }),
  create('handler that is no text', { handler: 1 }),
  create('overhead of half a byte', { overhead: { podFixed: { memory: '500m' } } }),
  create('overhead that is no quantity', { overhead: { podFixed: { cpu: 'x' } } }),
  create('toleration value', {
    scheduling: {
      tolerations: [
        { key: 'a', operator: 'Exists', value: 'x' },
        { operator: 'Equal', value: 'b' },
      ],
    },
  }),
  create('toleration seconds without eviction', {
    scheduling: { tolerations: [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 1 }] },
  }),
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
  patch('scheduling may change', { scheduling: { nodeSelector: { a: 'b' } } }),
  patch('overhead may change', { overhead: { podFixed: { cpu: '1' } } }),
];
