/** Which requests a webhook's rules speak of (apiserver admission/plugin/webhook/predicates/rules). */

import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { RuleWithOperations } from '#kinds/generated/admissionregistration-v1.ts';

export type RequestFacts = Pick<AdmissionContext, 'operation' | 'resource' | 'subresource' | 'namespace'>;

export function matchesRule(rule: RuleWithOperations, request: RequestFacts): boolean {
  const { operation, resource } = request;
  return (
    matchesScope(rule, request) &&
    holds(rule.operations, operation) &&
    holds(rule.apiGroups, resource.group) &&
    holds(rule.apiVersions, resource.version) &&
    (rule.resources ?? []).some((pattern) => matchesResource(pattern, resource.resource, request.subresource))
  );
}

const exemptKinds = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/** What configures admission is never shown to webhooks: a broken one could not be taken away otherwise. */
export function isExempt({ kind }: Pick<AdmissionContext, 'kind'>): boolean {
  return kind.group === 'admissionregistration.k8s.io' && exemptKinds.has(kind.kind);
}

const policyKinds = new Set([
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);
const reviewKinds = new Set([
  'TokenReview',
  'SelfSubjectReview',
  'SubjectAccessReview',
  'SelfSubjectAccessReview',
  'SelfSubjectRulesReview',
  'LocalSubjectAccessReview',
]);

/** Policies judge neither policies nor the questions that a cluster cannot work without (kubeapiserver/admission/exclusion). */
export function isExemptFromPolicies({ kind }: Pick<AdmissionContext, 'kind'>): boolean {
  switch (kind.group) {
    case 'admissionregistration.k8s.io':
      return policyKinds.has(kind.kind);
    case 'authentication.k8s.io':
    case 'authorization.k8s.io':
      return reviewKinds.has(kind.kind);
    default:
      return false;
  }
}

function holds(items: readonly string[] | undefined, requested: string): boolean {
  return items?.some((item) => item === '*' || item === requested) ?? false;
}

/** A namespace is cluster-scoped, although its requests carry its own name as their namespace. */
function matchesScope({ scope }: RuleWithOperations, { resource, namespace }: RequestFacts): boolean {
  if (scope === undefined || scope === '*') return true;
  const isNamespace = resource.group === '' && resource.version === 'v1' && resource.resource === 'namespaces';
  return (scope === 'Cluster') === (isNamespace || namespace === '');
}

/** Patterns: 'pods', 'pods/log', 'pods/*', '*', '*' + '/scale', '*' + '/*'. Without a slash no subresource is meant. */
function matchesResource(pattern: string, resource: string, subresource: string): boolean {
  const slash = pattern.indexOf('/');
  const main = slash < 0 ? pattern : pattern.slice(0, slash);
  const sub = slash < 0 ? '' : pattern.slice(slash + 1);
  return (main === '*' || main === resource) && (sub === '*' || sub === subresource);
}
