import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mutableCopy } from '#base/edit.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import { prepareRequestUpdate } from './lifecycle.ts';

const early = '2026-01-01T00:00:00Z';
const now = '2026-02-01T00:00:00Z';
const approved = { type: 'Approved', status: 'True' as const };

test('the spec stays, and conditions are dated', () => {
  const old: CertificateSigningRequest = {
    spec: { request: 'a', signerName: 'example.com/s' },
    status: { conditions: [{ ...approved, lastUpdateTime: early, lastTransitionTime: early }] },
  };
  const draft = mutableCopy<CertificateSigningRequest>({
    spec: { request: 'another', signerName: 'example.com/s' },
    status: { conditions: [approved, { type: 'Failed', status: 'True', lastUpdateTime: early }] },
  });
  prepareRequestUpdate(draft, old, { now, subresource: 'approval' });
  assert.deepEqual(draft, {
    spec: old.spec,
    status: {
      conditions: [
        { ...approved, lastUpdateTime: now, lastTransitionTime: early },
        { type: 'Failed', status: 'True', lastUpdateTime: early, lastTransitionTime: now },
      ],
    },
  });
});
