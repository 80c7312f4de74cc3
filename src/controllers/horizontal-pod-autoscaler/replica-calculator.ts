/**
 * How many replicas a measurement asks for: target usage against what is used (upstream's replica_calculator.go).
 *
 * 1. A ratio near 1 changes nothing (the tolerance).
 * 2. Pods of which nothing is known, and pods that start, never make a change larger than it would be without them: on the way up they
 *    count as idle, on the way down as fully used, and when that turns the direction, nothing changes.
 *
 * Values are thousandths. Failures are Errors with upstream's words.
 */

import type { Pod } from '#kinds/generated/core-v1.ts';
import { isPodReady } from '../pods/state.ts';
import { groupPods, type PodMetric, type PodMetrics, requestsOf } from './pod-metrics.ts';

/** How far the ratio of usage to target may be from 1. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

/** What is asked about. */
export interface Question {
  /** The scale's spec.replicas. */
  readonly replicas: number;
  readonly tolerances: Tolerances;
  /** Those that the scale's selector selects. */
  readonly pods: readonly Pod[];
  readonly nowMs: number;
}

export interface Proposal {
  readonly replicas: number;
  /** What is used now: an average of pods, or the value of an object. */
  readonly usage: bigint;
  /** In percent of what was asked for, where the target is. */
  readonly utilization?: number;
}

const maxInt32 = 2 ** 31 - 1;
const maxInt64 = 2n ** 63n - 1n;

/** By utilization in percent of the requests of a container, or of whole pods when `container` is ''. */
export function replicasByUtilization(
  question: Question,
  measured: PodMetrics,
  target: number,
  resource: string,
  container: string,
): Proposal {
  const requests = () => requestsOf(question.pods, container, resource);
  return replicasByPods(question, measured, resource, {
    prepare: requests,
    ratio: (metrics, of) => utilizationRatio(metrics, of, target),
    // For targets above 100 % the target itself.
    fullyUsed: (name, of) => ((of.get(name) ?? 0n) * BigInt(Math.max(100, target))) / 100n,
  });
}

/** By the average of the pods' values; `resource` is '' for metrics that are none. */
export function replicasByAverage(
  question: Question,
  measured: PodMetrics,
  target: bigint,
  resource: string,
): Proposal {
  return replicasByPods(question, measured, resource, {
    prepare: () => undefined,
    ratio: (metrics) => {
      const usage = sum(metrics) / BigInt(metrics.size);
      return { ratio: Number(usage) / Number(target), usage };
    },
    fullyUsed: () => target,
  });
}

interface Ratio {
  readonly ratio: number;
  readonly usage: bigint;
  readonly utilization?: number;
}

/** How usage is held against the target: `prepare` runs once pods and measurements are known to be there. */
interface Scale<Basis> {
  readonly prepare: () => Basis;
  readonly ratio: (metrics: PodMetrics, basis: Basis) => Ratio;
  readonly fullyUsed: (name: string, basis: Basis) => bigint;
}

function replicasByPods<Basis>(
  { pods, replicas, tolerances, nowMs }: Question,
  measured: PodMetrics,
  resource: string,
  scale: Scale<Basis>,
): Proposal {
  if (pods.length === 0) throw noPods();
  const { readyCount, unready, missing, metrics } = groupPods(pods, measured, resource, nowMs);
  if (metrics.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  const basis = scale.prepare();
  const { ratio, ...used } = scale.ratio(metrics, basis);
  const countsUnready = unready.size > 0 && ratio > 1;
  if (!countsUnready && missing.size === 0) {
    return { ...used, replicas: isWithin(tolerances, ratio) ? replicas : ceiling(ratio * readyCount) };
  }
  const assumed = new Map(metrics);
  if (ratio < 1) for (const name of missing) assumed.set(name, assumption(scale.fullyUsed(name, basis)));
  if (ratio > 1) for (const name of missing) assumed.set(name, assumption(0n));
  if (countsUnready) for (const name of unready) assumed.set(name, assumption(0n));
  const { ratio: newRatio } = scale.ratio(assumed, basis);
  const turns = (ratio < 1 && newRatio > 1) || (ratio > 1 && newRatio < 1);
  if (isWithin(tolerances, newRatio) || turns) return { ...used, replicas };
  const proposed = ceiling(newRatio * assumed.size);
  const isOpposite = (newRatio < 1 && proposed > replicas) || (newRatio > 1 && proposed < replicas);
  return { ...used, replicas: isOpposite ? replicas : proposed };
}

function assumption(value: bigint): PodMetric {
  return { atMs: 0, windowMs: 0, value };
}

function utilizationRatio(metrics: PodMetrics, requests: ReadonlyMap<string, bigint>, target: number): Ratio {
  let used = 0n;
  let requested = 0n;
  let count = 0n;
  for (const [name, { value }] of metrics) {
    const request = requests.get(name);
    if (request === undefined) continue;
    used += value;
    requested += request;
    count++;
  }
  if (requested === 0n) throw new Error('no metrics returned matched known pods');
  const utilization = Number((used * 100n) / requested);
  return { ratio: utilization / target, usage: used / count, utilization };
}

function sum(metrics: PodMetrics): bigint {
  let total = 0n;
  for (const { value } of metrics.values()) total += value;
  return total;
}

/** One value for all pods: of an object, or outside of the cluster. From no replicas it counts alone. */
export function replicasByValue(question: Question, usage: bigint, target: bigint): Proposal {
  const { pods, replicas, tolerances } = question;
  const ratio = Number(usage) / Number(target);
  if (replicas === 0) return { replicas: ceiling(ratio), usage };
  if (isWithin(tolerances, ratio)) return { replicas, usage };
  if (pods.length === 0) throw new Error(`unable to calculate ready pods: ${noPods().message}`);
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod));
  return { replicas: ceiling(ratio * ready.length), usage };
}

/** One value shared by all pods, so much for each; `statusReplicas` are those that there are. */
export function replicasByShare(
  { tolerances }: Question,
  statusReplicas: number,
  usage: bigint,
  target: bigint,
): Proposal {
  const ratio = Number(usage) / (Number(target) * statusReplicas);
  const replicas = isWithin(tolerances, ratio) ? statusReplicas : ceiling(Number(usage) / Number(target));
  return { replicas, usage: statusReplicas === 0 ? usage : ceilDivide(usage, BigInt(statusReplicas)) };
}

/** The sum of the values, which upstream holds in 64 bits. */
export function totalOf(values: readonly bigint[]): bigint {
  const total = values.reduce((sum, value) => sum + value, 0n);
  return total > maxInt64 ? maxInt64 : total;
}

function noPods(): Error {
  return new Error('no pods returned by selector while calculating replica count');
}

function isWithin({ up, down }: Tolerances, ratio: number): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}

function ceiling(replicas: number): number {
  return Math.min(Math.ceil(replicas), maxInt32);
}

function ceilDivide(value: bigint, divisor: bigint): bigint {
  return value > 0n ? (value + divisor - 1n) / divisor : value / divisor;
}
