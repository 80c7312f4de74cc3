/** Rules of ClusterRoles. */

import type { HookContext } from '#api/definition.ts';
import { type FieldError, index, invalid, required } from '#api/field-error.ts';
import type { LabelSelector } from '#api/generated/meta-v1.ts';
import { checkLabelSelector, hasInvalidLabelValue } from '#api/label-rules.ts';
import { SelectorError, selectorFromLabelSelector } from '#api/label-selector.ts';
import type { ClusterRole } from '#kinds/generated/rbac-v1.ts';
import { checkPolicyRules } from '../rule-rules.ts';

export function validateClusterRole(role: ClusterRole, _context: HookContext, old?: ClusterRole): FieldError[] {
  const errors: FieldError[] = [];
  checkPolicyRules(role.rules, false, errors);
  if (!role.aggregationRule) return errors;
  const path = 'aggregationRule.clusterRoleSelectors';
  const { clusterRoleSelectors = [] } = role.aggregationRule;
  if (clusterRoleSelectors.length === 0) {
    errors.push(required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil'));
  }
  const stored = old?.aggregationRule?.clusterRoleSelectors ?? [];
  const allowInvalidValues = stored.some(hasInvalidLabelValue);
  clusterRoleSelectors.forEach((selector, position) => {
    const at = index(path, position);
    checkLabelSelector(selector, at, errors, { allowInvalidValues });
    if (!isSelector(selector)) errors.push(invalid(at, null, 'invalid label selector.'));
  });
  return errors;
}

function isSelector(selector: LabelSelector): boolean {
  try {
    selectorFromLabelSelector(selector);
    return true;
  } catch (error) {
    if (error instanceof SelectorError) return false;
    throw error;
  }
}
