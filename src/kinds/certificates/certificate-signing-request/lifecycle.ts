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
