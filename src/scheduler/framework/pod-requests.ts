/**
 * What a pod asks of a node (component-helpers resource PodRequests): the sum of its containers and sidecars, or what its init
 * containers need at their worst moment, whichever is more; pod-level requests take the place of that; overhead comes on top.
 * For a pod that is being resized in place, what it has been given counts as well as what it asks for.
 */

import type { Container, ContainerStatus, Pod } from '#kinds/generated/core-v1.ts';
import { milliAmount, wholeAmount } from './amount.ts';

export interface Resources {
  /** Thousandths of a core. */
  readonly milliCpu: number;
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Extended resources, huge pages and other counted things, in whole units. */
  readonly scalars: ReadonlyMap<string, number>;
}

export interface PodResources extends Resources {
  /** With upstream's defaults for containers that ask for nothing, so that scoring does not take them for free. */
  readonly nonZeroMilliCpu: number;
  readonly nonZeroMemory: number;
}

export const defaultMilliCpu = 100;
export const defaultMemory = 200 * 1024 * 1024;

type ResourceList = Readonly<Record<string, string>>;

export function podRequests(pod: Pod): PodResources {
  const totals = sumOfPod(pod, false, false);
  const podLevel = pod.spec?.resources?.requests;
  const hasPodLevel = podLevel !== undefined && Object.keys(podLevel).some(isPodLevelResource);
  // With pod-level requests only what they do not name is filled in per container.
  const fillCpu = !hasPodLevel || !totals.has('cpu');
  const fillMemory = !hasPodLevel || !totals.has('memory');
  const filled = fillCpu || fillMemory ? sumOfPod(pod, fillCpu, fillMemory) : totals;
  return {
    ...split(totals),
    nonZeroMilliCpu: filled.get('cpu') ?? 0,
    nonZeroMemory: filled.get('memory') ?? 0,
  };
}

/**
 * The same for a list as it stands in the pod, without what it was given: amounts by resource, CPU in thousandths. Overhead comes on top of
 * limits only where there is one (component-helpers resource PodLimits).
 */
export function podTotals({ spec }: Pod, list: 'requests' | 'limits'): ReadonlyMap<string, number> {
  const totals: Amounts = new Map();
  for (const { resources } of spec?.containers ?? []) add(totals, amountsOf(resources?.[list]));
  const sidecars: Amounts = new Map();
  const worst: Amounts = new Map();
  for (const { resources, restartPolicy } of spec?.initContainers ?? []) {
    const own = amountsOf(resources?.[list]);
    if (restartPolicy === 'Always') {
      add(totals, own);
      add(sidecars, own);
      raise(worst, sidecars);
    } else {
      add(own, sidecars);
      raise(worst, own);
    }
  }
  raise(totals, worst);
  for (const [name, amount] of amountsOf(spec?.resources?.[list])) {
    if (isPodLevelResource(name)) totals.set(name, amount);
  }
  for (const [name, amount] of amountsOf(spec?.overhead)) {
    if (list === 'requests' || totals.has(name)) totals.set(name, (totals.get(name) ?? 0) + amount);
  }
  return totals;
}

/** A resource list (a node's allocatable) as the scheduler's integers; `pods` is kept among the scalars. */
export function resourcesOf(list: ResourceList | undefined): Resources {
  const amounts: Amounts = new Map();
  for (const name in list) amounts.set(name, amountOf(name, list[name] ?? '0'));
  return split(amounts);
}

/** Extended resources, huge pages, attachable volumes and prefixed native ones: what is counted in whole units by name. */
export function isScalarResource(name: string): boolean {
  return name.includes('/') || name.startsWith('hugepages-') || name.startsWith('attachable-volumes-');
}

/** A name outside kubernetes.io, as device plugins announce them. */
export function isExtendedResource(name: string): boolean {
  return name.includes('/') && !name.includes('kubernetes.io/') && !name.startsWith('requests.');
}

type Amounts = Map<string, number>;

function sumOfPod(pod: Pod, fillCpu: boolean, fillMemory: boolean): Amounts {
  const { spec, status } = pod;
  const resizeInfeasible = isResizeInfeasible(pod);
  const totals: Amounts = new Map();
  for (const container of spec?.containers ?? []) {
    const given = statusOf(status?.containerStatuses, container);
    add(totals, requestsOf(container, given, resizeInfeasible, fillCpu, fillMemory));
  }
  if (spec?.initContainers?.length) {
    const sidecars: Amounts = new Map();
    const worst: Amounts = new Map();
    for (const container of spec.initContainers) {
      const isSidecar = container.restartPolicy === 'Always';
      const given = isSidecar ? statusOf(status?.initContainerStatuses, container) : undefined;
      const own = requestsOf(container, given, resizeInfeasible, fillCpu, fillMemory);
      if (isSidecar) {
        add(totals, own);
        add(sidecars, own);
        raise(worst, sidecars);
      } else {
        const moment = new Map(own);
        add(moment, sidecars);
        raise(worst, moment);
      }
    }
    raise(totals, worst);
  }
  const podLevel = spec?.resources?.requests;
  if (podLevel) {
    const given = status?.resources ? podGiven(pod, resizeInfeasible) : undefined;
    for (const name in podLevel) {
      if (!isPodLevelResource(name)) continue;
      totals.set(name, given?.get(name) ?? amountOf(name, podLevel[name] ?? '0'));
    }
  }
  if (spec?.overhead) add(totals, amountsOf(spec.overhead));
  return totals;
}

function requestsOf(
  container: Container,
  given: ContainerStatus | undefined,
  resizeInfeasible: boolean,
  fillCpu: boolean,
  fillMemory: boolean,
): Amounts {
  let amounts = amountsOf(container.resources?.requests);
  if (given?.resources) {
    if (resizeInfeasible) amounts = new Map();
    raise(amounts, amountsOf(given.resources.requests));
    raise(amounts, amountsOf(given.allocatedResources));
  }
  if (fillCpu && !amounts.has('cpu')) amounts.set('cpu', defaultMilliCpu);
  if (fillMemory && !amounts.has('memory')) amounts.set('memory', defaultMemory);
  return amounts;
}

function podGiven(pod: Pod, resizeInfeasible: boolean): Amounts {
  const amounts = resizeInfeasible ? new Map() : amountsOf(pod.spec?.resources?.requests);
  raise(amounts, amountsOf(pod.status?.resources?.requests));
  raise(amounts, amountsOf(pod.status?.allocatedResources));
  return amounts;
}

function statusOf(statuses: readonly ContainerStatus[] | undefined, container: Container): ContainerStatus | undefined {
  return statuses?.find(({ name }) => name === container.name);
}

function isResizeInfeasible(pod: Pod): boolean {
  const pending = pod.status?.conditions?.find(({ type }) => type === 'PodResizePending');
  return pending?.reason === 'Infeasible';
}

function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function amountsOf(list: ResourceList | undefined): Amounts {
  const amounts: Amounts = new Map();
  for (const name in list) amounts.set(name, amountOf(name, list[name] ?? '0'));
  return amounts;
}

function amountOf(name: string, quantity: string): number {
  return name === 'cpu' ? milliAmount(quantity) : wholeAmount(quantity);
}

function add(totals: Amounts, more: Amounts): void {
  for (const [name, amount] of more) totals.set(name, (totals.get(name) ?? 0) + amount);
}

function raise(totals: Amounts, least: Amounts): void {
  for (const [name, amount] of least) {
    const known = totals.get(name);
    if (known === undefined || amount > known) totals.set(name, amount);
  }
}

const noScalars: ReadonlyMap<string, number> = new Map();

function split(amounts: Amounts): Resources {
  let scalars: Map<string, number> | undefined;
  for (const [name, amount] of amounts) {
    if (name === 'pods' || isScalarResource(name)) {
      scalars ??= new Map();
      scalars.set(name, amount);
    }
  }
  return {
    milliCpu: amounts.get('cpu') ?? 0,
    memory: amounts.get('memory') ?? 0,
    ephemeralStorage: amounts.get('ephemeral-storage') ?? 0,
    scalars: scalars ?? noScalars,
  };
}
