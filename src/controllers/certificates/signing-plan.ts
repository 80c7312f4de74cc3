/**
 * Which certificates the cluster's own signers give (upstream pkg/controller/certificates/signer, KEP-1513): the rules of
 * each signerName for what a request asks for, and how long a certificate lasts. Pure.
 */

import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';

/** What stands in a PKCS#10 request. */
export interface RequestedNames {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
}

const apiServerClient = 'kubernetes.io/kube-apiserver-client';

type Rule = (names: RequestedNames, usages: readonly string[]) => string | undefined;

/** What is wrong with a request, in upstream's words, by signer. */
const rules: Readonly<Record<string, Rule>> = {
  [apiServerClient]: clientFault,
  'kubernetes.io/kube-apiserver-client-kubelet': kubeletClientFault,
  'kubernetes.io/kubelet-serving': kubeletServingFault,
  'kubernetes.io/legacy-unknown': () => undefined,
};

/** Approved, not signed yet, and for one of our signers. */
export function wantsSignature({ spec, status }: CertificateSigningRequest): boolean {
  const has = (type: string) => status?.conditions?.some((each) => each.type === type && each.status !== 'False');
  if (!Object.hasOwn(rules, spec.signerName) || status?.certificate) return false;
  return Boolean(has('Approved')) && !has('Denied') && !has('Failed');
}

/** Why the signer does not sign this; undefined when it does. */
export function signingFault({ spec }: CertificateSigningRequest, names: RequestedNames): string | undefined {
  return rules[spec.signerName]?.(names, spec.usages ?? []);
}

const yearSeconds = 365 * 24 * 60 * 60;
/** Twice the backdating, so that a certificate is good for a while at all. */
const minSeconds = 10 * 60;
const backdateMs = 5 * 60 * 1000;
/** Below it the five minutes of backdating are not taken off the end. */
const shortSeconds = 8 * 60 * 60;

/** From when to when a certificate is good: as long as was asked for, between ten minutes and a year. */
export function validity(
  expirationSeconds: number | undefined,
  nowMs: number,
): { readonly notBeforeMs: number; readonly notAfterMs: number } {
  const seconds = Math.min(Math.max(expirationSeconds ?? yearSeconds, minSeconds), yearSeconds);
  const notAfterMs = nowMs + 1000 * seconds - (seconds < shortSeconds ? 0 : backdateMs);
  return { notBeforeMs: nowMs - backdateMs, notAfterMs };
}

function clientFault({ organizations }: RequestedNames, usages: readonly string[]): string | undefined {
  // Upstream's admission (CertificateSubjectRestriction) refuses this before it is ever approved.
  if (organizations.includes('system:masters')) {
    return `use of ${apiServerClient} signer with system:masters group is not allowed`;
  }
  for (const usage of usages) {
    if (usage === 'client auth' || usage === 'digital signature' || usage === 'key encipherment') continue;
    return `invalid usage for client certificate: ${usage}`;
  }
  return usages.includes('client auth') ? undefined : 'missing required usage for client certificate: client auth';
}

function kubeletClientFault(names: RequestedNames, usages: readonly string[]): string | undefined {
  if (!isOfNodes(names)) return 'subject organization is not system:nodes';
  if (names.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (names.emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (names.addresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (names.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return nodeNameFault(names) ?? usagesFault(usages, 'client auth');
}

function kubeletServingFault(names: RequestedNames, usages: readonly string[]): string | undefined {
  if (!isOfNodes(names)) return 'subject organization is not system:nodes';
  if (names.dnsNames.length === 0 && names.addresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (names.emails.length > 0) return 'Email subjectAltNames are not allowed';
  if (names.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return usagesFault(usages, 'server auth') ?? nodeNameFault(names);
}

function isOfNodes({ organizations }: RequestedNames): boolean {
  return organizations.length === 1 && organizations[0] === 'system:nodes';
}

function nodeNameFault({ commonName }: RequestedNames): string | undefined {
  return commonName.startsWith('system:node:') ? undefined : 'subject common name does not begin with system:node:';
}

/** Exactly these; only keys that are not RSA can do without encipherment. */
function usagesFault(usages: readonly string[], purpose: 'client auth' | 'server auth'): string | undefined {
  const wanted = [purpose, 'digital signature', 'key encipherment'].toSorted();
  const given = [...new Set([...usages, 'key encipherment'])].toSorted();
  return given.join() === wanted.join() ? undefined : `usages did not match [${wanted.join(' ')}]`;
}
