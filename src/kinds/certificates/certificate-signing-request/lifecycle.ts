/** What an update of a certificate request cannot change, and the times of its conditions (upstream registry/certificates). */

import type { HookContext } from '#api/definition.ts';
import { type Draft, mutableCopy } from '#base/edit.ts';
import type { CertificateSigningRequest } from '#kinds/generated/certificates-v1.ts';

/** What was approved is what is signed. */
export function prepareRequestUpdate(
  request: Draft<CertificateSigningRequest>,
  old: CertificateSigningRequest,
  context: HookContext,
): void {
  request.spec = mutableCopy(old.spec);
  dateConditions(request, old, context);
}

/** Conditions whose writer left their times out are of now; a condition that stays as it is keeps the time of its transition. */
export function dateConditions(
  { status }: Draft<CertificateSigningRequest>,
  old: CertificateSigningRequest,
  { now }: HookContext,
): void {
  for (const condition of status?.conditions ?? []) {
    const before = old.status?.conditions?.find(
      ({ type, status: state }) => type === condition.type && state === condition.status,
    );
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??= before?.lastTransitionTime ?? now;
  }
}

/** Decisions stay as they were; that one is added or taken back is for validation to refuse. */
export function prepareRequestStatus(
  request: Draft<CertificateSigningRequest>,
  old: CertificateSigningRequest,
  context: HookContext,
): void {
  const conditions = request.status?.conditions ?? [];
  for (const decision of ['Approved', 'Denied']) {
    const before = (old.status?.conditions ?? []).filter(({ type }) => type === decision);
    const given = conditions.filter(({ type }) => type === decision);
    if (given.length !== before.length) continue;
    given.forEach((condition, position) => {
      const kept = before[position];
      if (kept) conditions[conditions.indexOf(condition)] = mutableCopy(kept);
    });
  }
  dateConditions(request, old, context);
}
