/** Rules of what webhooks and admission policies match: operations, groups, versions, resources. */

import { child, duplicate, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat, checkOptionalWord } from '#api/field-rules.ts';
import { checkLabelSelector } from '#api/label-rules.ts';
import { isPathSegmentName } from '#api/name-format.ts';
import type {
  MatchResources,
  NamedRuleWithOperations,
  RuleWithOperations,
} from '#kinds/generated/admissionregistration-v1.ts';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
/** What is deleted cannot be changed. */
const mutatingOperations = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
const scopes: ReadonlySet<string> = new Set(['*', 'Cluster', 'Namespaced']);

export const failurePolicies: ReadonlySet<string> = new Set(['Fail', 'Ignore']);
export const matchPolicies: ReadonlySet<string> = new Set(['Equivalent', 'Exact']);
export const reinvocationPolicies: ReadonlySet<string> = new Set(['IfNeeded', 'Never']);

export function checkRule(rule: RuleWithOperations, path: string, errors: FieldError[]): void {
  const { operations: given = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  const operationsPath = child(path, 'operations');
  if (given.length === 0) errors.push(required(operationsPath));
  checkLoneWildcard(given, operationsPath, 'operations', errors);
  given.forEach((operation, position) => {
    if (!operations.includes(operation)) {
      errors.push(notSupported(index(operationsPath, position), operation, operations));
    }
  });
  if (apiGroups.length === 0) errors.push(required(child(path, 'apiGroups')));
  checkLoneWildcard(apiGroups, child(path, 'apiGroups'), 'API groups', errors);
  const versionsPath = child(path, 'apiVersions');
  if (apiVersions.length === 0) errors.push(required(versionsPath));
  checkLoneWildcard(apiVersions, versionsPath, 'API versions', errors);
  apiVersions.forEach((version, position) => {
    if (version === '') errors.push(required(index(versionsPath, position)));
  });
  checkResources(resources, child(path, 'resources'), errors);
  checkOptionalWord(scope, scopes, child(path, 'scope'), errors);
}

function checkLoneWildcard(values: readonly string[], path: string, what: string, errors: FieldError[]): void {
  if (values.length > 1 && values.includes('*')) {
    errors.push(invalid(path, values, `if '*' is present, must not specify other ${what}`));
  }
}

/** A resource, or resource and subresource, each maybe a wildcard: none may be covered by one that came before it. */
function checkResources(resources: readonly string[], path: string, errors: FieldError[]): void {
  if (resources.length === 0) errors.push(required(path));
  const withAllSubresources = new Set<string>();
  const subresourcesOfAll = new Set<string>();
  let hasPlainResource = false;
  resources.forEach((text, position) => {
    const at = index(path, position);
    if (text === '') {
      errors.push(required(at));
      return;
    }
    const slash = text.indexOf('/');
    if (slash < 0) {
      hasPlainResource = text !== '*';
      return;
    }
    const resource = text.slice(0, slash);
    const subresource = text.slice(slash + 1);
    if (withAllSubresources.has(resource)) {
      errors.push(invalid(at, text, `if '${resource}/*' is present, must not specify ${text}`));
    }
    if (subresourcesOfAll.has(subresource)) {
      errors.push(invalid(at, text, `if '*/${subresource}' is present, must not specify ${text}`));
    }
    if (subresource === '*') withAllSubresources.add(resource);
    if (resource === '*') subresourcesOfAll.add(subresource);
  });
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalid(path, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && hasPlainResource) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalid(path, resources, detail));
  }
}

export function checkMatchResources(match: MatchResources | undefined, path: string, errors: FieldError[]): void {
  if (!match) return;
  checkOptionalWord(match.matchPolicy, matchPolicies, child(path, 'matchPolicy'), errors);
  for (const field of ['namespaceSelector', 'objectSelector'] as const) {
    if (match[field]) checkLabelSelector(match[field], child(path, field), errors);
    else errors.push(required(child(path, field)));
  }
  for (const field of ['resourceRules', 'excludeResourceRules'] as const) {
    match[field]?.forEach((rule, position) => {
      checkNamedRule(rule, index(child(path, field), position), errors);
    });
  }
}

function checkNamedRule(rule: NamedRuleWithOperations, path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  rule.resourceNames?.forEach((name, position) => {
    const at = index(child(path, 'resourceNames'), position);
    checkFormat(isPathSegmentName, name, at, errors);
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  });
  checkRule(rule, path, errors);
}

/** Mutating policies are for what can be changed. */
export function checkMutatingOperations(match: MatchResources | undefined, path: string, errors: FieldError[]): void {
  for (const { operations: given = [] } of match?.resourceRules ?? []) {
    for (const operation of given) {
      if (mutatingOperations.includes(operation)) continue;
      errors.push(notSupported(child(path, 'resourceRules', 'operations'), operation, mutatingOperations));
    }
  }
}
