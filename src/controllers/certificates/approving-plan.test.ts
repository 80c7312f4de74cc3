import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateSigningRequest, KeyUsage } from '#kinds/generated/certificates-v1.ts';
import { approved, awaitsApproval, recognitionsOf, reviewOf } from './approving-plan.ts';
import type { RequestedNames } from './signing-plan.ts';

const signer = 'kubernetes.io/kube-apiserver-client-kubelet';
const usages: KeyUsage[] = ['client auth', 'digital signature', 'key encipherment'];
const node = 'system:node:n1';

function request(
  fields: Partial<CertificateSigningRequest['spec']> = {},
  types: readonly string[] = [],
): CertificateSigningRequest {
  return {
    metadata: { name: 'r' },
    spec: { request: '', signerName: signer, usages, username: node, groups: ['system:nodes'], ...fields },
    status: { conditions: types.map((type) => ({ type, status: 'True' as const })) },
  };
}
const names = (fields: Partial<RequestedNames> = {}): RequestedNames => ({
  commonName: node,
  organizations: ['system:nodes'],
  dnsNames: [],
  addresses: [],
  emails: [],
  uris: [],
  ...fields,
});

test('requests of kubelets for client certificates are recognized', () => {
  const cases: readonly [name: string, CertificateSigningRequest, RequestedNames, expected: string[]][] = [
    ['for itself', request(), names(), ['selfnodeclient', 'nodeclient']],
    ['by a bootstrap token', request({ username: 'system:bootstrap:abcdef' }), names(), ['nodeclient']],
    ['for another node', request(), names({ commonName: 'system:node:n2' }), ['nodeclient']],
    ['for no node', request(), names({ commonName: 'n1' }), []],
    ['of other groups', request(), names({ organizations: ['system:masters'] }), []],
    ['with more names', request(), names({ dnsNames: ['a'] }), []],
    ['for other uses', request({ usages: ['server auth'] }), names(), []],
    ['of another signer', request({ signerName: 'kubernetes.io/kubelet-serving' }), names(), []],
  ];
  for (const [name, subject, asked, expected] of cases) {
    assert.deepEqual(
      recognitionsOf(subject, asked).map(({ subresource }) => subresource),
      expected,
      name,
    );
  }
});

test('what is decided, signed or for another signer is left alone', () => {
  assert.equal(awaitsApproval(request()), true);
  assert.equal(awaitsApproval(request({}, ['Approved'])), false);
  assert.equal(awaitsApproval(request({}, ['Denied'])), false);
  assert.equal(awaitsApproval(request({ signerName: 'example.com/x' })), false);
  assert.equal(awaitsApproval({ ...request(), status: { certificate: 'LS0t' } }), false);
});

test('who made the request is asked about, not who is named in it', () => {
  const [own] = recognitionsOf(request(), names());
  assert(own);
  assert.deepEqual(reviewOf(request({ uid: 'u', extra: { a: ['b'] } }), own).spec, {
    user: node,
    uid: 'u',
    groups: ['system:nodes'],
    extra: { a: ['b'] },
    resourceAttributes: {
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'certificatesigningrequests',
      verb: 'create',
      subresource: 'selfnodeclient',
    },
  });
});

test('the decision joins the conditions that are there', () => {
  const { status } = approved(request({}, ['Other']), 'because', '2026-01-01T00:00:00Z');
  assert.deepEqual(
    status?.conditions?.map(({ type, reason, message }) => [type, reason, message]),
    [
      ['Other', undefined, undefined],
      ['Approved', 'AutoApproved', 'because'],
    ],
  );
});
