/**
 * Whether a webhook is to be called for a request, and as which resource: its rules, with matchPolicy Equivalent those of other
 * versions of the resource, then its selectors and match conditions (webhook/generic ShouldCallHook).
 */

import { newForbidden, newNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import type { CollectionName, LiveObjects } from '#apiserver/live-objects.ts';
import type { Hook } from './hooks.ts';
import { matchesRule } from './rules.ts';
import type { EquivalentResource, ServedResources } from './served-resources.ts';

const namespaces: CollectionName = '/namespaces';

export interface Invocation {
  readonly hook: Hook;
  /** Set when the webhook asked for another version of the resource than the request's. */
  readonly as: EquivalentResource | undefined;
}

/** Undefined when the webhook is not to be called. Rejects with a StatusError when that cannot be found out. */
export async function invocationOf(
  hook: Hook,
  context: AdmissionContext,
  objects: LiveObjects,
  resources: ServedResources,
): Promise<Invocation | undefined> {
  const matched = matchRules(hook, context, resources);
  if (!matched || !matchesObject(hook, context)) return undefined;
  if (!(await matchesNamespace(hook, context, objects))) return undefined;
  return meetsConditions(hook, context) ? matched : undefined;
}

/** The part that needs nothing but the request: most webhooks are out after it. */
export function matchRules(hook: Hook, context: AdmissionContext, resources: ServedResources): Invocation | undefined {
  const rules = hook.webhook.rules ?? [];
  if (rules.some((rule) => matchesRule(rule, context))) return { hook, as: undefined };
  if (hook.webhook.matchPolicy === 'Exact' || rules.length === 0) return undefined;
  const equivalents = resources.equivalents(context);
  for (const rule of rules) {
    const as = equivalents.find(({ resource }) => matchesRule(rule, { ...context, resource }));
    if (as) return { hook, as };
  }
  return undefined;
}

function matchesObject({ objectSelector }: Hook, { object, oldObject }: AdmissionContext): boolean {
  if (objectSelector.requirements.length === 0) return true;
  const matches = (candidate: KubeObject | undefined) =>
    candidate?.metadata !== undefined && objectSelector.matches(candidate.metadata.labels);
  return matches(object) || matches(oldObject);
}

async function matchesNamespace(
  { namespaceSelector }: Hook,
  context: AdmissionContext,
  objects: LiveObjects,
): Promise<boolean> {
  const isNamespace = context.resource.resource === 'namespaces';
  // Cluster-scoped objects other than namespaces are never exempt.
  if (namespaceSelector.requirements.length === 0 || (context.namespace === '' && !isNamespace)) return true;
  if (isNamespace && context.subresource === '' && context.object && context.operation !== 'DELETE') {
    return namespaceSelector.matches(context.object.metadata?.labels);
  }
  await objects.load(namespaces);
  const namespace =
    objects.get(namespaces, '', context.namespace) ?? (await objects.getFresh(namespaces, '', context.namespace));
  if (!namespace) throw newNotFound({ group: '', resource: 'namespaces' }, context.namespace);
  return namespaceSelector.matches(namespace.metadata?.labels);
}

/**
 * Conditions are CEL, which is not evaluated here: all but the constants follow the failure policy, as upstream does with a
 * condition that cannot be evaluated. Throws Forbidden with failurePolicy Fail.
 */
function meetsConditions({ webhook }: Hook, context: AdmissionContext): boolean {
  const expressions = (webhook.matchConditions ?? []).map(({ expression }) => expression.trim());
  if (expressions.includes('false')) return false;
  const unknown = expressions.find((expression) => expression !== 'true');
  if (unknown === undefined) return true;
  if (webhook.failurePolicy === 'Ignore') return false;
  throw newForbidden(
    context.resource,
    context.name,
    `match conditions of admission webhook "${webhook.name}" cannot be evaluated: CEL expressions are not supported: ${unknown}`,
  );
}
