/** Metrics of admission, under upstream's names (apiserver admission/metrics, admission/plugin/policy/{validating,mutating}/metrics). */

import { HistogramSeries, type MetricsRegistry } from '#base/metrics.ts';
import type { AdmissionOperation } from './admission-plugin.ts';

const stepBuckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
const webhookBuckets = [...stepBuckets, 10, 25];
const conditionBuckets = [0.001, 0.005, 0.01, 0.025, 0.1, 0.2, 0.25];
const policyBuckets = [0.0000005, 0.001, 0.01, 0.1, 1];
/** Codes beyond it count as it: they are the webhook's choice. */
const highestCode = 600;

export type AdmissionPhase = 'admit' | 'validate';
/** As upstream's metrics of webhooks call the phases. */
export type WebhookPhase = 'admit' | 'validating';
export type WebhookFault = 'calling_webhook_error' | 'apiserver_internal_error' | 'no_error';
export type PolicyError = 'no_error' | 'compile_error' | 'invalid_error' | 'out_of_budget';
export type EnforcementAction = 'allow' | 'deny' | 'audit' | 'warn';

/** Durations of what may let a request through or refuse it. */
export interface Verdicts {
  readonly passed: HistogramSeries;
  readonly rejected: HistogramSeries;
}

export interface SecurityRequest {
  readonly operation: AdmissionOperation;
  readonly resource: 'pod' | 'controller';
  readonly subresource: string;
}

export interface SecurityEvaluation extends SecurityRequest {
  readonly decision: 'allow' | 'deny';
  readonly mode: 'enforce' | 'audit' | 'warn';
  readonly level: string;
  /** 'latest', 'v1.30', or 'future'. */
  readonly version: string;
}

/** Match conditions of one webhook or policy. */
export interface ConditionLabels {
  readonly name: string;
  readonly kind: 'webhook' | 'policy';
  readonly type: AdmissionPhase;
  readonly operation: AdmissionOperation;
}

export class AdmissionMetrics {
  private readonly steps;
  private readonly controllers;
  private readonly webhooks;
  private readonly webhookRequests;
  private readonly webhookRejections;
  private readonly webhookFailOpen;
  private readonly conditionSeconds;
  private readonly conditionErrors;
  private readonly conditionExclusions;
  private readonly validatingChecks;
  private readonly validatingSeconds;
  private readonly mutatingChecks;
  private readonly mutatingSeconds;
  private readonly securityEvaluations;
  private readonly securityExemptions;

  constructor(registry: MetricsRegistry) {
    this.steps = registry.histogram(
      'apiserver_admission_step_admission_duration_seconds',
      'Seconds of all plugins of a phase together.',
      ['operation', 'rejected', 'type'],
      stepBuckets,
    );
    const perPlugin = ['name', 'operation', 'rejected', 'type'];
    this.controllers = registry.histogram(
      'apiserver_admission_controller_admission_duration_seconds',
      'Seconds of one admission plugin.',
      perPlugin,
      stepBuckets,
    );
    this.webhooks = registry.histogram(
      'apiserver_admission_webhook_admission_duration_seconds',
      'Seconds of one admission webhook.',
      perPlugin,
      webhookBuckets,
    );
    this.webhookRequests = registry.counter(
      'apiserver_admission_webhook_request_total',
      'Calls of admission webhooks, by their answer.',
      ['code', ...perPlugin],
    );
    this.webhookRejections = registry.counter(
      'apiserver_admission_webhook_rejection_count',
      'Requests that an admission webhook refused, or whose call failed and refused them.',
      ['error_type', 'name', 'operation', 'rejection_code', 'type'],
    );
    this.webhookFailOpen = registry.counter(
      'apiserver_admission_webhook_fail_open_count',
      'Failed calls of admission webhooks that let the request through.',
      ['name', 'type'],
    );
    const perCondition = ['kind', 'name', 'operation', 'type'];
    this.conditionSeconds = registry.histogram(
      'apiserver_admission_match_condition_evaluation_seconds',
      'Seconds of the match conditions of a webhook or policy.',
      perCondition,
      conditionBuckets,
    );
    this.conditionErrors = registry.counter(
      'apiserver_admission_match_condition_evaluation_errors_total',
      'Match conditions that could not be evaluated.',
      perCondition,
    );
    this.conditionExclusions = registry.counter(
      'apiserver_admission_match_condition_exclusions_total',
      'Requests that match conditions kept from a webhook or policy.',
      perCondition,
    );
    const perCheck = ['enforcement_action', 'error_type', 'policy', 'policy_binding'];
    this.validatingChecks = registry.counter(
      'apiserver_validating_admission_policy_check_total',
      'Validations that did not hold or could not be evaluated, by what followed.',
      perCheck,
    );
    this.validatingSeconds = registry.histogram(
      'apiserver_validating_admission_policy_check_duration_seconds',
      'Seconds of the same.',
      perCheck,
      policyBuckets,
    );
    const perMutation = ['error_type', 'policy', 'policy_binding'];
    this.mutatingChecks = registry.counter(
      'apiserver_mutating_admission_policy_check_total',
      'Mutations that policies carried out, or failed to.',
      perMutation,
    );
    this.mutatingSeconds = registry.histogram(
      'apiserver_mutating_admission_policy_check_duration_seconds',
      'Seconds of the same.',
      perMutation,
      policyBuckets,
    );
    const perRequest = ['request_operation', 'resource', 'subresource'];
    this.securityEvaluations = registry.counter(
      'pod_security_evaluations_total',
      'Pods and templates that were held against a Pod Security Standard.',
      ['decision', 'mode', 'policy_level', 'policy_version', ...perRequest],
    );
    this.securityExemptions = registry.counter(
      'pod_security_exemptions_total',
      'Pods and templates that are exempt from Pod Security.',
      perRequest,
    );
  }

  /** Of PodSecurity; `resource` is pod or controller. */
  securityEvaluated({ decision, mode, level, version, operation, resource, subresource }: SecurityEvaluation): void {
    this.securityEvaluations.add(1, decision, mode, level, version, operation.toLowerCase(), resource, subresource);
  }

  securityExempted({ operation, resource, subresource }: SecurityRequest): void {
    this.securityExemptions.add(1, operation.toLowerCase(), resource, subresource);
  }

  step(phase: AdmissionPhase, operation: AdmissionOperation): Verdicts {
    return {
      passed: this.steps.seriesOf(operation, 'false', phase),
      rejected: this.steps.seriesOf(operation, 'true', phase),
    };
  }

  controller(name: string, phase: AdmissionPhase, operation: AdmissionOperation): Verdicts {
    return {
      passed: this.controllers.seriesOf(name, operation, 'false', phase),
      rejected: this.controllers.seriesOf(name, operation, 'true', phase),
    };
  }

  /** What all of them took alike, observed once. */
  together(controllers: readonly Verdicts[]): HistogramSeries {
    const series = new HistogramSeries(stepBuckets, []);
    for (const { passed } of controllers) passed.include(series);
    return series;
  }

  webhookCalled(
    name: string,
    type: WebhookPhase,
    operation: AdmissionOperation,
    { code, rejected, seconds }: { readonly code: number; readonly rejected: boolean; readonly seconds: number },
  ): void {
    this.webhookRequests.add(1, codeLabel(code), name, operation, String(rejected), type);
    this.webhooks.observe(seconds, name, operation, String(rejected), type);
  }

  webhookRejected(
    name: string,
    type: WebhookPhase,
    operation: AdmissionOperation,
    fault: WebhookFault,
    code: number,
  ): void {
    this.webhookRejections.add(1, fault, name, operation, codeLabel(code), type);
  }

  webhookFailedOpen(name: string, type: WebhookPhase): void {
    this.webhookFailOpen.add(1, name, type);
  }

  conditionsEvaluated(
    { kind, name, operation, type }: ConditionLabels,
    { seconds, errors, excluded }: { readonly seconds: number; readonly errors: number; readonly excluded: boolean },
  ): void {
    this.conditionSeconds.observe(seconds, kind, name, operation, type);
    if (errors > 0) this.conditionErrors.add(errors, kind, name, operation, type);
    if (excluded) this.conditionExclusions.add(1, kind, name, operation, type);
  }

  validated(policy: string, binding: string, action: EnforcementAction, error: PolicyError, seconds: number): void {
    this.validatingChecks.add(1, action, error, policy, binding);
    this.validatingSeconds.observe(seconds, action, error, policy, binding);
  }

  mutated(policy: string, binding: string, error: PolicyError, seconds: number): void {
    this.mutatingChecks.add(1, error, policy, binding);
    this.mutatingSeconds.observe(seconds, error, policy, binding);
  }
}

function codeLabel(code: number): string {
  return String(Math.min(code, highestCode));
}
