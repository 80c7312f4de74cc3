/** Defaults that validating and mutating webhooks, and admission policies, have in common. */

import type { Draft } from '#base/edit.ts';
import type {
  MatchResources,
  RuleWithOperations,
  ValidatingWebhook,
} from '#kinds/generated/admissionregistration-v1.ts';

type Webhook = Pick<
  ValidatingWebhook,
  'failurePolicy' | 'matchPolicy' | 'namespaceSelector' | 'objectSelector' | 'timeoutSeconds' | 'rules' | 'clientConfig'
>;

export function defaultWebhook(webhook: Draft<Webhook>): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  defaultRules(webhook.rules);
  if (webhook.clientConfig?.service) webhook.clientConfig.service.port ??= 443;
}

export function defaultMatchResources(match: Draft<MatchResources> | undefined): void {
  if (!match) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  defaultRules(match.resourceRules);
  defaultRules(match.excludeResourceRules);
}

function defaultRules(rules: Draft<RuleWithOperations>[] | undefined): void {
  for (const rule of rules ?? []) rule.scope ??= '*';
}
