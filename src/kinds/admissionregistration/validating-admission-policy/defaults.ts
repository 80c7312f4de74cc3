/** Defaults of admission policies. */

import type { Draft } from '#base/edit.ts';
import { defaultMatchResources } from '#kinds/admissionregistration/webhook-defaults.ts';
import type { ValidatingAdmissionPolicy } from '#kinds/generated/admissionregistration-v1.ts';

export function defaultValidatingAdmissionPolicy({ spec }: Draft<ValidatingAdmissionPolicy>): void {
  if (!spec) return;
  spec.failurePolicy ??= 'Fail';
  defaultMatchResources(spec.matchConstraints);
}
