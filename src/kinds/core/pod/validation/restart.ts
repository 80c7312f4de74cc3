/** Rules of when containers restart: by their exit (KEP-5307) and by a resize (KEP-1287). */

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
import { checkOptionalWord, checkWord } from '#api/field-rules.ts';
import type { AnyContainer } from './rules.ts';

const restartPolicies: ReadonlySet<string> = new Set(['Always', 'Never', 'OnFailure']);
const actions = ['Restart', 'RestartAllContainers'];
const operators = ['In', 'NotIn'];
const maxRules = 20;
const maxExitCodes = 255;

const resizeResources: ReadonlySet<string> = new Set(['cpu', 'memory']);
const resizePolicies: ReadonlySet<string> = new Set(['NotRequired', 'RestartContainer']);

/** Of an init container without a policy nothing else is looked at. */
export function checkRestartPolicyOfInit(container: AnyContainer, path: string, errors: FieldError[]): void {
  const { restartPolicy, restartPolicyRules = [] } = container;
  if (restartPolicy !== undefined) checkRestartPolicy(container, path, errors);
  else if (restartPolicyRules.length > 0) errors.push(required(child(path, 'restartPolicy'), rulesWithoutPolicy));
}

const rulesWithoutPolicy = 'must specify restartPolicy when restart rules are used';

export function checkRestartPolicy(
  { restartPolicy, restartPolicyRules: rules = [] }: AnyContainer,
  path: string,
  errors: FieldError[],
): void {
  const policyPath = child(path, 'restartPolicy');
  if (restartPolicy === undefined) {
    if (rules.length === 0) return;
    errors.push(required(policyPath, rulesWithoutPolicy));
  }
  checkOptionalWord(restartPolicy, restartPolicies, policyPath, errors);
  const rulesPath = child(path, 'restartPolicyRules');
  if (rules.length > maxRules) errors.push(tooMany(rulesPath, rules.length, maxRules));
  rules.forEach(({ action = '', exitCodes }, position) => {
    const at = index(rulesPath, position);
    if (!actions.includes(action)) errors.push(notSupported(child(at, 'action'), action, actions));
    const codesPath = child(at, 'exitCodes');
    if (!exitCodes) {
      errors.push(required(codesPath, 'must be specified'));
      return;
    }
    const { operator = '', values = [] } = exitCodes;
    if (!operators.includes(operator)) errors.push(notSupported(child(codesPath, 'operator'), operator, operators));
    if (values.length > maxExitCodes) errors.push(tooMany(child(codesPath, 'values'), values.length, maxExitCodes));
  });
}

export function checkResizePolicy(
  policies: AnyContainer['resizePolicy'],
  podRestartPolicy: string | undefined,
  path: string,
  errors: FieldError[],
): void {
  const resources = new Set<string>();
  policies?.forEach(({ resourceName = '', restartPolicy = '' }, position) => {
    if (resources.has(resourceName)) errors.push(duplicate(index(path, position), resourceName));
    resources.add(resourceName);
    checkWord(resourceName, resizeResources, path, errors);
    checkWord(restartPolicy, resizePolicies, path, errors);
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalid(path, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  });
}
