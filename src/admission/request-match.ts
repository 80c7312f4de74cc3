/**
 * Which requests a webhook or a policy speaks of: its rules, with matchPolicy Equivalent those of other versions of the resource, and its
 * selectors.
 */

import { newNotFound } from '#api/errors.ts';
import type { Selector } from '#api/label-selector.ts';
import type { KubeObject } from '#api/object.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { RuleWithOperations } from '#kinds/generated/admissionregistration-v1.ts';
import { matchesRule, type RequestFacts } from './rules.ts';
import type { EquivalentResource, ServedResources } from './served-resources.ts';

const namespaces: CollectionName = '/namespaces';

export interface RuleMatch {
  /** Set when a rule asks for another version of the resource than the request's. */
  readonly as: EquivalentResource | undefined;
}

/** The part that needs nothing but the request: most are out after it. */
export function matchRules<R extends RuleWithOperations>(
  rules: readonly R[],
  matchPolicy: string | undefined,
  context: AdmissionContext,
  resources: ServedResources,
  matches: (rule: R, request: RequestFacts) => boolean = matchesRule,
): RuleMatch | undefined {
  if (rules.some((rule) => matches(rule, context))) return { as: undefined };
  if (matchPolicy === 'Exact' || rules.length === 0) return undefined;
  const equivalents = resources.equivalents(context);
  for (const rule of rules) {
    const as = equivalents.find(({ resource }) => matches(rule, { ...context, resource }));
    if (as) return { as };
  }
  return undefined;
}

export function matchesObject(selector: Selector, { object, oldObject }: AdmissionContext): boolean {
  if (selector.requirements.length === 0) return true;
  const matches = (candidate: KubeObject | undefined) =>
    candidate?.metadata !== undefined && selector.matches(candidate.metadata.labels);
  return matches(object) || matches(oldObject);
}

/** Rejects with NotFound when there is no such namespace. */
export async function matchesNamespace(
  selector: Selector,
  context: AdmissionContext,
  objects: LiveObjects,
): Promise<boolean> {
  const isNamespace = context.resource.resource === 'namespaces';
  // Cluster-scoped objects other than namespaces are never exempt.
  if (selector.requirements.length === 0 || (context.namespace === '' && !isNamespace)) return true;
  if (isNamespace && context.subresource === '' && context.object && context.operation !== 'DELETE') {
    return selector.matches(context.object.metadata?.labels);
  }
  const namespace = await namespaceOf(context.namespace, objects);
  return selector.matches(namespace.metadata?.labels);
}

/** Rejects with NotFound. */
export async function namespaceOf(name: string, objects: LiveObjects): Promise<KubeObject> {
  await objects.load(namespaces);
  const namespace = objects.get(namespaces, '', name) ?? (await objects.getFresh(namespaces, '', name));
  if (!namespace) throw newNotFound({ group: '', resource: 'namespaces' }, name);
  return namespace;
}
