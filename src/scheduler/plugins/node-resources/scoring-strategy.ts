/**
 * How full a node should be: as empty as possible (LeastAllocated), as full as possible (MostAllocated), or by a curve
 * (RequestedToCapacityRatio). The weighted mean over resources, 0 to 100, in integer arithmetic as upstream's.
 */

import { assert } from '#base/errors.ts';
import { maxNodeScore } from '../../framework/plugin.ts';
import type { ResourceSpec, ResourceSums } from './resource-sums.ts';

export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources?: readonly ResourceSpec[];
  readonly requestedToCapacityRatio?: { readonly shape: readonly UtilizationShapePoint[] };
}

export interface UtilizationShapePoint {
  /** Percent of capacity, ascending. */
  readonly utilization: number;
  /** 0 to 10. */
  readonly score: number;
}

const maxCustomPriorityScore = 10;
const maxUtilization = 100;

export function scorerOf(strategy: ScoringStrategy): (sums: ResourceSums) => number {
  const weights = (strategy.resources ?? []).map(({ weight }) => weight ?? 1);
  switch (strategy.type) {
    case 'LeastAllocated':
      return weightedMean(weights, (requested, capacity) =>
        requested > capacity ? 0 : Math.trunc(((capacity - requested) * maxNodeScore) / capacity),
      );
    case 'MostAllocated':
      return weightedMean(weights, (requested, capacity) =>
        Math.trunc((Math.min(requested, capacity) * maxNodeScore) / capacity),
      );
    case 'RequestedToCapacityRatio': {
      const curve = brokenLine(strategy.requestedToCapacityRatio?.shape ?? []);
      return ratioMean(weights, curve);
    }
  }
}

function weightedMean(
  weights: readonly number[],
  scoreOf: (requested: number, capacity: number) => number,
): (sums: ResourceSums) => number {
  return ({ requested, allocatable }) => {
    let sum = 0;
    let weightSum = 0;
    for (let i = 0; i < weights.length; i++) {
      const capacity = allocatable[i] ?? 0;
      if (capacity === 0) continue;
      const weight = weights[i] as number;
      sum += scoreOf(requested[i] ?? 0, capacity) * weight;
      weightSum += weight;
    }
    return weightSum === 0 ? 0 : Math.trunc(sum / weightSum);
  };
}

/** Resources with score 0 do not count, and the mean is rounded: upstream's RequestedToCapacityRatio differs so. */
function ratioMean(weights: readonly number[], curve: (utilization: number) => number): (sums: ResourceSums) => number {
  return ({ requested, allocatable }) => {
    let sum = 0;
    let weightSum = 0;
    for (let i = 0; i < weights.length; i++) {
      const capacity = allocatable[i] ?? 0;
      if (capacity === 0) continue;
      const wanted = requested[i] ?? 0;
      const utilization = wanted > capacity ? maxUtilization : Math.trunc((wanted * maxUtilization) / capacity);
      const score = curve(utilization);
      if (score <= 0) continue;
      const weight = weights[i] as number;
      sum += score * weight;
      weightSum += weight;
    }
    return weightSum === 0 ? 0 : Math.round(sum / weightSum);
  };
}

/** Straight lines between the points, level outside. */
export function brokenLine(shape: readonly UtilizationShapePoint[]): (utilization: number) => number {
  assert(shape.length > 0, 'requestedToCapacityRatio needs a shape');
  const points = shape.map(({ utilization, score }) => ({
    utilization,
    score: score * (maxNodeScore / maxCustomPriorityScore),
  }));
  return (utilization) => {
    for (const [i, point] of points.entries()) {
      if (utilization > point.utilization) continue;
      const before = points[i - 1];
      if (!before) return point.score;
      const rise = (point.score - before.score) * (utilization - before.utilization);
      return before.score + Math.trunc(rise / (point.utilization - before.utilization));
    }
    return points.at(-1)?.score ?? 0;
  };
}
