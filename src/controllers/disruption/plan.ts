/** The state of a PodDisruptionBudget: how many pods may be evicted now (upstream's pkg/controller/disruption). */

import type { Condition } from '#api/generated/meta-v1.ts';
import { scaledValue } from '#api/int-or-string.ts';
import { formatTime } from '#api/time.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '#kinds/generated/policy-v1.ts';
import { isPodReady } from '../pods/state.ts';

/** How long an eviction may take until the pod is deleted; then it counts no longer. */
const deletionTimeoutMs = 2 * 60_000;

export interface ExpectedPods {
  readonly expected: number;
  readonly desiredHealthy: number;
}

/** True when the number of pods that there should be is asked of their controllers. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec?.maxUnavailable !== undefined || typeof spec?.minAvailable === 'string';
}

/** `scale` is the sum of replicas over the pods' controllers. */
export function expectedPods({ spec }: PodDisruptionBudget, pods: readonly Pod[], scale: number): ExpectedPods {
  if (spec?.maxUnavailable !== undefined) {
    const unavailable = scaledValue(spec.maxUnavailable, scale, 'up');
    return { expected: scale, desiredHealthy: Math.max(0, scale - unavailable) };
  }
  if (typeof spec?.minAvailable === 'string') {
    return { expected: scale, desiredHealthy: scaledValue(spec.minAvailable, scale, 'up') };
  }
  return { expected: spec?.minAvailable === undefined ? 0 : pods.length, desiredHealthy: spec?.minAvailable ?? 0 };
}

export interface DisruptionPlan {
  readonly status: PodDisruptionBudgetStatus;
  /** Pods whose eviction did not delete them in time. */
  readonly notDeleted: readonly Pod[];
  readonly requeueAfterMs?: number;
}

export function planDisruption(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  { expected, desiredHealthy }: ExpectedPods,
  nowMs: number,
): DisruptionPlan {
  const disrupted = budget.status?.disruptedPods ?? {};
  const disruptedPods: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  const waits: number[] = [];
  let currentHealthy = 0;
  for (const pod of pods) {
    if (pod.metadata?.deletionTimestamp !== undefined) continue;
    const name = pod.metadata?.name ?? '';
    const since = disrupted[name];
    const leftMs = since === undefined ? 0 : Date.parse(since) + deletionTimeoutMs - nowMs;
    if (since !== undefined && leftMs >= 0) {
      disruptedPods[name] = since;
      waits.push(leftMs + 1);
    } else if (since !== undefined) notDeleted.push(pod);
    if (leftMs <= 0 && isPodReady(pod)) currentHealthy++;
  }
  const disruptionsAllowed = expected > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const observedGeneration = budget.metadata?.generation;
  const condition = disruptionAllowed(budget, disruptionsAllowed > 0, nowMs);
  const status = {
    observedGeneration,
    disruptedPods: Object.keys(disruptedPods).length > 0 ? disruptedPods : undefined,
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods: expected,
    conditions: withCondition(budget, condition),
  };
  return { status, notDeleted, ...(waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : {}) };
}

/** The status when the count failed: nothing may be evicted. */
export function failSafe(budget: PodDisruptionBudget, message: string, nowMs: number): PodDisruptionBudgetStatus {
  const condition = newCondition(budget, 'False', 'SyncFailed', message, nowMs);
  return {
    ...budget.status,
    disruptionsAllowed: 0,
    currentHealthy: budget.status?.currentHealthy ?? 0,
    desiredHealthy: budget.status?.desiredHealthy ?? 0,
    expectedPods: budget.status?.expectedPods ?? 0,
    conditions: withCondition(budget, condition),
  };
}

function disruptionAllowed(budget: PodDisruptionBudget, allowed: boolean, nowMs: number): Condition {
  return allowed
    ? newCondition(budget, 'True', 'SufficientPods', '', nowMs)
    : newCondition(budget, 'False', 'InsufficientPods', '', nowMs);
}

function newCondition(
  budget: PodDisruptionBudget,
  status: 'True' | 'False',
  reason: string,
  message: string,
  nowMs: number,
): Condition {
  const before = budget.status?.conditions?.find(({ type }) => type === 'DisruptionAllowed');
  return {
    type: 'DisruptionAllowed',
    status,
    observedGeneration: budget.metadata?.generation,
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : formatTime(nowMs),
    reason,
    message,
  };
}

function withCondition(budget: PodDisruptionBudget, condition: Condition): readonly Condition[] {
  return [...(budget.status?.conditions ?? []).filter(({ type }) => type !== condition.type), condition];
}
