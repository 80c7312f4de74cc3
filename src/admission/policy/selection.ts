/** Which policies are evaluated for a request, with which parameters (policy/matching, policy/generic/policy_dispatcher.go). */

import type { KubeObject } from '#api/object.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { LiveObjects } from '#apiserver/live-objects.ts';
import type { NamedRuleWithOperations } from '#kinds/generated/admissionregistration-v1.ts';
import { matchesNamespace, matchesObject, matchRules, type RuleMatch } from '../request-match.ts';
import { matchesRule, type RequestFacts } from '../rules.ts';
import type { ServedResources } from '../served-resources.ts';
import type { Binding, Criteria, PolicyHook } from './source.ts';

export interface SelectionConfig {
  readonly objects: LiveObjects;
  readonly resources: ServedResources;
}

/** Undefined when the request is not meant. Rejects with a StatusError when its namespace cannot be found. */
export async function matchCriteria(
  { match, namespaceSelector, objectSelector }: Criteria,
  context: AdmissionContext,
  { objects, resources }: SelectionConfig,
): Promise<RuleMatch | undefined> {
  const { resourceRules = [], excludeResourceRules = [], matchPolicy } = match;
  const names = (rule: NamedRuleWithOperations, request: RequestFacts): boolean =>
    matchesRule(rule, request) && (!rule.resourceNames?.length || rule.resourceNames.includes(context.name));
  // Rules and labels of the object first: they need nothing that might have to be looked up.
  const matched =
    resourceRules.length === 0 ? { as: undefined } : matchRules(resourceRules, matchPolicy, context, resources, names);
  if (!matched || !matchesObject(objectSelector, context)) return undefined;
  if (matchRules(excludeResourceRules, matchPolicy, context, resources, names)) return undefined;
  return (await matchesNamespace(namespaceSelector, context, objects)) ? matched : undefined;
}

/** A binding that is not set up as its policy needs it: the failure policy decides. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** One evaluation each; [undefined] where there are no parameters. Rejects with ConfigurationError. */
export async function paramsFor(
  { params, paramKind }: Pick<PolicyHook<unknown>, 'params' | 'paramKind'>,
  { paramRef, paramSelector }: Binding,
  requestNamespace: string,
): Promise<readonly (KubeObject | undefined)[]> {
  if (!paramKind || !paramRef) return [undefined];
  if (!params) throw new ConfigurationError(`paramKind kind \`${paramKind.kind}\` not known`);
  const { name = '', namespace: stated = '', parameterNotFoundAction } = paramRef;
  const namespace = params.namespaced ? stated || requestNamespace : '';
  if (params.namespaced && namespace === '') {
    throw new ConfigurationError(
      'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    );
  }
  if (stated !== '' && !params.namespaced) {
    throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const found = await find();
  if (found.length === 0 && parameterNotFoundAction === 'Deny') {
    throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return found;

  async function find(): Promise<readonly KubeObject[]> {
    if (name !== '') {
      const param = await params?.get(namespace, name);
      return param ? [param] : [];
    }
    if (!paramSelector) throw new ConfigurationError('one of name or selector must be provided');
    const all = (await params?.list(namespace)) ?? [];
    return all.filter(({ metadata }) => paramSelector.matches(metadata?.labels));
  }
}
