/** Rules of MutatingAdmissionPolicies. */

import { child, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkWord } from '#api/field-rules.ts';
import type { MutatingAdmissionPolicy, Mutation } from '#kinds/generated/admissionregistration-v1.ts';
import { PolicyExpressions } from '../expressions/check.ts';
import { applyConfigurationResult, jsonPatchResult } from '../expressions/compile.ts';
import { checkPolicySpec } from '../policy-rules.ts';
import { checkMutatingOperations, reinvocationPolicies } from '../rule-rules.ts';

const patchFields = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const;
const patchResults = { ApplyConfiguration: applyConfigurationResult, JSONPatch: jsonPatchResult } as const;
const patchTypes = ['ApplyConfiguration', 'JSONPatch'] as const;

export function validateMutatingAdmissionPolicy(
  { spec }: MutatingAdmissionPolicy,
  _context: unknown,
  old?: MutatingAdmissionPolicy,
): FieldError[] {
  const errors: FieldError[] = [];
  const expressions = new PolicyExpressions({ params: spec?.paramKind !== undefined, composed: true });
  checkPolicySpec(spec, old && (old.spec ?? {}), expressions, errors);
  checkMutatingOperations(spec?.matchConstraints, 'spec.matchConstraints', errors);
  const { mutations = [], reinvocationPolicy } = spec ?? {};
  if (mutations.length === 0) errors.push(required('spec.mutations', 'mutations must contain at least one item'));
  mutations.forEach((mutation, position) => {
    checkMutation(mutation, index('spec.mutations', position), expressions, errors);
  });
  checkWord(reinvocationPolicy, reinvocationPolicies, 'spec.reinvocationPolicy', errors);
  return errors;
}

function checkMutation(mutation: Mutation, path: string, expressions: PolicyExpressions, errors: FieldError[]): void {
  const given: string = mutation.patchType ?? '';
  const type = patchTypes.find((name) => name === given);
  if (given === '') errors.push(required(child(path, 'patchType')));
  else if (type === undefined) errors.push(notSupported(child(path, 'patchType'), given, patchTypes));
  if (type === undefined) return;
  for (const name of patchTypes) {
    const field = patchFields[name];
    const patch = mutation[field];
    const at = child(path, field);
    if (name !== type) {
      if (patch) errors.push(invalid(at, `{${field}}`, `must not be specified when patchType is ${type}`));
    } else if (!patch) errors.push(required(at, `must be specified when patchType is ${type}`));
    else {
      const expression = (patch.expression ?? '').trim();
      const expressionPath = child(at, 'expression');
      if (expression === '') errors.push(required(expressionPath));
      else
        expressions.check(
          expression,
          patchResults[type],
          { authorizer: true, patchTypes: true },
          expressionPath,
          errors,
        );
    }
  }
}
