/**
 * Audit policy (audit.k8s.io/v1 Policy): which requests are recorded, and how much of each. The first rule that matches decides; a
 * request that none matches is not recorded. Rules are prepared once, so that a request costs a few set look-ups.
 */

import { checkTree } from '#api/codec/json-decode.ts';
import { decodeYaml } from '#api/codec/yaml-decode.ts';
import { type FieldError, fieldErrorText, invalid, notSupported, required } from '#api/field-error.ts';
import { isDNS1123Subdomain } from '#api/name-format.ts';
import { messageOf } from '#base/errors.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';

const auditLevels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type AuditLevel = (typeof auditLevels)[number];
const auditStages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type AuditStage = (typeof auditStages)[number];

export interface AuditPolicy {
  readonly apiVersion: 'audit.k8s.io/v1';
  readonly kind: 'Policy';
  readonly rules: readonly PolicyRule[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

export interface PolicyRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

export interface GroupResources {
  /** '' is the core group, '*' every group. */
  readonly group?: string;
  /** 'pods', 'pods/log', 'pods/*', '*\/scale', '*'. */
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** How one request is recorded. */
export interface AuditDecision {
  readonly level: AuditLevel;
  readonly omitStages: ReadonlySet<AuditStage>;
  readonly omitManagedFields: boolean;
}

export type AuditedRequest = Omit<AuthorizationAttributes, 'user' | 'labelSelector' | 'fieldSelector'>;
/** `user` is absent for a request whose caller could not be told. */
export type PolicyEvaluator = (
  request: AuditedRequest,
  user: { readonly username: string; readonly groups: readonly string[] } | undefined,
) => AuditDecision;

/** Reads the YAML or JSON of a policy file. Throws an Error in upstream's words for a policy that cannot be used. */
export function parseAuditPolicy(text: string): AuditPolicy {
  let value: unknown;
  try {
    value = decodeYaml(text).value;
    checkTree(value);
  } catch (error) {
    throw new Error(`failed decoding: ${messageOf(error)}`, { cause: error });
  }
  const { apiVersion, kind } = (value ?? {}) as Partial<AuditPolicy>;
  if (apiVersion !== 'audit.k8s.io/v1' || kind !== 'Policy') {
    const [group, version] = String(apiVersion ?? '').split('/');
    throw new Error(
      `unknown group version field ${group ?? ''}/${version ?? ''}, Kind=${String(kind ?? '')} in policy`,
    );
  }
  const shape = shapeError(value);
  if (shape !== undefined) throw new Error(`failed decoding: ${shape}`);
  const policy = value as AuditPolicy;
  const errors = validatePolicy(policy);
  const [only] = errors;
  if (only) throw new Error(errors.length === 1 ? fieldErrorText(only) : `[${errors.map(fieldErrorText).join(', ')}]`);
  if ((policy.rules ?? []).length === 0) throw new Error('loaded illegal policy with 0 rules');
  return policy;
}

const listFields = ['users', 'userGroups', 'verbs', 'namespaces', 'nonResourceURLs', 'omitStages'] as const;

/** Says where the tree is not of the policy's shape. */
function shapeError(value: unknown): string | undefined {
  const { rules, omitStages } = value as Record<string, unknown>;
  if (rules !== undefined && rules !== null && !Array.isArray(rules)) return 'rules: expected a list';
  if (!isStrings(omitStages)) return 'omitStages: expected a list of strings';
  for (const [index, rule] of (rules ?? []).entries()) {
    const at = `rules[${index}]`;
    if (typeof rule !== 'object' || rule === null) return `${at}: expected an object`;
    for (const field of listFields) if (!isStrings(rule[field])) return `${at}.${field}: expected a list of strings`;
    if (rule.resources !== undefined && !Array.isArray(rule.resources)) return `${at}.resources: expected a list`;
    for (const entry of rule.resources ?? []) {
      if (typeof entry !== 'object' || entry === null) return `${at}.resources: expected objects`;
      if (!isStrings(entry.resources) || !isStrings(entry.resourceNames))
        return `${at}.resources: expected lists of strings`;
    }
  }
  return undefined;
}

function isStrings(value: unknown): boolean {
  return (
    value === undefined || value === null || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  );
}

function validatePolicy(policy: AuditPolicy): FieldError[] {
  const errors = stageErrors(policy.omitStages, 'omitStages');
  for (const [index, rule] of (policy.rules ?? []).entries()) errors.push(...ruleErrors(rule, `rules[${index}]`));
  return errors;
}

function ruleErrors(rule: PolicyRule, at: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!rule.level) errors.push(required(`${at}.level`, ''));
  else if (!auditLevels.includes(rule.level)) errors.push(notSupported(`${at}.level`, rule.level, auditLevels));
  for (const [index, url] of (rule.nonResourceURLs ?? []).entries()) {
    if (url === '*') continue;
    const where = `${at}.nonResourceURLs[${index}]`;
    if (!url.startsWith('/'))
      errors.push(invalid(where, url, "non-resource URL rules must begin with a '/' character"));
    if (url.slice(0, -1).includes('*')) {
      errors.push(invalid(where, url, "non-resource URL wildcards '*' must be the final character of the rule"));
    }
  }
  for (const { group = '', resources = [], resourceNames = [] } of rule.resources ?? []) {
    const faults = group === '' || group === '*' ? [] : isDNS1123Subdomain(group);
    if (faults.length > 0) errors.push(invalid(`${at}.resources.group`, group, faults.join(',')));
    if (resourceNames.length > 0 && resources.length === 0) {
      const detail = 'using resourceNames requires at least one resource';
      errors.push(invalid(`${at}.resources.resourceNames`, resourceNames, detail));
    }
  }
  errors.push(...stageErrors(rule.omitStages, `${at}.omitStages`));
  const forResources = (rule.resources ?? []).length > 0 || (rule.namespaces ?? []).length > 0;
  if ((rule.nonResourceURLs ?? []).length > 0 && forResources) {
    const detail = 'rules cannot apply to both regular resources and non-resource URLs';
    errors.push(invalid(`${at}.nonResourceURLs`, rule.nonResourceURLs, detail));
  }
  return errors;
}

function stageErrors(stages: readonly string[] | undefined, at: string): FieldError[] {
  return (stages ?? []).flatMap((stage, index) =>
    (auditStages as readonly string[]).includes(stage)
      ? []
      : [invalid(`${at}[${index}]`, stage, `allowed stages are ${auditStages.join(',')}`)],
  );
}

type Match = (...request: Parameters<PolicyEvaluator>) => boolean;

export function compileAuditPolicy(policy: AuditPolicy): PolicyEvaluator {
  const rules = policy.rules.map((rule) => ({
    matches: compileRule(rule),
    decision: {
      level: rule.level,
      omitStages: new Set([...(policy.omitStages ?? []), ...(rule.omitStages ?? [])]),
      omitManagedFields: rule.omitManagedFields ?? policy.omitManagedFields ?? false,
    },
  }));
  const unmatched: AuditDecision = { level: 'None', omitStages: new Set(), omitManagedFields: false };
  return (request, user) => rules.find(({ matches }) => matches(request, user))?.decision ?? unmatched;
}

function compileRule(rule: PolicyRule): Match {
  const tests: Match[] = [];
  const { users = [], userGroups = [], verbs = [], namespaces = [], resources = [], nonResourceURLs = [] } = rule;
  if (users.length > 0) {
    const set = new Set(users);
    tests.push((_, user) => user !== undefined && set.has(user.username));
  }
  if (userGroups.length > 0) {
    const set = new Set(userGroups);
    tests.push((_, user) => user?.groups.some((group) => set.has(group)) ?? false);
  }
  if (verbs.length > 0) {
    const set = new Set(verbs);
    tests.push(({ verb }) => set.has(verb));
  }
  if (namespaces.length > 0 || resources.length > 0) {
    tests.push(({ isResourceRequest }) => isResourceRequest);
    // What lies in no namespace has ''.
    if (namespaces.length > 0) {
      const set = new Set(namespaces);
      tests.push(({ namespace }) => set.has(namespace));
    }
    if (resources.length > 0) tests.push((request) => resources.some((entry) => matchesResource(entry, request)));
  } else if (nonResourceURLs.length > 0) {
    tests.push(
      (request) => !request.isResourceRequest && nonResourceURLs.some((url) => matchesPath(url, request.path)),
    );
  }
  return (request, user) => tests.every((test) => test(request, user));
}

function matchesPath(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));
}

function matchesResource(
  { group = '', resources = [], resourceNames = [] }: GroupResources,
  request: AuditedRequest,
): boolean {
  if (group !== '*' && group !== request.apiGroup) return false;
  if (resources.length === 0) return true;
  if (resourceNames.length > 0 && !resourceNames.includes(request.name)) return false;
  const { resource, subresource } = request;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (wanted) =>
      wanted === '*' ||
      wanted === combined ||
      wanted === `${resource}/*` ||
      (subresource !== '' && wanted === `*/${subresource}`),
  );
}
