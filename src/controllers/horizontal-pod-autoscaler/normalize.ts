/**
 * From the number of replicas that metrics ask for to the one that is set: steadied by recent recommendations, limited by bounds and by
 * how fast an autoscaler may change things (upstream's normalizeDesiredReplicas, with and without spec.behavior; KEP-853).
 */

import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from '#kinds/generated/autoscaling-v2.ts';
import type { Finding } from './conditions.ts';
import { changeWithin, type ScaleEvent, type ScalingHistory, withRecommendation } from './scaling-history.ts';

/** --horizontal-pod-autoscaler-downscale-stabilization. */
export const downscaleStabilizationMs = 5 * 60_000;

export interface Sizes {
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
}

export interface Normalized {
  readonly replicas: number;
  readonly history: ScalingHistory;
  readonly findings: readonly Finding[];
}

interface Limited {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

interface Steadied {
  readonly replicas: number;
  readonly history: ScalingHistory;
  /** Said when it is not what was asked for. */
  readonly reason: string;
  readonly message: string;
}

export function normalize(
  sizes: Sizes,
  behavior: HorizontalPodAutoscalerBehavior | undefined,
  history: ScalingHistory,
  nowMs: number,
): Normalized {
  const steady = behavior ? steadyByBehavior(sizes, behavior, history, nowMs) : steadyByWindow(sizes, history, nowMs);
  const asked = { ...sizes, desired: steady.replicas };
  const limited = behavior ? limitByBehavior(asked, behavior, history, nowMs) : limitByRules(asked);
  const isSteadied = steady.replicas !== sizes.desired;
  return {
    replicas: limited.replicas,
    history: steady.history,
    findings: [
      {
        type: 'AbleToScale',
        status: 'True',
        reason: isSteadied ? steady.reason : 'ReadyForNewScale',
        message: isSteadied ? steady.message : 'recommended size matches current size',
      },
      {
        type: 'ScalingLimited',
        status: limited.replicas === steady.replicas ? 'False' : 'True',
        reason: limited.reason,
        message: limited.message,
      },
    ],
  };
}

const scaleDownStabilized = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
} as const;

const scaleUpStabilized = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
} as const;

/** The highest recommendation of the window. */
function steadyByWindow({ desired }: Sizes, history: ScalingHistory, nowMs: number): Steadied {
  const startMs = nowMs - downscaleStabilizationMs;
  const recent = history.recommendations.filter(({ atMs }) => atMs >= startMs);
  const next = withRecommendation(history, { replicas: desired, atMs: nowMs }, ({ atMs }) => atMs < startMs);
  const replicas = Math.max(desired, ...recent.map((recommendation) => recommendation.replicas));
  return { replicas, history: next, ...scaleDownStabilized };
}

/** As near to the current size as the recommendations of either window allow. */
function steadyByBehavior(
  { current, desired }: Sizes,
  { scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior,
  history: ScalingHistory,
  nowMs: number,
): Steadied {
  const upStartMs = nowMs - (scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const downSeconds = scaleDown?.stabilizationWindowSeconds;
  const downStartMs = nowMs - (downSeconds === undefined ? downscaleStabilizationMs : downSeconds * 1000);
  let lowest = desired;
  let highest = desired;
  for (const { replicas, atMs } of history.recommendations) {
    if (atMs > upStartMs) lowest = Math.min(lowest, replicas);
    if (atMs > downStartMs) highest = Math.max(highest, replicas);
  }
  const oldestMs = Math.min(upStartMs, downStartMs);
  const next = withRecommendation(history, { replicas: desired, atMs: nowMs }, ({ atMs }) => atMs < oldestMs);
  const words = desired >= current ? scaleUpStabilized : scaleDownStabilized;
  return { replicas: Math.min(Math.max(current, lowest), highest), history: next, ...words };
}

const withinRange = {
  reason: 'DesiredWithinRange',
  message: 'the desired count is within the acceptable range',
} as const;
const tooFew = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
} as const;
const tooMany = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
} as const;
const tooFastUp = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
} as const;
const tooFastDown = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
} as const;

/** Without a behavior a round at most doubles the replicas, or makes four of them. */
function limitByRules({ current, desired, min, max }: Sizes): Limited {
  const upLimit = Math.max(2 * current, 4);
  if (desired < min) return { replicas: min, ...tooFew };
  const allowed = Math.min(max, upLimit);
  if (desired > allowed) return { replicas: allowed, ...(max > upLimit ? tooFastUp : tooMany) };
  return { replicas: desired, ...withinRange };
}

function limitByBehavior(
  { current, desired, min, max }: Sizes,
  { scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior,
  history: ScalingHistory,
  nowMs: number,
): Limited {
  if (desired > current) {
    const upLimit = Math.max(current, scaleUpLimit(current, scaleUp, history, nowMs));
    const allowed = Math.min(max, upLimit);
    if (desired > allowed) return { replicas: allowed, ...(max > upLimit ? tooFastUp : tooMany) };
  } else if (desired < current) {
    const downLimit = Math.min(current, scaleDownLimit(current, scaleDown, history, nowMs));
    const allowed = Math.max(min, downLimit);
    if (desired < allowed) return { replicas: allowed, ...(min < downLimit ? tooFastDown : tooFew) };
  }
  return { replicas: desired, ...withinRange };
}

/** How many there may be, by the policy that the rules choose of those proposed. */
function scaleUpLimit(
  current: number,
  rules: HPAScalingRules | undefined,
  { ups, downs }: ScalingHistory,
  nowMs: number,
): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const proposals = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = replicasAtStart(current, ups, downs, periodSeconds, nowMs);
    // Rounded up: a small change of a small number would never come about.
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return rules?.selectPolicy === 'Min' ? Math.min(...proposals) : Math.max(...proposals);
}

function scaleDownLimit(
  current: number,
  rules: HPAScalingRules | undefined,
  { ups, downs }: ScalingHistory,
  nowMs: number,
): number {
  if (rules?.selectPolicy === 'Disabled') return current;
  const proposals = (rules?.policies ?? []).map(({ type, value, periodSeconds }) => {
    const start = replicasAtStart(current, ups, downs, periodSeconds, nowMs);
    return type === 'Pods' ? start - value : Math.trunc(start * (1 - value / 100));
  });
  // The smallest change leaves the most.
  return rules?.selectPolicy === 'Min' ? Math.max(...proposals) : Math.min(...proposals);
}

function replicasAtStart(
  current: number,
  ups: readonly ScaleEvent[],
  downs: readonly ScaleEvent[],
  periodSeconds: number,
  nowMs: number,
): number {
  return current - changeWithin(ups, periodSeconds, nowMs) + changeWithin(downs, periodSeconds, nowMs);
}
