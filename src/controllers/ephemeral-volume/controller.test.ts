import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimFor } from './controller.ts';

test('the claim of an ephemeral volume is what the template says, owned by the pod', () => {
  const pod = { metadata: { namespace: 'default', name: 'web', uid: 'u1' } };
  const spec = { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } };
  const volumeClaimTemplate = { metadata: { labels: { app: 'web' } }, spec };
  assert.deepEqual(claimFor(pod, { name: 'scratch', ephemeral: { volumeClaimTemplate } }), {
    metadata: {
      name: 'web-scratch',
      namespace: 'default',
      labels: { app: 'web' },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u1', controller: true, blockOwnerDeletion: true },
      ],
    },
    spec,
  });
});
