/** Rules of ValidatingAdmissionPolicyBindings. */

import { duplicate, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import type { ValidatingAdmissionPolicyBinding } from '#kinds/generated/admissionregistration-v1.ts';
import { checkBindingSpec } from '../policy-rules.ts';

const actions = ['Audit', 'Deny', 'Warn'];

export function validateValidatingAdmissionPolicyBinding({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const errors: FieldError[] = [];
  checkBindingSpec(spec, errors);
  checkActions(spec?.validationActions ?? [], 'spec.validationActions', errors);
  return errors;
}

function checkActions(given: readonly string[], path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  given.forEach((action, position) => {
    const at = index(path, position);
    if (!actions.includes(action)) errors.push(notSupported(at, action, actions));
    if (seen.has(action)) errors.push(duplicate(at, action));
    seen.add(action);
  });
  if (seen.has('Deny') && seen.has('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalid(path, given, detail));
  }
  if (seen.size === 0) errors.push(required(path, 'at least one validation action is required'));
}
