/** Defaults of admission policies. */

import type { Draft } from '#base/edit.ts';
import { defaultMatchResources } from '#kinds/admissionregistration/webhook-defaults.ts';
import type { MutatingAdmissionPolicy } from '#kinds/generated/admissionregistration-v1.ts';

export function defaultMutatingAdmissionPolicy({ spec }: Draft<MutatingAdmissionPolicy>): void {
  if (!spec) return;
  spec.failurePolicy ??= 'Fail';
  defaultMatchResources(spec.matchConstraints);
}
