import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, store, patch, metadata } = caseBuilders('storage.k8s.io/v1/storageclasses', {
  metadata: { name: 'golden' },
  provisioner: 'example.com/p',
});
const term = (...matchLabelExpressions: readonly object[]) => ({ matchLabelExpressions });

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('full', {
    parameters: { a: 'b' },
    reclaimPolicy: 'Retain',
    mountOptions: ['ro'],
    allowVolumeExpansion: true,
    volumeBindingMode: 'WaitForFirstConsumer',
    allowedTopologies: [term({ key: 'a', values: ['b', 'c'] })],
  }),
  create('provisioner too long', { provisioner: 'a'.repeat(254) }),
  create('parameters too large', { parameters: { a: 'x'.repeat(262_145) } }),
  create('parameters too many', {
    parameters: Object.fromEntries(Array.from({ length: 513 }, (_, i) => [`k${i}`, 'v'])),
  }),
  create('empty policy', { reclaimPolicy: '', volumeBindingMode: '' }),
  create('topology without expressions', { allowedTopologies: [{}] }),
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
  patch('immutable parameters are printed in order', { parameters: { b: 'c', a: 'd', B: '<' } }),
  patch('expansion may change', { allowVolumeExpansion: true }),
  patch('topologies are immutable', { allowedTopologies: [term({ key: 'a', values: ['b'] })] }),
  patch('mount options', { mountOptions: ['rw'] }),
];
