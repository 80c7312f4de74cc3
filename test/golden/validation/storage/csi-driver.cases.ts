import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

const { create, spec, store, patch } = caseBuilders('storage.k8s.io/v1/csidrivers', {
  metadata: { name: 'golden.example.com' },
  spec: {},
});

export const cases: readonly GoldenCase[] = [
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
];
