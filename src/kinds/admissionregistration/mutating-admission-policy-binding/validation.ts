/** Rules of MutatingAdmissionPolicyBindings. */

import type { FieldError } from '#api/field-error.ts';
import type { MutatingAdmissionPolicyBinding } from '#kinds/generated/admissionregistration-v1.ts';
import { checkBindingSpec } from '../policy-rules.ts';
import { checkMutatingOperations } from '../rule-rules.ts';

export function validateMutatingAdmissionPolicyBinding({ spec }: MutatingAdmissionPolicyBinding): FieldError[] {
  const errors: FieldError[] = [];
  checkBindingSpec(spec, errors);
  checkMutatingOperations(spec?.matchResources, 'spec.matchResources', errors);
  return errors;
}
