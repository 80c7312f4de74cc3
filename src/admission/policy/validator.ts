/** One validating policy, compiled, and what it says of one request with one parameter (policy/validating/validator.go). Pure. */

import { runtimeTypeName } from '#cel/types.ts';
import { typeOf, type Value } from '#cel/values.ts';
import {
  auditAnnotationResult,
  type CompiledExpression,
  conditionResult,
  messageResult,
  PolicyCompiler,
} from '#kinds/admissionregistration/expressions/compile.ts';
import type { ValidatingAdmissionPolicySpec, Validation } from '#kinds/generated/admissionregistration-v1.ts';
import {
  Activation,
  type ActivationValues,
  type Authority,
  Budget,
  BudgetExceeded,
} from '../expressions/activation.ts';
import { type ConditionObserver, evaluateConditions } from '../expressions/match-conditions.ts';

/** What the expressions of one policy may cost for one binding and parameter (celconfig.RuntimeCELCostBudget). */
const costBudget = 10_000_000;
/** celconfig.MaxEvaluatedMessageExpressionSizeBytes */
const maxMessageBytes = 5 * 1024;

export interface ValidatingPolicy {
  readonly failurePolicy: string | undefined;
  readonly compiler: PolicyCompiler;
  readonly conditions: readonly CompiledExpression[];
  readonly validations: readonly CompiledValidation[];
  readonly auditAnnotations: readonly { readonly key: string; readonly compiled: CompiledExpression }[];
}

interface CompiledValidation {
  readonly validation: Validation;
  readonly compiled: CompiledExpression;
  readonly message: CompiledExpression | undefined;
}

export function compileValidatingPolicy(spec: ValidatingAdmissionPolicySpec): ValidatingPolicy {
  const { variables, matchConditions, validations, auditAnnotations, failurePolicy, paramKind } = spec;
  const params = paramKind !== undefined;
  const scope = { params, authorizer: true };
  const compiler = new PolicyCompiler();
  for (const { name, expression } of variables ?? []) compiler.addVariable(name, expression, scope);
  return {
    failurePolicy,
    compiler,
    conditions: (matchConditions ?? []).map(({ expression }) => compiler.compile(expression, conditionResult, scope)),
    validations: (validations ?? []).map((validation) => ({
      validation,
      compiled: compiler.compile(validation.expression, conditionResult, scope),
      message: validation.messageExpression
        ? compiler.compile(validation.messageExpression, messageResult, { params })
        : undefined,
    })),
    auditAnnotations: (auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      compiled: compiler.compile(valueExpression, auditAnnotationResult, scope),
    })),
  };
}

export interface Denial {
  readonly message: string;
  /** '' where evaluation failed. */
  readonly reason: string;
}

/** What one validation came to. */
export interface Decision {
  /** Undefined for one that holds, and for one whose failure is ignored. */
  readonly denial: Denial | undefined;
  /** It could not be evaluated. */
  readonly failed: boolean;
  readonly elapsedMs: number;
}

export type AuditAnnotation =
  | { readonly key: string; readonly value: string }
  /** Refuses the request whatever the binding's actions are. */
  | { readonly key: string; readonly error: string };

export interface ValidateResult {
  /** In the order of the validations. */
  readonly decisions: readonly Decision[];
  readonly auditAnnotations: readonly AuditAnnotation[];
}

/** What measures; the evaluation itself knows no clock. */
export interface ValidationWatch {
  /** Milliseconds from an arbitrary start. */
  readonly now: () => number;
  readonly conditions: ConditionObserver;
}

const nothing: ValidateResult = { decisions: [], auditAnnotations: [] };

export function validateRequest(
  policy: ValidatingPolicy,
  values: ActivationValues,
  namespaceObject: Value,
  authority: Authority,
  watch: ValidationWatch,
): ValidateResult {
  const { failurePolicy, compiler, conditions, validations } = policy;
  const failed = (message: string, elapsedMs: number): Decision => ({
    denial: failurePolicy === 'Ignore' ? undefined : { message, reason: '' },
    failed: true,
    elapsedMs,
  });
  const startedMs = watch.now();
  if (conditions.length > 0) {
    // Conditions do not see the namespace.
    const outcome = evaluateConditions(
      conditions,
      new Activation(values, authority, compiler),
      failurePolicy,
      watch.conditions,
    );
    if ('error' in outcome) {
      return { decisions: [failed(outcome.error, watch.now() - startedMs)], auditAnnotations: [] };
    }
    if (!outcome.matches) return nothing;
  }
  const visible = { ...values, namespaceObject };
  try {
    const decisions = decide(validations, visible, authority, compiler, failed, watch);
    return { decisions, auditAnnotations: annotate(policy, visible) };
  } catch (error) {
    if (!(error instanceof BudgetExceeded)) throw error;
    return { decisions: [failed(error.message, watch.now() - startedMs)], auditAnnotations: [] };
  }
}

/** Throws BudgetExceeded. */
function decide(
  validations: readonly CompiledValidation[],
  values: ActivationValues,
  authority: Authority,
  compiler: PolicyCompiler,
  failed: (message: string, elapsedMs: number) => Decision,
  { now }: ValidationWatch,
): readonly Decision[] {
  const budget = new Budget(costBudget);
  const activation = new Activation(values, authority, compiler);
  const evaluations = validations.map(({ compiled }) => {
    const startedMs = now();
    const evaluation = activation.evaluate(compiled, budget);
    return { evaluation, elapsedMs: now() - startedMs };
  });
  const messages = messagesOf(validations, new Activation(values, undefined, compiler), budget);
  return evaluations.map(({ evaluation, elapsedMs }, position) => {
    if (!evaluation.ok) return failed(evaluation.message, elapsedMs);
    if (messages instanceof BudgetExceeded) {
      return failed(`failed messageExpression: ${messages.message}`, elapsedMs);
    }
    if (evaluation.value === true) return { denial: undefined, failed: false, elapsedMs };
    const { expression, message = '', reason = 'Invalid' } = validations[position]?.validation ?? { expression: '' };
    const text = messages[position] || message.trim() || `failed expression: ${expression.trim()}`;
    return { denial: { message: text, reason }, failed: false, elapsedMs };
  });
}

/** All are evaluated, whether they will be needed or not: that is what they cost upstream. '' where one gives no usable text. */
function messagesOf(
  validations: readonly CompiledValidation[],
  activation: Activation,
  budget: Budget,
): readonly string[] | BudgetExceeded {
  try {
    return validations.map(({ message }) => {
      const evaluation = message && activation.evaluate(message, budget);
      if (!evaluation?.ok || typeof evaluation.value !== 'string') return '';
      const text = evaluation.value.trim();
      return text.includes('\n') || new TextEncoder().encode(text).length > maxMessageBytes ? '' : text;
    });
  } catch (error) {
    if (error instanceof BudgetExceeded) return error;
    throw error;
  }
}

/** Values that are null or empty are left out. Throws BudgetExceeded. */
function annotate(
  { auditAnnotations, compiler, failurePolicy }: ValidatingPolicy,
  values: ActivationValues,
): readonly AuditAnnotation[] {
  if (auditAnnotations.length === 0) return [];
  const budget = new Budget(costBudget);
  // As upstream has it: the authorizer is declared for these expressions, and not there when they run.
  const activation = new Activation(values, undefined, compiler);
  return auditAnnotations.flatMap(({ key, compiled }): AuditAnnotation[] => {
    const evaluation = activation.evaluate(compiled, budget);
    if (!evaluation.ok) return failurePolicy === 'Ignore' ? [] : [{ key, error: evaluation.message }];
    const { value } = evaluation;
    if (typeof value === 'string') return value.trim() === '' ? [] : [{ key, value: value.trim() }];
    if (value === null) return [];
    const type = runtimeTypeName(typeOf(value));
    const error = `valueExpression '${compiled.expression}' resulted in unsupported return type: ${type}. Return type must be either string or null.`;
    return [{ key, error }];
  });
}
