import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';
import { certificate, request } from './requests.ts';

const collection = 'certificates.k8s.io/v1/certificatesigningrequests';
const { create, spec, store, patch, patchStatus, metadata } = caseBuilders(collection, {
  metadata: { name: 'golden-validation' },
  spec: { request, signerName: 'golden.example.com/signer', usages: ['client auth'] },
});
const decide = (name: string, ...conditions: readonly object[]): GoldenCase => ({
  name,
  method: 'PATCH',
  path: `/apis/${collection}/golden-validation/approval`,
  body: { status: { conditions } },
});
const time = { lastUpdateTime: '2026-01-01T00:00:00Z', lastTransitionTime: '2026-01-01T00:00:00Z' };
const approved = { type: 'Approved', status: 'True', ...time };

export const cases: readonly GoldenCase[] = [
  ...metadata(),
  create('valid'),
  create('any name', { metadata: { name: 'A_b' } }),
  create('status is cleared', { status: { certificate } }),
  spec('full', { expirationSeconds: 600, usages: ['client auth', 'digital signature', 'key encipherment'] }),
  spec('no request', { request: '' }),
  spec('request that is none', { request: 'aGVsbG8=' }),
  spec('certificate for a request', { request: certificate }),
  spec('no usages', { usages: [] }),
  spec('unknown usage', { usages: ['flying', 'client auth'] }),
  spec('usages twice', { usages: ['client auth', 'client auth'] }),
  spec('no signer', { signerName: '' }),
  spec('legacy signer', { signerName: 'kubernetes.io/legacy-unknown' }),
  spec('signer without path', { signerName: 'golden.example.com' }),
  spec('signer with two paths', { signerName: 'golden.example.com/a/b' }),
  spec('signer domain', { signerName: 'A_.com/a' }),
  spec('signer domain of one segment', { signerName: 'example/a' }),
  spec('signer path', { signerName: 'golden.example.com/A_' }),
  spec('signer too long', { signerName: `golden.example.com/${'a.'.repeat(300)}a` }),
  spec('expiration', { expirationSeconds: 599 }),
  store(),
  patch('spec stays', { spec: { usages: ['server auth'] } }),
  decide('decision without type and status', { type: '', status: '', ...time }),
  decide('approved and denied', approved, { ...approved, type: 'Denied' }),
  decide('approved falsely', { ...approved, status: 'False' }),
  decide('approved twice', approved, approved),
  patchStatus('approved through status', { conditions: [approved] }),
  decide('approved', approved),
  decide('approval is taken back'),
  patchStatus('approval is changed', { conditions: [{ ...approved, reason: 'other' }] }),
  patchStatus('certificate that is none', { certificate: 'aGVsbG8=' }),
  patchStatus('certificate that is a request', { certificate: request }),
  patchStatus('certificate', { certificate }),
  patchStatus('certificate changes', { certificate: null }),
];
