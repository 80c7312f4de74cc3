/**
 * Which certificate requests approve themselves (upstream pkg/controller/certificates/approver): those of kubelets for their client
 * certificates, when who asks may create them: for its own node (`selfnodeclient`), or for any, as bootstrap tokens do (`nodeclient`). Pure.
 */

import type { SubjectAccessReview } from '#kinds/generated/authorization-v1.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';
import { type RequestedNames, signingFault } from './signing-plan.ts';

const kubeletClient = 'kubernetes.io/kube-apiserver-client-kubelet';

/** A right by which a request is approved. */
export interface Recognition {
  /** Of certificatesigningrequests, in name only. */
  readonly subresource: 'selfnodeclient' | 'nodeclient';
  readonly message: string;
}

/** Nobody has decided, and it is for a signer whose requests may approve themselves. */
export function awaitsApproval({ spec, status }: CertificateSigningRequest): boolean {
  const decided = status?.conditions?.some(({ type }) => type === 'Approved' || type === 'Denied') ?? false;
  return spec.signerName === kubeletClient && !decided && !status?.certificate;
}

/** In the order in which they are tried; none for requests that only somebody can approve. */
export function recognitionsOf(request: CertificateSigningRequest, names: RequestedNames): readonly Recognition[] {
  if (request.spec.signerName !== kubeletClient || signingFault(request, names) !== undefined) return [];
  const any: Recognition = {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
  };
  if (request.spec.username !== names.commonName) return [any];
  const own: Recognition = {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  };
  return [own, any];
}

/** Asks whether who made the request has the right. */
export function reviewOf({ spec }: CertificateSigningRequest, { subresource }: Recognition): SubjectAccessReview {
  const { username, uid, groups, extra } = spec;
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: username,
      uid,
      groups,
      extra,
      resourceAttributes: {
        group: 'certificates.k8s.io',
        version: '*',
        resource: 'certificatesigningrequests',
        verb: 'create',
        subresource,
      },
    },
  };
}

/** The request with the decision. `now` is RFC 3339. */
export function approved(request: CertificateSigningRequest, message: string, now: string): CertificateSigningRequest {
  const condition = {
    type: 'Approved',
    status: 'True' as const,
    reason: 'AutoApproved',
    message,
    lastUpdateTime: now,
    lastTransitionTime: now,
  };
  const { status } = request;
  return { ...request, status: { ...status, conditions: [...(status?.conditions ?? []), condition] } };
}
