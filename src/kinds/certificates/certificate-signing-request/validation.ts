/**
 * Rules of CertificateSigningRequests. What is stored may keep old faults; decisions are made through the approval subresource and
 * certificates are written through status, and neither is taken back. What is inside of a request's PEM block is
 * looked at by admission/certificates.ts, which may wait; inside of certificates nobody looks.
 */

import type { HookContext } from '#api/definition.ts';
import {
  child,
  duplicate,
  type FieldError,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '#api/field-error.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type {
  CertificateSigningRequest,
  CertificateSigningRequestCondition,
} from '#kinds/generated/certificates-v1.ts';
import { checkSignerName } from './signer-name.ts';

const legacySigner = 'kubernetes.io/legacy-unknown';
const minSeconds = 600;
const decisions = ['Approved', 'Denied'];
const finalConditions = [...decisions, 'Failed'];
const statuses = ['False', 'True', 'Unknown'];
const conditionsPath = 'status.conditions';
const usages = [
  ...['any', 'cert sign', 'client auth', 'code signing', 'content commitment', 'crl sign', 'data encipherment'],
  ...['decipher only', 'digital signature', 'email protection', 'encipher only', 'ipsec end system', 'ipsec tunnel'],
  ...['ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc', 'ocsp signing', 's/mime'],
  ...['server auth', 'signing', 'timestamping'],
];

type Request = CertificateSigningRequest;
type Conditions = readonly CertificateSigningRequestCondition[];

export function validateRequest(request: Request, context: HookContext, old?: Request): FieldError[] {
  const errors: FieldError[] = [];
  checkSpec(request, old, errors);
  checkConditions(request.status?.conditions ?? [], old?.status?.conditions ?? [], errors);
  checkCertificate(request, old, errors);
  if (old) checkDecisions(request, old, context.subresource, errors);
  return errors;
}

export function validateRequestStatus(request: Request, old: Request, context: HookContext): FieldError[] {
  return validateRequest(request, context, old);
}

function checkSpec({ spec }: Request, old: Request | undefined, errors: FieldError[]): void {
  const { request, usages: given = [], signerName = '', expirationSeconds } = spec ?? {};
  if (!blocksOf(request ?? '').some(({ type }) => type === 'CERTIFICATE REQUEST')) {
    errors.push(invalid('spec.request', request ?? null, 'PEM block type must be CERTIFICATE REQUEST'));
  }
  if (given.length === 0) errors.push(required('spec.usages'));
  const before: readonly string[] = old?.spec.usages ?? [];
  const hadUnknown = before.some((usage) => !usages.includes(usage));
  const hadTwice = new Set(before).size < before.length;
  given.forEach((usage, position) => {
    const at = index('spec.usages', position);
    if (!hadUnknown && !usages.includes(usage)) errors.push(notSupported(at, usage, usages));
    if (!hadTwice && given.indexOf(usage) < position) errors.push(duplicate(at, usage));
  });
  if (signerName === legacySigner && old?.spec.signerName !== legacySigner) {
    errors.push(invalid('spec.signerName', signerName, 'the legacy signerName is not allowed via this API version'));
  } else checkSignerName(signerName, 'spec.signerName', errors);
  if (expirationSeconds !== undefined && expirationSeconds < minSeconds) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    errors.push(invalid('spec.expirationSeconds', expirationSeconds, detail));
  }
}

function checkConditions(conditions: Conditions, old: Conditions, errors: FieldError[]): void {
  const had = (type: string): boolean => old.some((condition) => condition.type === type);
  const hadBoth = had('Approved') && had('Denied');
  const hadEmpty = had('');
  const hadTwice = new Set(old.map(({ type }) => type)).size < old.length;
  const seen = new Set<string>();
  conditions.forEach(({ type = '', status }, position) => {
    const at = index(conditionsPath, position);
    if (!hadEmpty && type === '') errors.push(required(child(at, 'type')));
    const allowed = finalConditions.includes(type) ? ['True'] : statuses;
    if (!status) errors.push(required(child(at, 'status')));
    else if (!allowed.includes(status)) errors.push(notSupported(child(at, 'status'), status, allowed));
    const other = type === 'Approved' ? 'Denied' : 'Approved';
    if (!hadBoth && decisions.includes(type) && seen.has(other)) {
      errors.push(invalid(conditionsPath, type, 'Approved and Denied conditions are mutually exclusive'));
    }
    if (!hadTwice && seen.has(type)) errors.push(duplicate(child(at, 'type'), type));
    seen.add(type);
  });
}

function checkCertificate({ status }: Request, old: Request | undefined, errors: FieldError[]): void {
  const certificate = status?.certificate ?? '';
  const before = old?.status?.certificate ?? '';
  if (old && (certificate === before || certificateFault(before) !== undefined)) return;
  const fault = certificateFault(certificate);
  if (fault !== undefined) errors.push(invalid('status.certificate', '<certificate data>', fault));
}

function certificateFault(certificate: string): string | undefined {
  if (certificate === '') return undefined;
  const blocks = blocksOf(certificate);
  if (blocks.length === 0) return 'must contain at least one CERTIFICATE PEM block';
  for (const { type, hasHeaders } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (hasHeaders) return 'no PEM block headers are permitted';
  }
  return undefined;
}

function checkDecisions(request: Request, old: Request, subresource: string, errors: FieldError[]): void {
  const find = ({ status }: Request, type: string): Conditions =>
    (status?.conditions ?? []).filter((condition) => condition.type === type);
  for (const type of finalConditions) {
    const [now, before] = [find(request, type), find(old, type)];
    const named = `a condition of type ${JSON.stringify(type)}`;
    if (now.length < before.length) errors.push(forbidden(conditionsPath, `updates may not remove ${named}`));
    else if (subresource === 'approval' || !decisions.includes(type)) continue;
    else if (now.length > before.length) errors.push(forbidden(conditionsPath, `updates may not add ${named}`));
    else if (!semanticallyEqual(now, before)) {
      errors.push(forbidden(conditionsPath, `updates may not modify ${named}\n`));
    }
  }
  const [now, before] = [request.status?.certificate ?? '', old.status?.certificate ?? ''];
  if (now === before) return;
  if (subresource !== 'status') {
    errors.push(forbidden('status.certificate', 'updates may not set certificate content'));
  } else if (before !== '') {
    errors.push(forbidden('status.certificate', 'updates may not modify existing certificate content'));
  }
}

/** PEM blocks of base64 text, which was checked when it was decoded. */
function blocksOf(base64: string): { readonly type: string; readonly hasHeaders: boolean }[] {
  const pattern = /-----BEGIN ([^\n]*?)-----\r?\n(.*?)-----END \1-----/gs;
  return [...atob(base64).matchAll(pattern)].map(([, type = '', body = '']) => ({
    type,
    hasHeaders: /^[^\n:]+:/.test(body),
  }));
}
