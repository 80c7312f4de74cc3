/**
 * In-place resize (KEP-1287): from the resources that a pod is granted to what its running containers must be told.
 *
 * desired (spec) -> granted (what the node could promise) -> actual (what the runtime says). Each step is derived: the granted
 * resources are the spec's unless the node has no room, the actual ones are read from the runtime, and what differs is updated or,
 * where the container's resizePolicy says so, restarted.
 */

import {
  addQuantities,
  compareQuantities,
  makeQuantity,
  quantityMilliValue,
  quantityValue,
  subtractQuantities,
} from '#api/quantity.ts';
import type { Container, ResourceList, ResourceRequirements } from '#kinds/generated/core-v1.ts';
import type { LinuxContainerResources } from '../cri/runtime.ts';
import { isSidecar, type NodePod } from '../pod/node-pod.ts';
import { containerResources, milliCpuToShares, minShares, podResources } from '../pod/resources.ts';
import {
  type ContainerRuntimeStatus,
  latestContainer,
  type PodRuntimeStatus,
} from '../runtime-state/pod-runtime-status.ts';

export type ResizeNeed = 'none' | 'update' | 'restart';

type Kernel = Pick<LinuxContainerResources, 'cpuShares' | 'cpuQuota' | 'memoryLimitInBytes'>;

/** What a running container needs so that it has what it was granted. */
export function resizeNeed(pod: NodePod, container: Container, current: ContainerRuntimeStatus): ResizeNeed {
  const actual = reported(current);
  if (!actual) return 'none';
  const wanted = kernelValues(pod, container);
  const cpu = wanted.cpuShares !== actual.cpuShares || wanted.cpuQuota !== actual.cpuQuota;
  const memory = wanted.memoryLimitInBytes !== actual.memoryLimitInBytes;
  if (!cpu && !memory) return 'none';
  const restarts = (resource: string) =>
    (container.resizePolicy ?? []).some(
      (policy) => policy.resourceName === resource && policy.restartPolicy === 'RestartContainer',
    );
  return (cpu && restarts('cpu')) || (memory && restarts('memory')) ? 'restart' : 'update';
}

/** Undefined when the runtime does not tell. */
function reported(current: ContainerRuntimeStatus): Required<Kernel> | undefined {
  const { resources } = current;
  if (!resources?.cpuShares) return undefined;
  return {
    cpuShares: resources.cpuShares,
    cpuQuota: Math.max(0, resources.cpuQuota ?? 0),
    memoryLimitInBytes: Math.max(0, resources.memoryLimitInBytes ?? 0),
  };
}

function kernelValues(pod: NodePod, container: Container): Required<Kernel> {
  // The OOM score, which needs the machine's memory, is not part of a resize.
  const { cpuShares = minShares, cpuQuota = 0, memoryLimitInBytes = 0 } = containerResources(pod, container, 1);
  return { cpuShares, cpuQuota, memoryLimitInBytes };
}

/** What the runtime is told. A quota that is taken away is said to be none (-1); one that never was is not mentioned. */
export function resizeRequest(
  pod: NodePod,
  container: Container,
  current: ContainerRuntimeStatus,
): LinuxContainerResources {
  const { cpuShares, cpuQuota, memoryLimitInBytes } = kernelValues(pod, container);
  const hadQuota = (reported(current)?.cpuQuota ?? 0) > 0;
  return {
    cpuShares,
    ...(cpuQuota > 0 || hadQuota ? { cpuPeriod: 100_000, cpuQuota: cpuQuota > 0 ? cpuQuota : -1 } : {}),
    ...(memoryLimitInBytes > 0 ? { memoryLimitInBytes } : {}),
  };
}

/** Containers that can be resized: regular ones and sidecars. */
export function resizable(pod: NodePod): readonly Container[] {
  return [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers];
}

export function isResizing(pod: NodePod, runtime: PodRuntimeStatus): boolean {
  return resizable(pod).some((container) => {
    const current = latestContainer(runtime, container.name);
    return current?.state === 'running' && resizeNeed(pod, container, current) !== 'none';
  });
}

/** The resources of a running container as its status shows them: the granted ones, with what the runtime says where it differs. */
export function actualResources(
  pod: NodePod,
  container: Container,
  current: ContainerRuntimeStatus,
): ResourceRequirements {
  const granted = container.resources ?? {};
  const actual = current.state === 'running' ? reported(current) : undefined;
  if (!actual) return granted;
  const wanted = kernelValues(pod, container);
  const limits: Record<string, string> = { ...granted.limits };
  const requests: Record<string, string> = { ...granted.requests };
  if (granted.limits?.cpu !== undefined && actual.cpuQuota > 0 && actual.cpuQuota !== wanted.cpuQuota) {
    limits.cpu = milli(Math.ceil(actual.cpuQuota / 100));
  }
  if (
    granted.limits?.memory !== undefined &&
    actual.memoryLimitInBytes > 0 &&
    actual.memoryLimitInBytes !== wanted.memoryLimitInBytes
  ) {
    limits.memory = makeQuantity(BigInt(actual.memoryLimitInBytes) * 1_000_000_000n, 'BinarySI').text;
  }
  if (granted.requests?.cpu !== undefined && actual.cpuShares !== wanted.cpuShares && actual.cpuShares > minShares) {
    requests.cpu = milli(sharesToMilliCpu(actual.cpuShares));
  }
  return {
    ...granted,
    ...(granted.limits ? { limits } : {}),
    ...(granted.requests ? { requests } : {}),
  };
}

function milli(value: number): string {
  return makeQuantity(BigInt(value) * 1_000_000n, 'DecimalSI').text;
}

/** The smallest milli-CPU that gives these shares. */
function sharesToMilliCpu(shares: number): number {
  const estimate = Math.floor((shares * 1000) / 1024);
  return milliCpuToShares(estimate) === shares ? estimate : estimate + 1;
}

export interface ResizeVerdict {
  readonly reason: 'Deferred' | 'Infeasible';
  readonly message: string;
}

/** Why the node cannot grant the pod's resources now (Deferred) or ever (Infeasible); undefined when it can. */
export function resizeVerdict(
  pod: NodePod,
  others: readonly NodePod[],
  allocatable: ResourceList,
): ResizeVerdict | undefined {
  const requests = podResources(pod, 'requests');
  for (const resource of ['cpu', 'memory'] as const) {
    const wanted = requests[resource] ?? '0';
    const capacity = allocatable[resource] ?? '0';
    if (compareQuantities(wanted, capacity) > 0) {
      return {
        reason: 'Infeasible',
        message: `Node didn't have enough capacity: ${resource}, requested: ${scaled(resource, wanted)}, capacity: ${scaled(resource, capacity)}`,
      };
    }
  }
  for (const resource of ['cpu', 'memory'] as const) {
    const wanted = requests[resource] ?? '0';
    const used = others.reduce(
      (sum, other) => addQuantities(sum, podResources(other, 'requests')[resource] ?? '0'),
      '0',
    );
    const capacity = allocatable[resource] ?? '0';
    if (compareQuantities(wanted, subtractQuantities(capacity, used)) > 0) {
      return {
        reason: 'Deferred',
        message: `Node didn't have enough resource: ${resource}, requested: ${scaled(resource, wanted)}, used: ${scaled(resource, used)}, capacity: ${scaled(resource, capacity)}`,
      };
    }
  }
  return undefined;
}

/** As upstream's messages count: CPU in thousandths, memory in bytes. */
function scaled(resource: string, quantity: string): string {
  return String(resource === 'cpu' ? quantityMilliValue(quantity) : quantityValue(quantity));
}

/** The pod with the resources that it was granted before, by container name. */
export function withGranted(pod: NodePod, granted: ReadonlyMap<string, ResourceRequirements>): NodePod {
  const apply = (containers: readonly Container[]): readonly Container[] =>
    containers.map((container) => {
      const resources = granted.get(container.name);
      return resources ? { ...container, resources } : container;
    });
  const { initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: apply(pod.spec.containers),
      ...(initContainers ? { initContainers: apply(initContainers) } : {}),
    },
  };
}

/** JSON of a resize event (pkg/kubelet/events/resize.go). */
export function resizeSummary(pod: NodePod, error?: string): string {
  const entries = (containers: readonly Container[]) =>
    containers.map(({ name, resources = {} }) => ({ name, resources }));
  const init = pod.spec.initContainers ?? [];
  return JSON.stringify({
    ...(init.length > 0 ? { initContainers: entries(init) } : {}),
    containers: entries(pod.spec.containers),
    generation: pod.metadata.generation ?? 0,
    ...(error ? { error } : {}),
  });
}
