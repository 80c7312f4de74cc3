/** Pods and what was measured of them: which measurements count, and what the pods asked for (upstream's replica_calculator). */

import { quantityMillis } from '#api/quantity.ts';
import { isSidecar, podRequests } from '#kinds/core/pod/resources.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { podCondition } from '../pods/state.ts';

export interface PodMetric {
  readonly atMs: number;
  readonly windowMs: number;
  /** In thousandths. */
  readonly value: bigint;
}

/** By the pod's name. */
export type PodMetrics = ReadonlyMap<string, PodMetric>;

export interface PodGroups {
  readonly readyCount: number;
  /** Pods that start: what they use tells nothing yet. */
  readonly unready: ReadonlySet<string>;
  /** Pods of which nothing was measured. */
  readonly missing: ReadonlySet<string>;
  /** The measurements of ready pods only. */
  readonly metrics: PodMetrics;
}

/** --horizontal-pod-autoscaler-cpu-initialization-period and --horizontal-pod-autoscaler-initial-readiness-delay. */
const cpuInitializationMs = 5 * 60_000;
const initialReadinessDelayMs = 30_000;

/** Pods that failed or are being deleted do not count at all. */
export function groupPods(pods: readonly Pod[], measured: PodMetrics, resource: string, nowMs: number): PodGroups {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const metrics = new Map(measured);
  let readyCount = 0;
  for (const pod of pods) {
    const name = pod.metadata?.name ?? '';
    const phase = pod.status?.phase;
    const metric = measured.get(name);
    if (pod.metadata?.deletionTimestamp !== undefined || phase === 'Failed') metrics.delete(name);
    else if (phase === 'Pending' || (metric && resource === 'cpu' && isStarting(pod, metric, nowMs))) {
      unready.add(name);
      metrics.delete(name);
    } else if (!metric) missing.add(name);
    else readyCount++;
  }
  return { readyCount, unready, missing, metrics };
}

/** A starting program uses more CPU than it will: its measurement is put aside. */
function isStarting(pod: Pod, { atMs, windowMs }: PodMetric, nowMs: number): boolean {
  const ready = podCondition(pod, 'Ready');
  if (!ready || pod.status?.startTime === undefined) return true;
  const startMs = Date.parse(pod.status.startTime);
  const changedMs = Date.parse(ready.lastTransitionTime ?? '');
  if (startMs + cpuInitializationMs > nowMs) return ready.status === 'False' || atMs < changedMs + windowMs;
  // It has never been ready.
  return ready.status === 'False' && startMs + initialReadinessDelayMs > changedMs;
}

/** Thousandths that each pod asks for, of one container when it is named. Throws when one asks for nothing. */
export function requestsOf(pods: readonly Pod[], container: string, resource: string): ReadonlyMap<string, bigint> {
  return new Map(pods.map((pod) => [pod.metadata?.name ?? '', requestOf(pod, container, resource)]));
}

function requestOf(pod: Pod, container: string, resource: string): bigint {
  const name = pod.metadata?.name;
  if (container === '' && pod.spec && Object.keys(pod.spec.resources?.requests ?? {}).length > 0) {
    const request = podRequests(pod.spec)[resource];
    if (request === undefined) throw new Error(`missing pod-level request for ${resource} in Pod ${name}`);
    return quantityMillis(request);
  }
  const all = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []).filter(isSidecar)];
  const counted = container === '' ? all : all.filter((candidate) => candidate.name === container);
  if (container !== '' && counted.length === 0) throw new Error(`container ${container} not found in Pod ${name}`);
  return counted.reduce((sum, { name: containerName, resources }) => {
    const request = resources?.requests?.[resource];
    if (request === undefined) {
      throw new Error(`missing request for ${resource} in container ${containerName} of Pod ${name}`);
    }
    return sum + quantityMillis(request);
  }, 0n);
}
