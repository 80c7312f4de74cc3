import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateSigningRequest, KeyUsage } from '#kinds/generated/certificates-v1.ts';
import { endsAtMs } from './cleaner.ts';
import { type RequestedNames, signingFault, validity, wantsSignature } from './signing-plan.ts';

const client = 'kubernetes.io/kube-apiserver-client';
const kubelet = 'kubernetes.io/kube-apiserver-client-kubelet';
const serving = 'kubernetes.io/kubelet-serving';

function request(
  signerName: string,
  usages: readonly KeyUsage[] = [],
  status: CertificateSigningRequest['status'] = {},
): CertificateSigningRequest {
  return {
    metadata: { name: 'r', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { request: '', signerName, usages },
    status,
  };
}
const names = (rest: Partial<RequestedNames> = {}): RequestedNames => ({
  commonName: 'jane',
  organizations: [],
  dnsNames: [],
  addresses: [],
  emails: [],
  uris: [],
  ...rest,
});
const node = { commonName: 'system:node:n1', organizations: ['system:nodes'] };
const condition = (type: string, lastUpdateTime?: string) => ({ type, status: 'True' as const, lastUpdateTime });

test('each signer has rules of its own', () => {
  const clientUsages: KeyUsage[] = ['client auth', 'digital signature', 'key encipherment'];
  const servingUsages: KeyUsage[] = ['server auth', 'digital signature'];
  const cases: readonly [signer: string, usages: KeyUsage[], RequestedNames, fault: string | undefined][] = [
    [client, ['client auth'], names(), undefined],
    [client, clientUsages, names({ organizations: ['team'] }), undefined],
    [client, ['digital signature'], names(), 'missing required usage for client certificate: client auth'],
    [client, ['client auth', 'server auth'], names(), 'invalid usage for client certificate: server auth'],
    [
      client,
      ['client auth'],
      names({ organizations: ['system:masters'] }),
      'use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
    ],
    [kubelet, clientUsages, names(node), undefined],
    [kubelet, ['client auth', 'digital signature'], names(node), undefined],
    [kubelet, clientUsages, names(), 'subject organization is not system:nodes'],
    [kubelet, clientUsages, names({ ...node, dnsNames: ['a'] }), 'DNS subjectAltNames are not allowed'],
    [
      kubelet,
      clientUsages,
      names({ ...node, commonName: 'n1' }),
      'subject common name does not begin with system:node:',
    ],
    [kubelet, ['client auth'], names(node), 'usages did not match [client auth digital signature key encipherment]'],
    [serving, servingUsages, names({ ...node, addresses: ['10.0.0.1'] }), undefined],
    [serving, servingUsages, names(node), 'DNS or IP subjectAltName is required'],
    [serving, servingUsages, names({ ...node, dnsNames: ['a'], uris: ['b'] }), 'URI subjectAltNames are not allowed'],
    ['kubernetes.io/legacy-unknown', ['any'], names(), undefined],
  ];
  for (const [signer, usages, asked, fault] of cases) {
    assert.equal(signingFault(request(signer, usages), asked), fault, `${signer} ${usages.join()} ${fault}`);
  }
});

test('what is approved is signed, once, by the signers that we have', () => {
  const approved = condition('Approved');
  const cases: readonly [name: string, CertificateSigningRequest, expected: boolean][] = [
    ['new', request(client), false],
    ['approved', request(client, [], { conditions: [approved] }), true],
    ['of another signer', request('example.com/ours', [], { conditions: [approved] }), false],
    ['signed', request(client, [], { conditions: [approved], certificate: 'LS0t' }), false],
    ['failed', request(client, [], { conditions: [approved, condition('Failed')] }), false],
    ['denied', request(client, [], { conditions: [condition('Denied')] }), false],
  ];
  for (const [name, subject, expected] of cases) assert.equal(wantsSignature(subject), expected, name);
});

test('a certificate lasts as long as was asked for, within bounds', () => {
  const minute = 60_000;
  const year = 365 * 24 * 60 * minute;
  const cases: readonly [seconds: number | undefined, endsAfterMs: number][] = [
    [undefined, year - 5 * minute],
    [3600, 60 * minute],
    [60, 10 * minute],
    [24 * 3600, (24 * 60 - 5) * minute],
    [10 * 365 * 24 * 3600, year - 5 * minute],
  ];
  for (const [seconds, endsAfterMs] of cases) {
    const expected = { notBeforeMs: 1e12 - 5 * minute, notAfterMs: 1e12 + endsAfterMs };
    assert.deepEqual(validity(seconds, 1e12), expected, `${seconds}`);
  }
});

test('requests go when they are over', () => {
  const at = '2026-01-01T05:00:00Z';
  const cases: readonly [name: string, status: CertificateSigningRequest['status'], ends: string | undefined][] = [
    ['nobody decided', {}, '2026-01-02T00:00:00Z'],
    ['denied', { conditions: [condition('Denied', at)] }, '2026-01-01T06:00:00Z'],
    ['failed', { conditions: [condition('Approved', at), condition('Failed', at)] }, '2026-01-01T06:00:00Z'],
    ['signed', { conditions: [condition('Approved', at)], certificate: 'LS0t' }, '2026-01-01T06:00:00Z'],
    ['approved, never signed', { conditions: [condition('Approved', at)] }, '2026-01-02T05:00:00Z'],
    ['something else', { conditions: [condition('Other', at)] }, undefined],
  ];
  for (const [name, status, ends] of cases) {
    const endMs = endsAtMs(request(client, [], status));
    assert.equal(endMs, ends === undefined ? undefined : Date.parse(ends), name);
  }
});
