/** Metrics of authorization, under upstream's names (apiserver authorization/metrics, plugin/pkg/authorizer/webhook/metrics). */

import type { MetricsRegistry } from '#base/metrics.ts';
import type { Authorizer, Decision } from '../authorizer.ts';
import type { AuthorizerType } from './authorization-configuration.ts';

const webhookBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface AuthorizationMetrics {
  webhookCalled(name: string, result: string, durationMs: number): void;
  webhookFailedOpen(name: string, result: string): void;
  matchConditionExcluded(name: string): void;
  matchConditionFailed(name: string): void;
  /** Counts the decisions of an authorizer; those without an opinion do not count. */
  instrumented(type: AuthorizerType, name: string, authorize: Authorizer): Authorizer;
}

export function createAuthorizationMetrics(registry: MetricsRegistry): AuthorizationMetrics {
  const decisions = registry.counter(
    'apiserver_authorization_decisions_total',
    'Terminal decisions of an authorizer: allowed or denied.',
    ['type', 'name', 'decision'],
  );
  const calls = registry.counter(
    'apiserver_authorization_webhook_evaluations_total',
    'Calls of authorization webhooks by result: success, error or timeout.',
    ['name', 'result'],
  );
  const durations = registry.histogram(
    'apiserver_authorization_webhook_duration_seconds',
    'Latency of authorization webhooks.',
    ['name', 'result'],
    webhookBuckets,
  );
  const failedOpen = registry.counter(
    'apiserver_authorization_webhook_evaluations_fail_open_total',
    'Failed calls of authorization webhooks after which the next authorizer was asked.',
    ['name', 'result'],
  );
  const excluded = registry.counter(
    'apiserver_authorization_match_condition_exclusions_total',
    'Questions that match conditions kept from an authorizer.',
    ['type', 'name'],
  );
  const conditionErrors = registry.counter(
    'apiserver_authorization_match_condition_evaluation_errors_total',
    'Match conditions that could not be evaluated.',
    ['type', 'name'],
  );
  return {
    webhookCalled(name, result, durationMs) {
      calls.add(1, name, result);
      durations.observe(durationMs / 1000, name, result);
    },
    webhookFailedOpen: (name, result) => failedOpen.add(1, name, result),
    matchConditionExcluded: (name) => excluded.add(1, 'Webhook', name),
    matchConditionFailed: (name) => conditionErrors.add(1, 'Webhook', name),
    instrumented(type, name, authorize) {
      const counted = (decision: Decision): Decision => {
        if (decision.decision === 'allow') decisions.add(1, type, name, 'allowed');
        else if (decision.decision === 'deny') decisions.add(1, type, name, 'denied');
        return decision;
      };
      return (attributes) => {
        const answer = authorize(attributes);
        return answer instanceof Promise ? answer.then(counted) : counted(answer);
      };
    },
  };
}
