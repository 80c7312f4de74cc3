import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, store, patch, metadata } = caseBuilders('storage.k8s.io/v1/csidrivers', {
  metadata: { name: 'golden.example.com' },
  spec: {},
});

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  spec('full', {
    attachRequired: false,
    podInfoOnMount: true,
    volumeLifecycleModes: ['Persistent', 'Ephemeral'],
    storageCapacity: true,
    fsGroupPolicy: 'File',
    requiresRepublish: true,
    seLinuxMount: true,
    tokenRequests: [{ audience: '' }, { audience: 'a', expirationSeconds: 600 }],
    nodeAllocatableUpdatePeriodSeconds: 10,
    serviceAccountTokenInSecrets: true,
  }),
  create('name in capitals', { metadata: { name: 'Golden.Example' } }),
  create('name of 64', { metadata: { name: 'a'.repeat(64) } }),
  spec('modes twice', { volumeLifecycleModes: ['Persistent', 'Persistent'] }),
  spec('empty mode', { volumeLifecycleModes: [''] }),
  spec('empty policy', { fsGroupPolicy: '' }),
  spec('audience twice', { tokenRequests: [{ audience: '' }, { audience: '' }] }),
  create('valid'),
  spec('words', { fsGroupPolicy: 'Any', volumeLifecycleModes: ['Forever'] }),
  spec('tokens', {
    tokenRequests: [
      { audience: 'a', expirationSeconds: 1 },
      { audience: 'b', expirationSeconds: 4_294_967_297 },
      { audience: 'a' },
    ],
  }),
  spec('update period', { nodeAllocatableUpdatePeriodSeconds: 9 }),
  spec('tokens in secrets without tokens', { serviceAccountTokenInSecrets: true }),
  store(),
  patch('attachment is immutable', { spec: { attachRequired: false } }),
  patch('modes are immutable', { spec: { volumeLifecycleModes: ['Ephemeral'] } }),
  patch('capacity may change', { spec: { storageCapacity: true } }),
  patch('pod info may change', { spec: { podInfoOnMount: true } }),
  patch('group policy may change', { spec: { fsGroupPolicy: 'None' } }),
  patch('tokens may change', { spec: { tokenRequests: [{ audience: 'x' }] } }),
  patch('tokens in secrets', { spec: { serviceAccountTokenInSecrets: false } }),
];
