/** Defaults of bindings of admission policies. */

import type { Draft } from '#base/edit.ts';
import { defaultMatchResources } from '#kinds/admissionregistration/webhook-defaults.ts';
import type { MutatingAdmissionPolicyBinding } from '#kinds/generated/admissionregistration-v1.ts';

export function defaultMutatingAdmissionPolicyBinding({ spec }: Draft<MutatingAdmissionPolicyBinding>): void {
  defaultMatchResources(spec?.matchResources);
}
