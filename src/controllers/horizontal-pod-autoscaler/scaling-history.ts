/**
 * What the controller remembers of one autoscaler between rounds: the sizes it found right, and the changes it made. A new leader begins
 * with nothing, as upstream's does.
 *
 * Entries past their window are replaced by new ones, so that a history is never longer than what one window holds.
 */

import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from '#kinds/generated/autoscaling-v2.ts';

export interface Recommendation {
  readonly replicas: number;
  readonly atMs: number;
}

export interface ScaleEvent {
  /** How many replicas were added or taken away. */
  readonly change: number;
  readonly atMs: number;
}

export interface ScalingHistory {
  readonly recommendations: readonly Recommendation[];
  readonly ups: readonly ScaleEvent[];
  readonly downs: readonly ScaleEvent[];
}

/** The size that was found at first counts as the first recommendation. */
export function newHistory(replicas: number, nowMs: number): ScalingHistory {
  return { recommendations: [{ replicas, atMs: nowMs }], ups: [], downs: [] };
}

/** `isOld` tells which recommendations no window looks at any more. */
export function withRecommendation(
  history: ScalingHistory,
  recommendation: Recommendation,
  isOld: (recommendation: Recommendation) => boolean,
): ScalingHistory {
  return { ...history, recommendations: replaceOld(history.recommendations, recommendation, isOld) };
}

/** Without a behavior nothing looks at changes, so none are kept. */
export function withScaleEvent(
  history: ScalingHistory,
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  before: number,
  after: number,
  nowMs: number,
): ScalingHistory {
  if (!behavior) return history;
  const isUp = after > before;
  const startMs = nowMs - longestPeriodSeconds(isUp ? behavior.scaleUp : behavior.scaleDown) * 1000;
  const event = { change: Math.abs(after - before), atMs: nowMs };
  const isOld = ({ atMs }: ScaleEvent) => atMs < startMs;
  return isUp
    ? { ...history, ups: replaceOld(history.ups, event, isOld) }
    : { ...history, downs: replaceOld(history.downs, event, isOld) };
}

/** Replicas changed within the last `periodSeconds`. */
export function changeWithin(events: readonly ScaleEvent[], periodSeconds: number, nowMs: number): number {
  const startMs = nowMs - periodSeconds * 1000;
  return events.reduce((sum, { change, atMs }) => (atMs > startMs ? sum + change : sum), 0);
}

function replaceOld<T>(entries: readonly T[], entry: T, isOld: (entry: T) => boolean): readonly T[] {
  const index = entries.findLastIndex(isOld);
  return index < 0 ? [...entries, entry] : entries.with(index, entry);
}

function longestPeriodSeconds(rules: HPAScalingRules | undefined): number {
  return Math.max(0, ...(rules?.policies ?? []).map(({ periodSeconds }) => periodSeconds));
}
