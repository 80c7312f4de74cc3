import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isForbidden } from '#api/errors.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { Authorizer } from '#apiserver/authorizer.ts';
import { mutableCopy } from '#base/edit.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import { certificateSubjectRestriction } from './certificate-subject.ts';
import { certificateApproval, certificateRequester, certificateSigning } from './certificates.ts';

const jane = { username: 'jane', uid: 'u', groups: ['team'], extra: { via: ['web'] } };

function context(
  operation: 'CREATE' | 'UPDATE',
  subresource: string,
  object: CertificateSigningRequest,
  oldObject?: CertificateSigningRequest,
): AdmissionContext {
  const names = { group: 'certificates.k8s.io', version: 'v1' };
  return {
    operation,
    kind: { ...names, kind: 'CertificateSigningRequest' },
    resource: { ...names, resource: 'certificatesigningrequests' },
    verb: operation === 'CREATE' ? 'create' : 'update',
    subresource,
    namespace: '',
    name: 'r',
    object: mutableCopy(object),
    oldObject,
    options: {},
    user: jane,
    dryRun: false,
    warn: () => {},
    annotate: () => {},
    waited: () => {},
    signal: new AbortController().signal,
  };
}

const request = (rest: Partial<CertificateSigningRequest> = {}): CertificateSigningRequest => ({
  spec: { request: 'cGVt', signerName: 'example.com/disks' },
  ...rest,
});

test('a request says who made it, whatever it says itself', () => {
  const claims = request({ spec: { ...request().spec, username: 'admin', groups: ['system:masters'] } });
  const made = context('CREATE', '', claims);
  void certificateRequester.admit?.(made);
  const { groups, extra, uid, username } = jane;
  assert.deepEqual((made.object as CertificateSigningRequest).spec, {
    ...request().spec,
    username,
    uid,
    groups,
    extra,
  });
});

/** SEQUENCE and the like with one byte of length. */
const der = (tag: string, ...parts: readonly string[]): string => {
  const content = parts.join('');
  return `${tag}${(content.length / 2).toString(16).padStart(2, '0')}${content}`;
};
const hex = (text: string, bytes = 1): string =>
  Array.from(text, (character) =>
    character
      .charCodeAt(0)
      .toString(16)
      .padStart(2 * bytes, '0'),
  ).join('');
const pemOf = (organization: string): string => {
  const name = der('30', der('31', der('30', der('06', '55040a'), organization)));
  const text = Uint8Array.fromHex(der('30', der('30', der('02', '00'), name))).toBase64();
  return `-----BEGIN CERTIFICATE REQUEST-----\n${text}\n-----END CERTIFICATE REQUEST-----\n`;
};

test('nobody asks for a certificate of system:masters, however it is written', () => {
  const ask = (pem: string) => {
    const spec = { ...request().spec, request: btoa(pem), signerName: 'kubernetes.io/kube-apiserver-client' };
    return () => void certificateSubjectRestriction.validate?.(context('CREATE', '', request({ spec })));
  };
  ask(pemOf(der('0c', hex('team'))))();
  const masters = 'system:masters';
  for (const organization of [
    der('0c', hex(masters)),
    der('14', hex(masters)),
    der('1e', hex(masters, 2)),
    der('1c', hex(masters, 4)),
  ])
    assert.throws(ask(pemOf(organization)), /system:masters group is not allowed/);
  assert.throws(ask(pemOf(der('0c', hex('team'))) + pemOf(der('0c', hex(masters)))), /failed to parse CSR/);
});

test('approving and signing need a right for the signer, or for all of its domain', async () => {
  const denied = { status: 'True' as const, type: 'Denied' };
  const certified = request({ status: { certificate: 'cGVt' } });
  const conditioned = request({ status: { conditions: [denied] } });
  const approve = 'user not permitted to approve requests with signerName "example.com/disks"';
  const sign = 'user not permitted to sign requests with signerName "example.com/disks"';
  const cases: readonly [held: string, subresource: string, after: CertificateSigningRequest, reason?: string][] = [
    ['approve example.com/disks', 'approval', conditioned],
    ['approve example.com/*', 'approval', conditioned],
    ['sign example.com/disks', 'approval', conditioned, approve],
    ['approve example.com/other', 'approval', conditioned, approve],
    ['sign example.com/disks', 'status', certified],
    ['approve example.com/disks', 'status', certified, sign],
    ['nothing', 'status', conditioned, sign],
    ['nothing', 'status', request()],
    ['nothing', '', request()],
  ];
  for (const [held, subresource, after, reason] of cases) {
    const authorize: Authorizer = ({ user, verb, apiGroup, resource, name }) => {
      assert.deepEqual([user, apiGroup, resource], [jane, 'certificates.k8s.io', 'signers']);
      return { decision: `${verb} ${name}` === held ? 'allow' : 'no-opinion', reason: '' };
    };
    const checked = Promise.all(
      [certificateApproval(authorize), certificateSigning(authorize)].map((plugin) =>
        plugin.validate?.(context('UPDATE', subresource, after, request())),
      ),
    );
    if (reason === undefined) await checked;
    else
      await assert.rejects(checked, (error) => isForbidden(error) && (error as Error).message.endsWith(reason), held);
  }
});
