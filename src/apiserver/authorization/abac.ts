/**
 * ABAC: a file of policies, one JSON object a line (abac.authorization.kubernetes.io/v1beta1, and the lines without a version that came
 * before it). The first policy that matches allows; nothing denies.
 */

import { ConfigurationError } from '#api/configuration.ts';
import type { UserInfo } from '#api/request.ts';
import { messageOf } from '#base/errors.ts';
import type { AuthorizationAttributes, Authorizer } from '../authorizer.ts';
import { allowed } from '../authorizer.ts';
import type { UserRules } from './chain.ts';

export interface AbacPolicy {
  readonly user: string;
  readonly group: string;
  readonly readonly: boolean;
  readonly apiGroup: string;
  readonly resource: string;
  readonly namespace: string;
  readonly nonResourcePath: string;
}

const apiVersion = 'abac.authorization.kubernetes.io/v1beta1';
const everybody = 'system:authenticated';

/** Throws ConfigurationError that names the line. */
export function parseAbacPolicies(text: string, path: string): readonly AbacPolicy[] {
  return text.split('\n').flatMap((line, number) => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    try {
      return [policyOf(JSON.parse(line))];
    } catch (cause) {
      const where = `error reading policy file ${path}, line ${number + 1}: ${line}`;
      throw new ConfigurationError(`${where}: ${messageOf(cause)}`, { cause });
    }
  });
}

function policyOf(value: unknown): AbacPolicy {
  if (typeof value !== 'object' || value === null) throw new ConfigurationError('not an object');
  const line: Readonly<Record<string, unknown>> = { ...value };
  if (line['apiVersion'] === undefined && line['kind'] === undefined) return unversioned(line);
  if (line['apiVersion'] !== apiVersion || line['kind'] !== 'Policy') {
    throw new ConfigurationError(`no kind "${line['kind']}" is registered for version "${line['apiVersion']}"`);
  }
  const spec = typeof line['spec'] === 'object' && line['spec'] !== null ? { ...line['spec'] } : {};
  const { user, group, ...rest } = fieldsOf(spec);
  return { ...subjectOf(user, group, false), ...rest };
}

/** Before versions: absent fields matched everything, and so did an absent subject. */
function unversioned(line: Readonly<Record<string, unknown>>): AbacPolicy {
  const { user, group, readonly, namespace, resource } = fieldsOf(line);
  return {
    ...subjectOf(user, group, user === '' && group === ''),
    readonly,
    apiGroup: '*',
    namespace: namespace === '' ? '*' : namespace,
    resource: resource === '' ? '*' : resource,
    nonResourcePath: namespace === '' && resource === '' ? '*' : '',
  };
}

function subjectOf(user: string, group: string, all: boolean): Pick<AbacPolicy, 'user' | 'group'> {
  return all || user === '*' || group === '*' ? { user: '', group: everybody } : { user, group };
}

function fieldsOf(source: Readonly<Record<string, unknown>>): AbacPolicy {
  const text = (name: string) => {
    const value = source[name] ?? '';
    if (typeof value !== 'string') throw new ConfigurationError(`${name} must be a string`);
    return value;
  };
  const readonly = source['readonly'] ?? false;
  if (typeof readonly !== 'boolean') throw new ConfigurationError('readonly must be a boolean');
  return {
    user: text('user'),
    group: text('group'),
    readonly,
    apiGroup: text('apiGroup'),
    resource: text('resource'),
    namespace: text('namespace'),
    nonResourcePath: text('nonResourcePath'),
  };
}

export function createAbacAuthorizer(policies: readonly AbacPolicy[]): Authorizer {
  return (attributes) =>
    policies.some((policy) => matches(policy, attributes))
      ? allowed
      : { decision: 'no-opinion', reason: 'No policy matched.' };
}

const readVerbs = ['get', 'list', 'watch'];

function matches(policy: AbacPolicy, attributes: AuthorizationAttributes): boolean {
  if (!isSubject(policy, attributes.user)) return false;
  if (policy.readonly && !readVerbs.includes(attributes.verb)) return false;
  if (attributes.isResourceRequest) {
    return (
      isOrAny(policy.namespace, attributes.namespace) &&
      isOrAny(policy.resource, attributes.resource) &&
      isOrAny(policy.apiGroup, attributes.apiGroup)
    );
  }
  const { nonResourcePath } = policy;
  if (isOrAny(nonResourcePath, attributes.path)) return true;
  return nonResourcePath.endsWith('*') && attributes.path.startsWith(nonResourcePath.replace(/\*+$/, ''));
}

function isOrAny(wanted: string, actual: string): boolean {
  return wanted === '*' || wanted === actual;
}

/** A policy without a subject is nobody's. */
function isSubject({ user, group }: AbacPolicy, { username, groups }: UserInfo): boolean {
  if (user === '' && group === '') return false;
  return (user === '' || user === username) && (group === '' || groups.includes(group));
}

/** For SelfSubjectRulesReview. */
export function abacRules(policies: readonly AbacPolicy[], user: UserInfo, namespace: string): UserRules {
  const mine = policies.filter((policy) => isSubject(policy, user) && isOrAny(policy.namespace, namespace));
  const verbs = (policy: AbacPolicy) => (policy.readonly ? readVerbs : ['*']);
  return {
    rules: [
      ...mine
        .filter(({ resource }) => resource !== '')
        .map((policy) => ({ verbs: verbs(policy), apiGroups: [policy.apiGroup], resources: [policy.resource] })),
      ...mine
        .filter(({ nonResourcePath }) => nonResourcePath !== '')
        .map((policy) => ({ verbs: verbs(policy), nonResourceURLs: [policy.nonResourcePath] })),
    ],
    incomplete: false,
    error: '',
  };
}
