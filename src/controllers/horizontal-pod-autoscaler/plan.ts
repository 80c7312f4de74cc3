/**
 * What an autoscaler does in one round: whether metrics are asked at all, what their answers come to, and the size that follows
 * (upstream's reconcileAutoscaler). Scaling to and from nothing (HPAScaleToZero) is alpha and off: a target without replicas is left alone.
 */

import { parseQuantity } from '#api/quantity.ts';
import type { HorizontalPodAutoscalerSpec, HPAScalingRules, MetricStatus } from '#kinds/generated/autoscaling-v2.ts';
import type { Finding } from './conditions.ts';
import type { MetricOutcome } from './metric-replicas.ts';
import { normalize } from './normalize.ts';
import type { Tolerances } from './replica-calculator.ts';
import type { ScalingHistory } from './scaling-history.ts';

/** --horizontal-pod-autoscaler-tolerance. */
const tolerance = 0.1;

export function tolerancesOf({ behavior }: HorizontalPodAutoscalerSpec): Tolerances {
  return { up: toleranceOf(behavior?.scaleUp), down: toleranceOf(behavior?.scaleDown) };
}

function toleranceOf(rules: HPAScalingRules | undefined): number {
  return rules?.tolerance === undefined ? tolerance : Number(parseQuantity(rules.tolerance).nano) / 1e9;
}

export type Course =
  | { readonly type: 'disabled'; readonly finding: Finding }
  | { readonly type: 'resize'; readonly replicas: number; readonly reason: string }
  | { readonly type: 'measure' };

/** By the size alone. */
export function planCourse({ minReplicas = 1, maxReplicas }: HorizontalPodAutoscalerSpec, current: number): Course {
  if (current === 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    const finding = { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled', message } as const;
    return { type: 'disabled', finding };
  }
  if (current > maxReplicas) {
    return { type: 'resize', replicas: maxReplicas, reason: 'Current number of replicas above Spec.MaxReplicas' };
  }
  if (current < minReplicas) {
    return { type: 'resize', replicas: minReplicas, reason: 'Current number of replicas below Spec.MinReplicas' };
  }
  return { type: 'measure' };
}

export interface Verdict {
  /** Absent when the metrics do not allow to scale. */
  readonly proposal: { readonly replicas: number; readonly metric: string } | undefined;
  readonly finding: Finding;
  readonly statuses: readonly MetricStatus[];
  /** Of the metrics that failed, also when others decide. */
  readonly error: string | undefined;
}

/** The metric that asks for most replicas decides. While any is unknown nothing is taken away. */
export function judge(outcomes: readonly MetricOutcome[], current: number): Verdict {
  const failures = outcomes.filter((outcome) => outcome.type === 'failure');
  const [first] = failures;
  const error =
    first && `invalid metrics (${failures.length} invalid out of ${outcomes.length}), first error is: ${first.message}`;
  // What a failed metric has to say is an empty status in its place.
  const statuses = outcomes.map((outcome) => (outcome.type === 'proposal' ? outcome.status : { type: '' }));
  let best: { readonly replicas: number; readonly metric: string } = { replicas: 0, metric: '' };
  for (const outcome of outcomes) {
    if (outcome.type === 'proposal' && (best.replicas === 0 || outcome.replicas > best.replicas)) best = outcome;
  }
  const { replicas, metric } = best;
  if (first && (failures.length === outcomes.length || replicas < current)) {
    const message = `the HPA was unable to compute the replica count: ${first.cause}`;
    const finding = { type: 'ScalingActive', status: 'False', reason: first.reason, message } as const;
    return { proposal: undefined, finding, statuses, error };
  }
  const message = `the HPA was able to successfully calculate a replica count from ${metric}`;
  const finding = { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message } as const;
  return { proposal: { replicas, metric }, finding, statuses, error };
}

export interface Resize {
  readonly replicas: number;
  /** Why, for the event. */
  readonly reason: string;
  readonly history: ScalingHistory;
  readonly findings: readonly Finding[];
}

export function planResize(
  { behavior, minReplicas = 1, maxReplicas }: HorizontalPodAutoscalerSpec,
  current: number,
  { replicas, metric }: { readonly replicas: number; readonly metric: string },
  history: ScalingHistory,
  nowMs: number,
): Resize {
  const sizes = { current, desired: replicas, min: minReplicas, max: maxReplicas };
  return { ...normalize(sizes, behavior, history, nowMs), reason: reasonOf(replicas - current, metric) };
}

/** None when it is only a recommendation of before that makes the difference. */
function reasonOf(change: number, metric: string): string {
  if (change > 0) return `${metric} above target`;
  return change < 0 ? 'All metrics below target' : '';
}
