/** Rules of PodDisruptionBudgets. */

import { checkConditions } from '#api/condition-rules.ts';
import type { HookContext } from '#api/definition.ts';
import { child, type FieldError, invalid } from '#api/field-error.ts';
import { checkNonNegative, checkOptionalWord } from '#api/field-rules.ts';
import { checkLabelSelector, hasInvalidLabelValue } from '#api/label-rules.ts';
import { checkAtMostAll, checkIntOrPercent } from '#kinds/apps/int-or-percent.ts';
import type { PodDisruptionBudget } from '#kinds/generated/policy-v1.ts';

const evictionPolicies: ReadonlySet<string> = new Set(['AlwaysAllow', 'IfHealthyBudget']);

export function validatePodDisruptionBudget(
  { spec = {} }: PodDisruptionBudget,
  _context: HookContext,
  old?: PodDisruptionBudget,
): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    // Upstream prints its internal type.
    const printed = {
      MinAvailable: spec.minAvailable,
      Selector: spec.selector ?? null,
      MaxUnavailable: spec.maxUnavailable,
      UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
    };
    errors.push(invalid('spec', printed, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable'] as const) {
    checkIntOrPercent(spec[field], child('spec', field), errors);
    checkAtMostAll(spec[field], child('spec', field), errors);
  }
  const allowInvalidValues = hasInvalidLabelValue(old?.spec?.selector);
  checkLabelSelector(spec.selector, 'spec.selector', errors, { allowInvalidValues });
  checkOptionalWord(spec.unhealthyPodEvictionPolicy, evictionPolicies, 'spec.unhealthyPodEvictionPolicy', errors);
  return errors;
}

export function validatePodDisruptionBudgetStatus({ status }: PodDisruptionBudget): FieldError[] {
  const errors: FieldError[] = [];
  checkConditions(status?.conditions, 'status.conditions', errors);
  for (const field of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'] as const) {
    checkNonNegative(status?.[field], child('status', field), errors);
  }
  return errors;
}
