import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, store, patch } = caseBuilders('storage.k8s.io/v1/volumeattachments', {
  metadata: { name: 'golden' },
  spec: { attacher: 'a.b', nodeName: 'n', source: { persistentVolumeName: 'p' } },
});

export const cases: readonly GoldenCase[] = [
  create('valid'),
  spec('empty', { attacher: '', nodeName: '', source: {} }),
  spec('empty volume', { source: { persistentVolumeName: '' } }),
  spec('bad names', { attacher: 'a b', nodeName: 'A', source: { persistentVolumeName: 'A' } }),
  store(),
  patch('spec is immutable', { spec: { nodeName: 'm' } }),
];
