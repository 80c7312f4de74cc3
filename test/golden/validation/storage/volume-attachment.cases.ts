import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, store, patch, metadata, patchStatus } = caseBuilders('storage.k8s.io/v1/volumeattachments', {
  metadata: { name: 'golden' },
  spec: { attacher: 'a.b', nodeName: 'n', source: { persistentVolumeName: 'p' } },
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  spec('inline', {
    source: {
      inlineVolumeSpec: {
        accessModes: ['ReadWriteOnce'],
        capacity: { storage: '1Gi' },
        csi: { driver: 'a.b', volumeHandle: 'h' },
      },
    },
  }),
  spec('inline and named', {
    source: { persistentVolumeName: 'p', inlineVolumeSpec: { csi: { driver: 'a.b', volumeHandle: 'h' } } },
  }),
  spec('inline without csi', { source: { inlineVolumeSpec: { hostPath: { path: '/x' } } } }),
  spec('attacher in capitals', { attacher: 'A.B' }),
  spec('attacher too long', { attacher: 'a'.repeat(64) }),
  create('status is cleared', { status: { attached: true } }),
  create('valid'),
  spec('empty', { attacher: '', nodeName: '', source: {} }),
  spec('empty volume', { source: { persistentVolumeName: '' } }),
  spec('bad names', { attacher: 'a b', nodeName: 'A', source: { persistentVolumeName: 'A' } }),
  store(),
  patch('spec is immutable', { spec: { nodeName: 'm' } }),
  patch('spec is immutable, with a volume', {
    spec: {
      source: {
        inlineVolumeSpec: {
          accessModes: ['ReadWriteOnce'],
          capacity: { storage: '1Gi' },
          csi: { driver: 'a.b', volumeHandle: 'v' },
          claimRef: { name: 'c', namespace: 'd' },
          nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }] } },
        },
      },
    },
  }),
  patchStatus('attached', { attached: true, attachmentMetadata: { a: 'b' } }),
  patchStatus('error', {
    attached: false,
    attachError: { time: '2026-01-01T00:00:00Z', message: 'x'.repeat(10), errorCode: 5 },
  }),
  patchStatus('error of metadata', { attachmentMetadata: { ['k'.repeat(600)]: 'v'.repeat(262_145) } }),
  patchStatus('messages too long', {
    attached: false,
    attachError: { message: 'x'.repeat(262_145) },
    detachError: { message: 'x'.repeat(262_145) },
  }),
];
