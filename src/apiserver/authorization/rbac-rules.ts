/** RBAC rules: what a rule allows, and whether a set of rules covers another (upstream: pkg/registry/rbac/validation). Pure. */

import type { PolicyRule } from '#kinds/generated/rbac-v1.ts';
import type { AuthorizationAttributes } from '../authorizer.ts';

type Asked = Pick<
  AuthorizationAttributes,
  'verb' | 'isResourceRequest' | 'apiGroup' | 'resource' | 'subresource' | 'name' | 'path'
>;

export function ruleAllows(rule: PolicyRule, asked: Asked): boolean {
  if (!includes(rule.verbs, asked.verb)) return false;
  if (!asked.isResourceRequest) return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, asked.path));
  return (
    includes(rule.apiGroups, asked.apiGroup) &&
    resourceMatches(rule.resources, asked.resource, asked.subresource) &&
    (!rule.resourceNames || rule.resourceNames.length === 0 || rule.resourceNames.includes(asked.name))
  );
}

function includes(values: readonly string[] | undefined, value: string): boolean {
  return values?.some((candidate) => candidate === '*' || candidate === value) ?? false;
}

/** 'pods', 'pods/log', '*' (also every subresource), or a subresource of anything: an asterisk, a slash and its name. */
function resourceMatches(resources: readonly string[] | undefined, resource: string, subresource: string): boolean {
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    resources?.some(
      (candidate) =>
        candidate === '*' || candidate === whole || (subresource !== '' && candidate === `*/${subresource}`),
    ) ?? false
  );
}

function pathMatches(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true;
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1));
}

/** The parts of `wanted` that no rule of `held` covers; empty means that whoever holds `held` may hand `wanted` out. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakdown).filter((simple) => !held.some((rule) => covers(rule, simple)));
}

/** Splits a rule into ones of a single verb, group, resource and name. */
function breakdown(rule: PolicyRule): PolicyRule[] {
  const simple: PolicyRule[] = [];
  for (const verb of rule.verbs ?? []) {
    for (const url of rule.nonResourceURLs ?? []) simple.push({ verbs: [verb], nonResourceURLs: [url] });
    for (const group of rule.apiGroups ?? []) {
      for (const resource of rule.resources ?? []) {
        const base = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (!rule.resourceNames || rule.resourceNames.length === 0) simple.push(base);
        for (const name of rule.resourceNames ?? []) simple.push({ ...base, resourceNames: [name] });
      }
    }
  }
  return simple;
}

function covers(rule: PolicyRule, simple: PolicyRule): boolean {
  const [verb = ''] = simple.verbs;
  if (!includes(rule.verbs, verb)) return false;
  const [url] = simple.nonResourceURLs ?? [];
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((pattern) => pathMatches(pattern, url));
  const [group = ''] = simple.apiGroups ?? [];
  const [resource = '', subresource = ''] = (simple.resources?.[0] ?? '').split('/');
  const [name] = simple.resourceNames ?? [];
  if (!includes(rule.apiGroups, group) || !resourceMatches(rule.resources, resource, subresource)) return false;
  if (!rule.resourceNames || rule.resourceNames.length === 0) return true;
  return name !== undefined && rule.resourceNames.includes(name);
}

/** As upstream prints a rule in messages about escalation: {APIGroups:["apps"], Resources:["deployments"], Verbs:["get"]}. */
export function ruleText(rule: PolicyRule): string {
  const parts: string[] = [];
  const add = (name: string, values: readonly string[] | undefined) => {
    if (values && values.length > 0) parts.push(`${name}:[${values.map((value) => JSON.stringify(value)).join(' ')}]`);
  };
  add('APIGroups', rule.apiGroups);
  add('Resources', rule.resources);
  add('ResourceNames', rule.resourceNames);
  add('NonResourceURLs', rule.nonResourceURLs);
  add('Verbs', rule.verbs);
  return `{${parts.join(', ')}}`;
}
