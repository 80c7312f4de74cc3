/** Match conditions of webhooks and policies (apiserver admission/plugin/webhook/matchconditions). */

import type { AdmissionMetrics, ConditionLabels } from '#apiserver/admission-metrics.ts';
import type { Clock } from '#base/env.ts';
import type { CompiledExpression } from '#kinds/admissionregistration/expressions/compile.ts';
import { type Activation, Budget, BudgetExceeded } from './activation.ts';

/** What the conditions of one webhook or policy may cost together (celconfig.RuntimeCELCostBudgetMatchConditions). */
const costBudget = 2_500_000;

export type ConditionOutcome =
  | { readonly matches: boolean }
  /** They cannot be evaluated, and failurePolicy is Fail. */
  | { readonly error: string };

/** Told once what the conditions of a request came to. */
export type ConditionObserver = (outcome: { readonly errors: number; readonly excluded: boolean }) => void;

/** Counts, and measures from now on. */
export function observedConditions(
  clock: Pick<Clock, 'monotonic'>,
  metrics: AdmissionMetrics,
  labels: ConditionLabels,
): ConditionObserver {
  const startedMs = clock.monotonic();
  return (outcome) =>
    metrics.conditionsEvaluated(labels, { ...outcome, seconds: (clock.monotonic() - startedMs) / 1000 });
}

/** All must be true. One that is false decides, whatever others fail with. */
export function evaluateConditions(
  conditions: readonly CompiledExpression[],
  activation: Activation,
  failurePolicy: string | undefined,
  observe?: ConditionObserver,
): ConditionOutcome {
  const failures: string[] = [];
  const outcome = judge();
  observe?.({ errors: failures.length, excluded: 'matches' in outcome && !outcome.matches });
  return outcome;

  function judge(): ConditionOutcome {
    try {
      const budget = new Budget(costBudget);
      const evaluations = conditions.map((condition) => activation.evaluate(condition, budget));
      if (evaluations.some((evaluation) => evaluation.ok && evaluation.value === false)) return { matches: false };
      for (const evaluation of evaluations) if (!evaluation.ok) failures.push(evaluation.message);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      failures.push(error.message);
    }
    if (failures.length === 0) return { matches: true };
    return failurePolicy === 'Ignore' ? { matches: false } : { error: aggregate(failures) };
  }
}

/** As Go prints several errors as one: each text once. */
function aggregate(messages: readonly string[]): string {
  const different = [...new Set(messages)];
  return different.length === 1 ? different.join('') : `[${different.join(', ')}]`;
}
