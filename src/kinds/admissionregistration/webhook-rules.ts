/** Rules that validating and mutating webhook configurations have in common. What is stored may keep old liberties. */

import { child, duplicate, type FieldError, index, invalid, notSupported, required } from '#api/field-error.ts';
import { checkOptionalWord } from '#api/field-rules.ts';
import { checkLabelSelector, type LabelSelectorRules } from '#api/label-rules.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '#api/name-format.ts';
import { semanticallyEqual } from '#api/semantic-equal.ts';
import { checkWebhookService, checkWebhookURL } from '#api/webhook-rules.ts';
import type { MutatingWebhook, WebhookClientConfig } from '#kinds/generated/admissionregistration-v1.ts';
import { checkMatchConditions } from './match-condition-rules.ts';
import { checkRule, failurePolicies, matchPolicies, reinvocationPolicies } from './rule-rules.ts';

/** A validating webhook is one without a reinvocation policy. */
type Webhook = MutatingWebhook;

const reviewVersions = ['v1', 'v1beta1'];
const noSideEffects = ['None', 'NoneOnDryRun'];
const sideEffects = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const maxTimeoutSeconds = 30;

interface Rules {
  readonly sideEffects: readonly string[];
  readonly knownReviewVersion: boolean;
  readonly uniqueNames: boolean;
  readonly selectors: LabelSelectorRules;
  readonly matchConditions: boolean;
}

export function validateWebhooks(
  webhooks: readonly Webhook[] | undefined,
  old: readonly Webhook[] | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  const rules = rulesFor(webhooks ?? [], old);
  const names = new Set<string>();
  webhooks?.forEach((webhook, position) => {
    const path = index('webhooks', position);
    checkWebhook(webhook, path, rules, errors);
    checkReviewVersions(webhook.admissionReviewVersions, child(path, 'admissionReviewVersions'), rules, errors);
    if (!webhook.name || !rules.uniqueNames) return;
    if (names.has(webhook.name)) errors.push(duplicate(child(path, 'name'), webhook.name));
    names.add(webhook.name);
  });
  return errors;
}

function rulesFor(webhooks: readonly Webhook[], old: readonly Webhook[] | undefined): Rules {
  if (!old) {
    return {
      sideEffects: noSideEffects,
      knownReviewVersion: true,
      uniqueNames: true,
      selectors: {},
      matchConditions: true,
    };
  }
  const hadNone = old.every((webhook) => noSideEffects.includes(webhook.sideEffects));
  const sameConditions =
    webhooks.length === old.length &&
    old.every(({ matchConditions }, position) =>
      semanticallyEqual(matchConditions ?? [], webhooks[position]?.matchConditions ?? []),
    );
  return {
    sideEffects: hadNone ? noSideEffects : sideEffects,
    knownReviewVersion: old.every(
      ({ admissionReviewVersions: versions = [] }) => versions.length === 0 || versions.some(isKnownReviewVersion),
    ),
    uniqueNames: new Set(old.map(({ name }) => name)).size === old.length,
    selectors: { allowInvalidValues: old.some(hasInvalidSelector) },
    matchConditions: !sameConditions,
  };
}

function isKnownReviewVersion(version: string): boolean {
  return reviewVersions.includes(version);
}

function hasInvalidSelector({ namespaceSelector, objectSelector }: Webhook): boolean {
  const errors: FieldError[] = [];
  checkLabelSelector(namespaceSelector, '', errors);
  checkLabelSelector(objectSelector, '', errors);
  return errors.length > 0;
}

function checkWebhook(webhook: Webhook, path: string, rules: Rules, errors: FieldError[]): void {
  checkFullyQualifiedName(webhook.name ?? '', child(path, 'name'), errors);
  webhook.rules?.forEach((rule, position) => {
    checkRule(rule, index(child(path, 'rules'), position), errors);
  });
  checkOptionalWord(webhook.failurePolicy, failurePolicies, child(path, 'failurePolicy'), errors);
  checkOptionalWord(webhook.matchPolicy, matchPolicies, child(path, 'matchPolicy'), errors);
  const effectsPath = child(path, 'sideEffects');
  const effects: string | undefined = webhook.sideEffects;
  if (effects === undefined) {
    errors.push(required(effectsPath, `must specify one of ${rules.sideEffects.join(', ')}`));
  } else if (!rules.sideEffects.includes(effects)) {
    errors.push(notSupported(effectsPath, effects, rules.sideEffects));
  }
  const { timeoutSeconds: timeout } = webhook;
  if (timeout !== undefined && (timeout > maxTimeoutSeconds || timeout < 1)) {
    const detail = `the timeout value must be between 1 and ${maxTimeoutSeconds} seconds`;
    errors.push(invalid(child(path, 'timeoutSeconds'), timeout, detail));
  }
  for (const field of ['namespaceSelector', 'objectSelector'] as const) {
    checkLabelSelector(webhook[field], child(path, field), errors, rules.selectors);
  }
  checkOptionalWord(webhook.reinvocationPolicy, reinvocationPolicies, child(path, 'reinvocationPolicy'), errors);
  checkClientConfig(webhook.clientConfig, child(path, 'clientConfig'), errors);
  if (rules.matchConditions) checkMatchConditions(webhook.matchConditions, child(path, 'matchConditions'), errors);
}

function checkClientConfig(config: WebhookClientConfig | undefined, path: string, errors: FieldError[]): void {
  const { url, service } = config ?? {};
  if ((url === undefined) === (service === undefined)) {
    errors.push(required(path, 'exactly one of url or service is required'));
  } else if (url !== undefined) checkWebhookURL(url, child(path, 'url'), errors);
  else if (service) checkWebhookService(service, child(path, 'service'), errors);
}

function checkFullyQualifiedName(name: string, path: string, errors: FieldError[]): void {
  if (name === '') {
    errors.push(required(path));
    return;
  }
  const messages = isDNS1123Subdomain(name);
  if (messages.length > 0) errors.push(invalid(path, name, messages.join(',')));
  else if (name.split('.').length < 3) {
    errors.push(invalid(path, name, 'should be a domain with at least three segments separated by dots'));
  }
}

function checkReviewVersions(
  versions: readonly string[] | undefined = [],
  path: string,
  rules: Rules,
  errors: FieldError[],
): void {
  if (versions.length === 0) {
    errors.push(required(path, `must specify one of ${reviewVersions.join(', ')}`));
    return;
  }
  const seen = new Set<string>();
  versions.forEach((version, position) => {
    const at = index(path, position);
    if (seen.has(version)) errors.push(invalid(at, version, 'duplicate version'));
    else for (const message of isDNS1035Label(version)) errors.push(invalid(at, version, message));
    seen.add(version);
  });
  if (rules.knownReviewVersion && !versions.some(isKnownReviewVersion)) {
    errors.push(invalid(path, versions, `must include at least one of ${reviewVersions.join(', ')}`));
  }
}
