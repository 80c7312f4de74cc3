/** Rules of the policy rules of roles. */

import { child, type FieldError, index, invalid, required } from '#api/field-error.ts';
import type { PolicyRule } from '#kinds/generated/rbac-v1.ts';

export function checkPolicyRules(
  rules: readonly PolicyRule[] | undefined,
  namespaced: boolean,
  errors: FieldError[],
): void {
  rules?.forEach((rule, position) => {
    checkPolicyRule(rule, namespaced, index('rules', position), errors);
  });
}

function checkPolicyRule(rule: PolicyRule, namespaced: boolean, path: string, errors: FieldError[]): void {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  if (verbs.length === 0) errors.push(required(child(path, 'verbs'), 'verbs must contain at least one value'));
  if (nonResourceURLs.length > 0) {
    const urlPath = child(path, 'nonResourceURLs');
    if (namespaced) {
      errors.push(invalid(urlPath, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs'));
    }
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      const detail = 'rules cannot apply to both regular resources and non-resource URLs';
      errors.push(invalid(urlPath, nonResourceURLs, detail));
    }
    return;
  }
  if (apiGroups.length === 0) {
    errors.push(required(child(path, 'apiGroups'), 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(required(child(path, 'resources'), 'resource rules must supply at least one resource'));
  }
}
