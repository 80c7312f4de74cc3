/** Rules that validating and mutating admission policies and their bindings have in common. */

import { child, type FieldError, forbidden, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat, checkOptionalWord } from '#api/field-rules.ts';
import { checkLabelSelector } from '#api/label-rules.ts';
import { isDNS1035Label, isDNS1123Subdomain, isPathSegmentName } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type {
  MatchCondition,
  MatchResources,
  ParamKind,
  ParamRef,
  Variable,
} from '#kinds/generated/admissionregistration-v1.ts';
import type { PolicyExpressions } from './expressions/check.ts';
import { checkMatchConditions } from './match-condition-rules.ts';
import { checkMatchResources, failurePolicies } from './rule-rules.ts';

const notFoundActions = ['Deny', 'Allow'];

const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const reserved: ReadonlySet<string> = new Set([
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if'],
  ...['import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while'],
]);

interface PolicySpec {
  readonly failurePolicy?: string | undefined;
  readonly paramKind?: ParamKind | undefined;
  readonly matchConstraints?: MatchResources | undefined;
  readonly matchConditions?: readonly MatchCondition[] | undefined;
  readonly variables?: readonly Variable[] | undefined;
}

/** `expressions` knows the policy's variables afterwards. */
export function checkPolicySpec(
  spec: PolicySpec | undefined,
  old: PolicySpec | undefined,
  expressions: PolicyExpressions,
  errors: FieldError[],
): void {
  const { failurePolicy, paramKind, matchConstraints, matchConditions, variables } = spec ?? {};
  checkOptionalWord(failurePolicy, failurePolicies, 'spec.failurePolicy', errors);
  if (paramKind) checkParamKind(paramKind, 'spec.paramKind', errors);
  if (!matchConstraints) errors.push(required('spec.matchConstraints'));
  else {
    checkMatchResources(matchConstraints, 'spec.matchConstraints', errors);
    if ((matchConstraints.resourceRules ?? []).length === 0) {
      errors.push(required('spec.matchConstraints.resourceRules'));
    }
  }
  const sameConditions =
    old &&
    semanticallyEqual(paramKind, old.paramKind) &&
    semanticallyEqual(matchConditions ?? [], old.matchConditions ?? []);
  if (!sameConditions) {
    checkMatchConditions(matchConditions, 'spec.matchConditions', errors, { params: paramKind !== undefined });
  }
  variables?.forEach(({ name = '', expression = '' }, position) => {
    const at = index('spec.variables', position);
    if (name.trim() === '') errors.push(required(child(at, 'name'), 'name is not specified'));
    else if (!identifier.test(name) || reserved.has(name)) {
      errors.push(invalid(child(at, 'name'), name, 'must be a valid CEL identifier'));
    }
    if (expression.trim() === '') errors.push(required(child(at, 'expression'), 'expression is not specified'));
    else expressions.checkVariable(name, expression, child(at, 'expression'), errors);
  });
}

function checkParamKind({ apiVersion = '', kind = '' }: ParamKind, path: string, errors: FieldError[]): void {
  const versionPath = child(path, 'apiVersion');
  const parts = apiVersion === '/' ? [''] : apiVersion.split('/');
  if (apiVersion === '') errors.push(required(versionPath));
  else if (parts.length > 2) {
    errors.push(invalid(versionPath, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  } else {
    const group = parts.length === 2 ? (parts[0] ?? '') : '';
    const version = parts.at(-1) ?? '';
    const groupMessages = group === '' ? [] : isDNS1123Subdomain(group);
    if (groupMessages.length > 0) errors.push(invalid(versionPath, group, groupMessages.join(',')));
    const versionMessages = isDNS1035Label(version);
    if (version === '') errors.push(invalid(versionPath, apiVersion, 'version must be specified'));
    else if (versionMessages.length > 0) errors.push(invalid(versionPath, version, versionMessages.join(',')));
  }
  const kindPath = child(path, 'kind');
  const kindMessages = isDNS1035Label(kind.toLowerCase());
  if (kind === '') errors.push(required(kindPath));
  else if (kindMessages.length > 0) {
    const detail = `may have mixed case, but should otherwise match: ${kindMessages.join(',')}`;
    errors.push(invalid(kindPath, kind, detail));
  }
}

interface BindingSpec {
  readonly policyName?: string | undefined;
  readonly paramRef?: ParamRef | undefined;
  readonly matchResources?: MatchResources | undefined;
}

export function checkBindingSpec(spec: BindingSpec | undefined, errors: FieldError[]): void {
  const { policyName = '', paramRef, matchResources } = spec ?? {};
  if (policyName === '') errors.push(required('spec.policyName'));
  else checkFormat(isDNS1123Subdomain, policyName, 'spec.policyName', errors);
  if (paramRef) checkParamRef(paramRef, 'spec.paramRef', errors);
  checkMatchResources(matchResources, 'spec.matchResources', errors);
}

function checkParamRef(reference: ParamRef, path: string, errors: FieldError[]): void {
  const { name = '', selector, parameterNotFoundAction: action = '' } = reference;
  const exclusive = 'name and selector are mutually exclusive';
  if (name !== '') {
    checkFormat(isPathSegmentName, name, child(path, 'name'), errors);
    if (selector) errors.push(forbidden(child(path, 'name'), exclusive));
  }
  if (selector) {
    checkLabelSelector(selector, child(path, 'selector'), errors);
    if (name !== '') errors.push(forbidden(child(path, 'selector'), exclusive));
  }
  if (name === '' && !selector) errors.push(required(path, 'one of name or selector must be specified'));
  const actionPath = child(path, 'parameterNotFoundAction');
  if (action === '') errors.push(required(actionPath));
  else if (!notFoundActions.includes(action)) errors.push(notSupported(actionPath, action, notFoundActions));
}
