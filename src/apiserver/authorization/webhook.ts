/**
 * The Webhook authorizer: a SubjectAccessReview is posted to whoever was configured, for requests that meet the match conditions; answers
 * are remembered (upstream: plugin/pkg/authorizer/webhook).
 */

import type { FieldSelector } from '#api/field-selector.ts';
import type { Selector } from '#api/label-selector.ts';
import { messageOf } from '#base/errors.ts';
import { ExpiringCache } from '#base/expiring-cache.ts';
import type {
  FieldSelectorAttributes,
  LabelSelectorAttributes,
  ResourceAttributes,
  SubjectAccessReviewSpec,
} from '#kinds/generated/authorization-v1.ts';
import { type AuthorizationAttributes, type Authorizer, type Decision, noOpinion } from '../authorizer.ts';
import { type AttemptResult, callReview, type ReviewCaller } from '../webhook/review-call.ts';
import { isText } from '../webhook/untyped.ts';
import type { AuthorizationMetrics } from './metrics.ts';

/** A compiled match condition over `request`, a SubjectAccessReviewSpec; throws when evaluation fails. */
export interface MatchCondition {
  matches(request: SubjectAccessReviewSpec): boolean;
}

export type MatchConditionCompiler = (expression: string) => MatchCondition | { readonly fault: string };

export interface WebhookAuthorizerConfig {
  readonly name: string;
  readonly caller: ReviewCaller;
  readonly version: 'v1' | 'v1beta1';
  /** 0: answers of that sort are not remembered. */
  readonly authorizedMs: number;
  readonly unauthorizedMs: number;
  readonly failurePolicy: 'NoOpinion' | 'Deny';
  readonly matchConditions: readonly MatchCondition[];
  readonly metrics: AuthorizationMetrics;
}

const cacheCapacity = 8192;
/** Questions with longer texts than that are not remembered: callers choose them. */
const maxRememberedLength = 10_000;

export function createWebhookAuthorizer(config: WebhookAuthorizerConfig): Authorizer {
  const { name, caller, version, failurePolicy, matchConditions, metrics } = config;
  const known = new ExpiringCache<Decision>(caller.env.clock, cacheCapacity);
  const failed = (error: unknown): Decision => ({
    decision: failurePolicy === 'Deny' ? 'deny' : 'no-opinion',
    reason: '',
    error: messageOf(error),
  });
  const ask = async (
    spec: SubjectAccessReviewSpec,
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<Decision> => {
    let status: Readonly<Record<string, unknown>>;
    let last = 'error';
    try {
      const review = {
        apiVersion: `authorization.k8s.io/${version}`,
        kind: 'SubjectAccessReview',
        spec: sent(spec, version),
      };
      const attempted = (result: AttemptResult, durationMs: number): void => {
        last = result;
        metrics.webhookCalled(name, result, durationMs);
      };
      status = await callReview(caller, review, { signal, attempted });
    } catch (error) {
      caller.env.log.error('authorization webhook failed', { webhook: name, error: messageOf(error) });
      if (failurePolicy === 'NoOpinion' && !signal?.aborted) metrics.webhookFailedOpen(name, last);
      return failed(error);
    }
    const decision = decisionOf(status);
    const ttlMs = status['allowed'] === true ? config.authorizedMs : config.unauthorizedMs;
    if (key.length < maxRememberedLength) known.set(key, decision, ttlMs);
    return decision;
  };
  return (attributes) => {
    const spec = reviewOf(attributes);
    try {
      if (!allMatch(matchConditions, spec)) {
        metrics.matchConditionExcluded(name);
        return noOpinion;
      }
    } catch (error) {
      metrics.matchConditionFailed(name);
      return failed(error);
    }
    const key = JSON.stringify(spec);
    return known.get(key) ?? ask(spec, key, attributes.signal);
  };
}

/** One condition that does not hold keeps the question away, whatever goes wrong with the others; throws when none does. */
function allMatch(conditions: readonly MatchCondition[], spec: SubjectAccessReviewSpec): boolean {
  const failures: unknown[] = [];
  for (const condition of conditions) {
    try {
      if (!condition.matches(spec)) return false;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new Error(`[${failures.map(messageOf).join(', ')}]`, { cause: failures });
  return true;
}

function decisionOf(status: Readonly<Record<string, unknown>>): Decision {
  const reason = isText(status['reason']) ? status['reason'] : '';
  const isAllowed = status['allowed'] === true;
  if (status['denied'] === true) {
    if (!isAllowed) return { decision: 'deny', reason };
    const error = 'webhook subject access review returned both allow and deny response';
    return { decision: 'deny', reason, error };
  }
  return { decision: isAllowed ? 'allow' : 'no-opinion', reason };
}

/** v1beta1 calls the groups `group`. */
function sent(spec: SubjectAccessReviewSpec, version: 'v1' | 'v1beta1'): unknown {
  if (version === 'v1') return spec;
  const { groups, ...rest } = spec;
  return { ...rest, ...(groups ? { group: groups } : {}) };
}

/** The question as a SubjectAccessReview. */
export function reviewOf(attributes: AuthorizationAttributes): SubjectAccessReviewSpec {
  const { user, isResourceRequest, path, verb } = attributes;
  return {
    ...(isResourceRequest
      ? { resourceAttributes: resourceAttributesOf(attributes) }
      : { nonResourceAttributes: { path, verb } }),
    user: user.username,
    ...(user.groups.length > 0 ? { groups: user.groups } : {}),
    ...(user.extra ? { extra: user.extra } : {}),
    ...(user.uid ? { uid: user.uid } : {}),
  };
}

function resourceAttributesOf(attributes: AuthorizationAttributes): ResourceAttributes {
  const { namespace, verb, apiGroup, apiVersion, resource, subresource, name } = attributes;
  const fieldSelector = attributes.fieldSelector && fieldRequirements(attributes.fieldSelector);
  const labelSelector = attributes.labelSelector && labelRequirements(attributes.labelSelector);
  const texts = { namespace, verb, group: apiGroup, version: apiVersion, resource, subresource, name };
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== '')),
    ...(fieldSelector ? { fieldSelector } : {}),
    ...(labelSelector ? { labelSelector } : {}),
  };
}

function fieldRequirements({ requirements }: FieldSelector): FieldSelectorAttributes | undefined {
  if (requirements.length === 0) return undefined;
  return {
    requirements: requirements.map(({ field, operator, value }) => ({
      key: field,
      operator: operator === '!=' ? 'NotIn' : 'In',
      values: [value],
    })),
  };
}

const labelOperators: Readonly<Record<string, string>> = {
  '=': 'In',
  '==': 'In',
  in: 'In',
  '!=': 'NotIn',
  notin: 'NotIn',
  exists: 'Exists',
  '!': 'DoesNotExist',
};

/** What has no counterpart (gt, lt) is left out: the question becomes broader, never narrower. */
function labelRequirements({ requirements }: Selector): LabelSelectorAttributes | undefined {
  const known = requirements.flatMap(({ key, operator, values }) => {
    const name = labelOperators[operator];
    return name === undefined ? [] : [{ key, operator: name, ...(values.length > 0 ? { values } : {}) }];
  });
  return known.length > 0 ? { requirements: known } : undefined;
}
