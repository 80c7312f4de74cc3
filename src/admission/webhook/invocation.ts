/** Whether a webhook is to be called for a request, and as which resource (webhook/generic ShouldCallHook). */

import { newForbidden } from '#api/errors.ts';
import type { AdmissionPhase } from '#apiserver/admission-metrics.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import { withAuthorizer } from '#cel/authorization.ts';
import { Activation } from '../expressions/activation.ts';
import { evaluateConditions, observedConditions } from '../expressions/match-conditions.ts';
import { authorityOf, requestValues } from '../expressions/request-values.ts';
import { matchesNamespace, matchesObject, matchRules, type RuleMatch } from '../request-match.ts';
import type { EquivalentResource } from '../served-resources.ts';
import type { Hook } from './hooks.ts';
import type { WebhookPluginConfig } from './plugin-config.ts';

export interface Invocation extends RuleMatch {
  readonly hook: Hook;
}

/** Undefined when the webhook is not to be called. Rejects with a StatusError when that cannot be found out. */
export async function invocationOf(
  hook: Hook,
  phase: AdmissionPhase,
  context: AdmissionContext,
  config: WebhookPluginConfig,
): Promise<Invocation | undefined> {
  const { rules = [], matchPolicy } = hook.webhook;
  const matched = matchRules(rules, matchPolicy, context, config.resources);
  if (!matched || !matchesObject(hook.objectSelector, context)) return undefined;
  if (!(await matchesNamespace(hook.namespaceSelector, context, config.objects))) return undefined;
  return (await meetsConditions(hook, phase, matched.as, context, config)) ? { hook, as: matched.as } : undefined;
}

/** Rejects with Forbidden when the conditions cannot be evaluated and failurePolicy is Fail. */
async function meetsConditions(
  { webhook, conditions }: Hook,
  type: AdmissionPhase,
  as: EquivalentResource | undefined,
  context: AdmissionContext,
  { authorize, resources, env, metrics }: WebhookPluginConfig,
): Promise<boolean> {
  if (conditions.length === 0) return true;
  const values = await requestValues(context, as, resources);
  const { name } = webhook;
  const { operation } = context;
  const observe = observedConditions(env.clock, metrics, { kind: 'webhook', name, operation, type });
  const outcome = await withAuthorizer(authorize, (ask) =>
    evaluateConditions(conditions, new Activation(values, authorityOf(context, ask)), webhook.failurePolicy, observe),
  );
  if ('error' in outcome) throw newForbidden(context.resource, context.name, outcome.error);
  return outcome.matches;
}
