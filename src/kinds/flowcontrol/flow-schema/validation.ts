/** Rules of FlowSchemas. Two of them are mandatory and fixed. */

import { child, type FieldError, forbidden, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import type {
  FlowSchema,
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '#kinds/generated/flowcontrol-v1.ts';
import { checkConditionTypes } from '../condition-types.ts';
import { mandatoryFlowSchemas } from '../mandatory.ts';

const maxMatchingPrecedence = 10_000;
const distinguisherMethods = ['ByNamespace', 'ByUser'];
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const subjectKinds = ['Group', 'ServiceAccount', 'User'];

export function validateFlowSchema({ metadata, spec, status }: FlowSchema): FieldError[] {
  const errors: FieldError[] = [];
  const name = metadata?.name ?? '';
  checkSpec(name, spec, errors);
  const fixed = mandatoryFlowSchemas[name];
  if (fixed && !semanticallyEqual(spec, fixed)) {
    errors.push(invalid('spec', printedSpec(spec), `spec of '${name}' must equal the fixed value`));
  }
  checkConditionTypes(status?.conditions, errors);
  return errors;
}

export function validateFlowSchemaStatus({ status }: FlowSchema): FieldError[] {
  const errors: FieldError[] = [];
  checkConditionTypes(status?.conditions, errors);
  return errors;
}

function checkSpec(name: string, spec: FlowSchemaSpec | undefined, errors: FieldError[]): void {
  const { matchingPrecedence = 0, distinguisherMethod, priorityLevelConfiguration, rules } = spec ?? {};
  const precedencePath = 'spec.matchingPrecedence';
  if (matchingPrecedence <= 0) errors.push(invalid(precedencePath, matchingPrecedence, 'must be a positive value'));
  if (matchingPrecedence > maxMatchingPrecedence) {
    errors.push(invalid(precedencePath, matchingPrecedence, `must not be greater than ${maxMatchingPrecedence}`));
  }
  if (matchingPrecedence === 1 && name !== 'exempt') {
    const detail = "only the schema named 'exempt' may have matchingPrecedence 1";
    errors.push(invalid(precedencePath, matchingPrecedence, detail));
  }
  const method = distinguisherMethod?.type ?? '';
  if (distinguisherMethod && !distinguisherMethods.includes(method)) {
    errors.push(notSupported('spec.distinguisherMethod.type', { Type: method }, distinguisherMethods));
  }
  const level = priorityLevelConfiguration?.name ?? '';
  const levelPath = 'spec.priorityLevelConfiguration.name';
  if (level === '') errors.push(required(levelPath, 'must reference a priority level'));
  else checkFormat(isDNS1123Subdomain, level, levelPath, errors);
  rules?.forEach((rule, position) => {
    checkRule(rule, index('spec.rules', position), errors);
  });
}

function checkRule(
  { subjects = [], resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects,
  path: string,
  errors: FieldError[],
): void {
  subjects.forEach((subject, position) => {
    checkSubject(subject, index(child(path, 'subjects'), position), errors);
  });
  if (subjects.length === 0) {
    errors.push(required(child(path, 'subjects'), 'subjects must contain at least one value'));
  }
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    errors.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  }
  resourceRules.forEach((rule, position) => {
    checkResourceRule(rule, index(child(path, 'resourceRules'), position), errors);
  });
  nonResourceRules.forEach((rule, position) => {
    checkNonResourceRule(rule, index(child(path, 'nonResourceRules'), position), errors);
  });
}

const subjectFields = [
  ['User', 'user'],
  ['ServiceAccount', 'serviceAccount'],
  ['Group', 'group'],
] as const;

function checkSubject(subject: Subject, path: string, errors: FieldError[]): void {
  const kind = subject.kind ?? '';
  if (!subjectKinds.includes(kind)) {
    errors.push(notSupported(child(path, 'kind'), kind, subjectKinds));
    return;
  }
  for (const [owner, field] of subjectFields) {
    const at = child(path, field);
    const value = subject[field];
    if (owner !== kind) {
      if (value) errors.push(forbidden(at, `${field} is forbidden when subject kind is not '${owner}'`));
    } else if (!value) errors.push(required(at, `${field} is required when subject kind is '${owner}'`));
    else if (!value.name) errors.push(required(child(at, 'name')));
  }
  const account = kind === 'ServiceAccount' ? subject.serviceAccount : undefined;
  if (!account) return;
  const at = child(path, 'serviceAccount');
  if (account.name && account.name !== '*') checkFormat(isDNS1123Subdomain, account.name, child(at, 'name'), errors);
  if (account.namespace) checkFormat(isDNS1123Label, account.namespace, child(at, 'namespace'), errors);
  else errors.push(required(child(at, 'namespace'), 'must specify namespace for service account'));
}

function checkVerbs(given: readonly string[] | undefined = [], path: string, errors: FieldError[]): void {
  const at = child(path, 'verbs');
  if (given.length === 0) errors.push(required(at, 'verbs must contain at least one value'));
  else if (given.includes('*')) checkLoneWildcard(given, at, 'verbs', errors);
  else if (!given.every((verb) => verbs.includes(verb))) errors.push(notSupported(at, given, verbs));
}

/** Beside '*' nothing else makes sense. */
function checkLoneWildcard(values: readonly string[], path: string, what: string, errors: FieldError[]): void {
  if (values.length > 1 && values.includes('*')) {
    errors.push(invalid(path, values, `if '*' is present, must not specify other ${what}`));
  }
}

function checkResourceRule(rule: ResourcePolicyRule, path: string, errors: FieldError[]): void {
  const { apiGroups = [], resources = [], namespaces = [], clusterScope } = rule;
  checkVerbs(rule.verbs, path, errors);
  if (apiGroups.length === 0) {
    errors.push(required(child(path, 'apiGroups'), 'resource rules must supply at least one api group'));
  }
  checkLoneWildcard(apiGroups, child(path, 'apiGroups'), 'api groups', errors);
  if (resources.length === 0) {
    errors.push(required(child(path, 'resources'), 'resource rules must supply at least one resource'));
  }
  checkLoneWildcard(resources, child(path, 'resources'), 'resources', errors);
  const namespacesPath = child(path, 'namespaces');
  if (namespaces.length === 0 && !clusterScope) {
    const detail = 'resource rules that are not cluster scoped must supply at least one namespace';
    errors.push(required(namespacesPath, detail));
  } else if (namespaces.includes('*')) checkLoneWildcard(namespaces, namespacesPath, 'namespaces', errors);
  else {
    namespaces.forEach((namespace, position) => {
      for (const message of isDNS1123Label(namespace)) {
        const detail = `each member of this list must be '*' or a DNS-1123 label; ${message}`;
        errors.push(invalid(index(namespacesPath, position), namespace, detail));
      }
    });
  }
}

function checkNonResourceRule(rule: NonResourcePolicyRule, path: string, errors: FieldError[]): void {
  const { nonResourceURLs: urls = [] } = rule;
  checkVerbs(rule.verbs, path, errors);
  const at = child(path, 'nonResourceURLs');
  if (urls.length === 0) errors.push(required(at, 'nonResourceURLs must contain at least one value'));
  else if (urls.includes('*')) checkLoneWildcard(urls, at, 'non-resource URLs', errors);
  else {
    urls.forEach((url, position) => {
      const fault = urlFault(url);
      if (fault !== undefined) errors.push(invalid(index(at, position), url, fault));
    });
  }
}

function urlFault(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const wildcards = url.split('*').length - 1;
  const isSuffix = wildcards === 1 && url.endsWith('/*');
  return wildcards > 0 && !isSuffix ? 'wildcard can only do suffix matching' : undefined;
}

/** Upstream prints its internal type. */
function printedSpec(spec: FlowSchemaSpec | undefined): unknown {
  const { priorityLevelConfiguration, matchingPrecedence = 0, distinguisherMethod, rules } = spec ?? {};
  return {
    PriorityLevelConfiguration: { Name: priorityLevelConfiguration?.name ?? '' },
    MatchingPrecedence: matchingPrecedence,
    DistinguisherMethod: distinguisherMethod ? { Type: distinguisherMethod.type } : null,
    Rules:
      rules?.map(({ subjects, resourceRules, nonResourceRules }) => ({
        Subjects: subjects.map(({ kind, user, group, serviceAccount }) => ({
          Kind: kind,
          User: user ? { Name: user.name } : null,
          Group: group ? { Name: group.name } : null,
          ServiceAccount: serviceAccount ? { Namespace: serviceAccount.namespace, Name: serviceAccount.name } : null,
        })),
        ResourceRules:
          resourceRules?.map((rule) => ({
            Verbs: rule.verbs,
            APIGroups: rule.apiGroups,
            Resources: rule.resources,
            ClusterScope: rule.clusterScope ?? false,
            Namespaces: rule.namespaces ?? null,
          })) ?? null,
        NonResourceRules:
          nonResourceRules?.map((rule) => ({ Verbs: rule.verbs, NonResourceURLs: rule.nonResourceURLs })) ?? null,
      })) ?? null,
  };
}
