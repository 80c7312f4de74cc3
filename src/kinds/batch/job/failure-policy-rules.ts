/** Rules of a job's pod failure policy (KEP-3329). */

import {
  child,
  duplicate,
  type FieldError,
  index,
  invalid,
  notSupported,
  required,
  tooMany,
} from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { isQualifiedName } from '#api/name-format.ts';
import type {
  JobSpec,
  PodFailurePolicy,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from '#kinds/generated/batch-v1.ts';

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const statuses = ['False', 'True', 'Unknown'];
const maxRules = 20;
const maxExitCodes = 255;
const maxPatterns = 20;

export function checkPodFailurePolicy(
  { rules = [] }: PodFailurePolicy,
  spec: JobSpec,
  path: string,
  errors: FieldError[],
): void {
  const rulesPath = child(path, 'rules');
  if (rules.length > maxRules) errors.push(tooMany(rulesPath, rules.length, maxRules));
  rules.forEach((rule, position) => {
    checkRule(rule, spec, index(rulesPath, position), errors);
  });
}

function checkRule(rule: PodFailurePolicyRule, spec: JobSpec, path: string, errors: FieldError[]): void {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const actionPath = child(path, 'action');
  if (!action) errors.push(required(actionPath, validValues(actions)));
  else if (action === 'FailIndex') {
    if (spec.backoffLimitPerIndex === undefined) {
      errors.push(invalid(actionPath, action, 'requires the backoffLimitPerIndex to be set'));
    }
  } else if (!actions.includes(action)) errors.push(notSupported(actionPath, action, actions));
  if (onExitCodes) checkExitCodes(onExitCodes, spec, child(path, 'onExitCodes'), errors);
  if (onPodConditions.length > 0) checkPatterns(onPodConditions, child(path, 'onPodConditions'), errors);
  if (Boolean(onExitCodes) === onPodConditions.length > 0) {
    const detail = onExitCodes
      ? 'specifying both OnExitCodes and OnPodConditions is not supported'
      : 'specifying one of OnExitCodes and OnPodConditions is required';
    errors.push({ type: 'FieldValueInvalid', field: path, message: `Invalid value: ${detail}` });
  }
}

function checkPatterns(
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
  path: string,
  errors: FieldError[],
): void {
  if (patterns.length > maxPatterns) errors.push(tooMany(path, patterns.length, maxPatterns));
  patterns.forEach(({ type, status }, position) => {
    const at = index(path, position);
    const statusPath = child(at, 'status');
    checkFormat(isQualifiedName, type ?? '', child(at, 'type'), errors);
    if (!status) errors.push(required(statusPath, validValues(statuses)));
    else if (!statuses.includes(status)) errors.push(notSupported(statusPath, status, statuses));
  });
}

function checkExitCodes(
  { operator, containerName, values = [] }: PodFailurePolicyOnExitCodesRequirement,
  { template }: JobSpec,
  path: string,
  errors: FieldError[],
): void {
  const operatorPath = child(path, 'operator');
  if (!operator) errors.push(required(operatorPath, validValues(operators)));
  else if (!operators.includes(operator)) errors.push(notSupported(operatorPath, operator, operators));
  const { containers = [], initContainers = [] } = template?.spec ?? {};
  if (containerName !== undefined && ![...containers, ...initContainers].some(({ name }) => name === containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(child(path, 'containerName'), containerName, detail));
  }
  const valuesPath = child(path, 'values');
  if (values.length === 0) errors.push(invalid(valuesPath, values, 'at least one value is required'));
  else if (values.length > maxExitCodes) errors.push(tooMany(valuesPath, values.length, maxExitCodes));
  const seen = new Set<number>();
  values.forEach((value, position) => {
    const at = index(valuesPath, position);
    if (operator === 'In' && value === 0) errors.push(invalid(at, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(at, value));
    seen.add(value);
  });
  if (values.some((value, position) => value < (values[position - 1] ?? value))) {
    errors.push(invalid(valuesPath, values, 'must be ordered'));
  }
}

function validValues(values: readonly string[]): string {
  return `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`;
}
