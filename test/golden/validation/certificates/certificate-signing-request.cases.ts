import { caseBuilders } from '../case-builders.ts';
import type { GoldenCase } from '../golden-case.ts';

/** Of CN=golden; nobody has the keys. */
const request =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIS01ITUNBUUF3RVRFUE1BMEdBMVVFQXd3R1oyOXNaR1Z1TUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowRApBUWNEUWdBRU9VUm5LVnNSdDVnOXZFazVuV2ZzcVV3c3hYVXQxeStXT0lDbzVrNkpvSTh0eXNkYnlTYkNTV3NTCmZoUk92ajdWZ3k0RVZSa2R6VHZwTHhqSHdqUmwzNkFBTUFvR0NDcUdTTTQ5QkFNQ0EwY0FNRVFDSUZNNVR1R2QKQjl0SEwwM1MwT01sUUxIQUhPWHVQK1ZBU1RSVUdtWkd0WDViQWlCR0FxMm5nVWZPeS9pSDd4Y2NJckl2VUVPTwplcURzemdBdEd0amtnallka2c9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K';
const certificate =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJkakNDQVIyZ0F3SUJBZ0lVSkFmVkRXb3NVdDNXMlJvWGxrUXhpRXN3MDBrd0NnWUlLb1pJemowRUF3SXcKRVRFUE1BMEdBMVVFQXd3R1oyOXNaR1Z1TUI0WERUSTJNVEV5TVRFek5EQXpNMW9YRFRNMk1URXhPREV6TkRBegpNMW93RVRFUE1BMEdBMVVFQXd3R1oyOXNaR1Z1TUZrd0V3WUhLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFCmhKUFJNUXZtY3BXMWtmTE9mSHBYWTh6SEpXUUxhNjgyeTlUaldhUDlxTUxiVzR1bXBJSlZJY2RTN1pPbDFJN3oKSTZ6dUpINys0NUVpbnBQdTN1YnZ6S05UTUZFd0hRWURWUjBPQkJZRUZBMFNmakZ2dm1YNDdQRGRnN1dGb09sMwpEWERhTUI4R0ExVWRJd1FZTUJhQUZBMFNmakZ2dm1YNDdQRGRnN1dGb09sM0RYRGFNQThHQTFVZEV3RUIvd1FGCk1BTUJBZjh3Q2dZSUtvWkl6ajBFQXdJRFJ3QXdSQUlnR0c4d2k0OWZZbFdzMk1kL0JQbFB2T0FIVHBjb20vQWoKQUZnRXlBV1d6N3dDSURHeWlDK2hlS1QxMWR5Mk5sWGdtQWdpcjl2RENUN0djY1lQKzRzWTJ0eEsKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo=';
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
