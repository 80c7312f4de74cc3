/** Defaults of bindings of admission policies. */

import type { Draft } from '#base/edit.ts';
import { defaultMatchResources } from '#kinds/admissionregistration/webhook-defaults.ts';
import type { ValidatingAdmissionPolicyBinding } from '#kinds/generated/admissionregistration-v1.ts';

export function defaultValidatingAdmissionPolicyBinding({ spec }: Draft<ValidatingAdmissionPolicyBinding>): void {
  defaultMatchResources(spec?.matchResources);
}
