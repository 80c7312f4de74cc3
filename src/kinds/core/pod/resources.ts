/**
 * What a pod asks for (KEP-753 sidecars, KEP-2837 pod-level resources): the sum of its containers, or the largest of its init
 * containers on top of the sidecars started before it, whichever is more; plus overhead.
 */

import { addQuantities, compareQuantities } from '#api/quantity.ts';
import type { Draft } from '#base/edit.ts';
import type { Container, PodSpec } from '#kinds/generated/core-v1.ts';

export type ResourceList = Readonly<Record<string, string>>;

/** True for an init container that keeps running beside the pod's containers. */
export function isSidecar(container: Pick<Container, 'restartPolicy'>): boolean {
  return container.restartPolicy === 'Always';
}

/** Requests (or limits) of all containers together, without pod-level resources and overhead. */
export function aggregateContainers(spec: PodSpec, which: 'requests' | 'limits'): ResourceList {
  let total: Record<string, string> = {};
  for (const container of spec.containers ?? []) total = added(total, container.resources?.[which]);
  let sidecars: Record<string, string> = {};
  let initPeak: Record<string, string> = {};
  for (const container of spec.initContainers ?? []) {
    const own = container.resources?.[which];
    if (isSidecar(container)) {
      total = added(total, own);
      sidecars = added(sidecars, own);
      initPeak = larger(initPeak, sidecars);
    } else {
      initPeak = larger(initPeak, added(sidecars, own));
    }
  }
  return larger(total, initPeak);
}

/** What the scheduler and quotas count: pod-level values win over the containers' sum; overhead comes on top. */
export function podRequests(spec: PodSpec): ResourceList {
  const requests = { ...aggregateContainers(spec, 'requests'), ...spec.resources?.requests };
  return added(requests, spec.overhead);
}

/** Limits of the whole pod; overhead counts only where there is a limit. */
export function podLimits(spec: PodSpec): ResourceList {
  const limits: Record<string, string> = { ...aggregateContainers(spec, 'limits'), ...spec.resources?.limits };
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    const limit = limits[name];
    if (limit !== undefined && compareQuantities(limit, '0') !== 0) limits[name] = addQuantities(limit, amount);
  }
  return limits;
}

/** Pod-level requests follow from the containers' requests, then from the pod-level limits. */
export function defaultPodLevelRequests(spec: Draft<PodSpec>): void {
  const limits = spec.resources?.limits;
  if (!spec.resources || !limits || Object.keys(limits).length === 0) return;
  const requests: Record<string, string> = { ...spec.resources.requests };
  for (const [name, amount] of Object.entries(aggregateContainers(spec as PodSpec, 'requests'))) {
    if (isPodLevelResource(name) && !name.startsWith('hugepages-')) requests[name] ??= amount;
  }
  for (const [name, amount] of Object.entries(limits)) if (isPodLevelResource(name)) requests[name] ??= amount;
  if (Object.keys(requests).length > 0) spec.resources.requests = requests;
}

function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function added(total: ResourceList, more: ResourceList | undefined): Record<string, string> {
  const sum: Record<string, string> = { ...total };
  for (const [name, amount] of Object.entries(more ?? {})) {
    const before = sum[name];
    sum[name] = before === undefined ? amount : addQuantities(before, amount);
  }
  return sum;
}

function larger(a: ResourceList, b: ResourceList): Record<string, string> {
  const result: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    const other = result[name];
    if (other === undefined || compareQuantities(amount, other) > 0) result[name] = amount;
  }
  return result;
}
