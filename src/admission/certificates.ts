/**
 * CertificateApproval and CertificateSigning: who decides about a certificate request, or writes its certificate, must be
 * allowed to `approve` or `sign` for its signer, besides being allowed to write the subresource. And a request says who made
 * it, which upstream writes in the storage of the kind.
 */

import { newForbidden } from '#api/errors.ts';
import { type FieldError, invalid } from '#api/field-error.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { Authorizer } from '#apiserver/authorizer.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import { readRequest } from './certification-request.ts';
import { signatureFault } from './request-signature.ts';

const group = 'certificates.k8s.io';
const resource = 'certificatesigningrequests';

/**
 * A request says who made it, and is one: what is not, or was not signed with the key that it names, is a finding of its validation, which
 * upstream has in the kind's own.
 */
export const certificateRequester: AdmissionPlugin = {
  name: 'CertificateRequester',
  handles: (operation) => operation === 'CREATE',
  admit: (context) => {
    if (isRequest(context) && context.object)
      writeRequester(context.object as Draft<CertificateSigningRequest>, context);
  },
  inspect: (context) => {
    if (!isRequest(context) || context.subresource !== '') return undefined;
    const { request } = (context.object as CertificateSigningRequest).spec;
    const found = readRequest(request);
    return found && requestFindings(request, found);
  },
};

async function requestFindings(
  request: string,
  found: NonNullable<ReturnType<typeof readRequest>>,
): Promise<readonly FieldError[]> {
  const fault = 'fault' in found ? found.fault : await signatureFault(found);
  return fault === undefined ? [] : [invalid('spec.request', request, fault)];
}

/** Without an authorizer everybody may approve and sign. */
export function certificateApproval(authorize: Authorizer | undefined): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    handles: (operation) => operation === 'UPDATE',
    validate: (context) =>
      isRequest(context) && context.subresource === 'approval' ? check(context, 'approve', authorize) : undefined,
  };
}

export function certificateSigning(authorize: Authorizer | undefined): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    handles: (operation) => operation === 'UPDATE',
    validate: (context) =>
      isRequest(context) && context.subresource === 'status' && changesDecision(context)
        ? check(context, 'sign', authorize)
        : undefined,
  };
}

async function check(
  context: AdmissionContext,
  verb: 'approve' | 'sign',
  authorize: Authorizer | undefined,
): Promise<void> {
  if (!authorize) return;
  const { signerName } = (context.oldObject as CertificateSigningRequest).spec;
  const signer = { apiGroup: group, apiVersion: '*', resource: 'signers', subresource: '', namespace: '', path: '' };
  for (const name of [signerName, `${signerName.split('/', 1)[0]}/*`]) {
    const { decision } = await authorize({ user: context.user, verb, name, isResourceRequest: true, ...signer });
    if (decision === 'allow') return;
  }
  const reason = `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`;
  throw newForbidden({ group, resource }, context.name, reason);
}

function isRequest({ resource: { group: of, resource: name } }: AdmissionContext): boolean {
  return of === group && name === resource;
}

/** Whatever the request claims itself does not count. */
function writeRequester({ spec }: Draft<CertificateSigningRequest>, { user }: AdmissionContext): void {
  if (!spec) return;
  spec.username = user.username;
  spec.uid = user.uid;
  spec.groups = [...user.groups];
  spec.extra = user.extra && Object.keys(user.extra).length > 0 ? mutableCopy(user.extra) : undefined;
}

function changesDecision({ object, oldObject }: AdmissionContext): boolean {
  const after = (object as CertificateSigningRequest | undefined)?.status;
  const before = (oldObject as CertificateSigningRequest | undefined)?.status;
  return after?.certificate !== before?.certificate || !semanticallyEqual(after?.conditions, before?.conditions);
}
