import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, store, patch } = caseBuilders('storage.k8s.io/v1/storageclasses', {
  metadata: { name: 'golden' },
  provisioner: 'example.com/p',
});
const term = (...matchLabelExpressions: readonly object[]) => ({ matchLabelExpressions });

export const cases: readonly GoldenCase[] = [
  create('valid'),
  create('no provisioner', { provisioner: '' }),
  create('bad provisioner', { provisioner: 'a b' }),
  create('empty parameter', { parameters: { '': 'x' } }),
  create('words', { reclaimPolicy: 'Recycle', volumeBindingMode: 'Late' }),
  create('topologies', {
    allowedTopologies: [
      term({ key: 'a', values: ['b', 'b'] }, { key: 'a', values: ['b'] }),
      term({ key: 'x y', values: [] }),
      term({ key: 'a', values: ['b'] }),
    ],
  }),
  store(),
  patch('fields are immutable', {
    parameters: { a: 'b' },
    provisioner: 'x',
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
  }),
  patch('expansion may change', { allowVolumeExpansion: true }),
];
