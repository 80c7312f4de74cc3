/**
 * CertificateApproval and CertificateSigning: who decides about a certificate request, or writes its certificate, must be
 * allowed to `approve` or `sign` for its signer, besides being allowed to write the subresource. And a request says who made
 * it, which upstream writes in the storage of the kind.
 */

import { newForbidden } from '#api/errors.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type { AdmissionContext, AdmissionPlugin } from '#apiserver/admission-plugin.ts';
import type { Authorizer } from '#apiserver/authorizer.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';

const group = 'certificates.k8s.io';
const resource = 'certificatesigningrequests';

/** Without an authorizer everybody may approve and sign. */
export function certificateRequests(authorize: Authorizer | undefined): AdmissionPlugin {
  const may = async ({ user }: AdmissionContext, verb: string, name: string): Promise<boolean> => {
    if (!authorize) return true;
    const signer = { apiGroup: group, apiVersion: '*', resource: 'signers', subresource: '', namespace: '', path: '' };
    const { decision } = await authorize({ user, verb, name, isResourceRequest: true, ...signer });
    return decision === 'allow';
  };
  const check = async (context: AdmissionContext, verb: 'approve' | 'sign'): Promise<void> => {
    const { signerName } = (context.oldObject as CertificateSigningRequest).spec;
    if (await may(context, verb, signerName)) return;
    if (await may(context, verb, `${signerName.split('/', 1)[0]}/*`)) return;
    const reason = `user not permitted to ${verb} requests with signerName ${JSON.stringify(signerName)}`;
    throw newForbidden({ group, resource }, context.name, reason);
  };
  return {
    name: 'CertificateRequests',
    handles: (operation) => operation === 'CREATE' || operation === 'UPDATE',
    admit: (context) => {
      if (!isRequest(context) || context.operation !== 'CREATE' || !context.object) return;
      writeRequester(context.object as Draft<CertificateSigningRequest>, context);
    },
    validate: (context) => {
      if (!isRequest(context) || context.operation !== 'UPDATE') return undefined;
      if (context.subresource === 'approval') return check(context, 'approve');
      return context.subresource === 'status' && changesDecision(context) ? check(context, 'sign') : undefined;
    },
  };
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
