/** CPU and memory of containers and pods in the kernel's terms (pkg/kubelet/cm/helpers_linux.go, resource helpers of component-helpers). */

import { addQuantities, compareQuantities, quantityMilliValue, quantityValue } from '#api/quantity.ts';
import type { Container, ResourceList, ResourceRequirements } from '#kinds/generated/core-v1.ts';
import type { LinuxContainerResources } from '../cri/runtime.ts';
import { isSidecar, type NodePod } from './node-pod.ts';
import { oomScoreAdjust, qosClassOf } from './qos.ts';

export const minShares = 2;
const maxShares = 262_144;
const sharesPerCpu = 1024;
/** Microseconds: the kernel's default CFS period. */
export const cpuPeriodUs = 100_000;
const minQuotaUs = 1000;

export function milliCpuToShares(milliCpu: number): number {
  if (milliCpu === 0) return minShares;
  return Math.min(maxShares, Math.max(minShares, Math.floor((milliCpu * sharesPerCpu) / 1000)));
}

/** Microseconds per period; 0 is no limit. */
export function milliCpuToQuota(milliCpu: number, periodUs = cpuPeriodUs): number {
  if (milliCpu === 0) return 0;
  return Math.max(minQuotaUs, Math.floor((milliCpu * periodUs) / 1000));
}

/** What a container gets from the runtime. A container without a limit lives under the pod's, when that has one. */
export function containerResources(
  pod: NodePod,
  container: Container,
  machineMemoryBytes: number,
): LinuxContainerResources {
  const { requests, limits } = container.resources ?? {};
  const cpuLimit = limits?.cpu ?? pod.spec.resources?.limits?.cpu;
  const memoryLimit = limits?.memory ?? pod.spec.resources?.limits?.memory;
  const cpuRequest = requests?.cpu ?? limits?.cpu;
  const memoryBytes = memoryLimit === undefined ? 0 : quantityValue(memoryLimit);
  const hugepageLimits = Object.entries(limits ?? {})
    .filter(([name]) => name.startsWith('hugepages-'))
    .map(([name, quantity]) => ({ pageSize: hugepageSize(name), limit: quantityValue(quantity) }));
  return {
    cpuShares: milliCpuToShares(cpuRequest === undefined ? 0 : quantityMilliValue(cpuRequest)),
    cpuPeriod: cpuPeriodUs,
    cpuQuota: milliCpuToQuota(cpuLimit === undefined ? 0 : quantityMilliValue(cpuLimit)),
    oomScoreAdj: oomScoreAdjust(pod, container, machineMemoryBytes),
    ...(memoryBytes > 0 ? { memoryLimitInBytes: memoryBytes } : {}),
    ...(hugepageLimits.length > 0 ? { hugepageLimits } : {}),
  };
}

/** 'hugepages-2Mi' to the kernel's '2MB'. */
function hugepageSize(resource: string): string {
  return resource
    .slice('hugepages-'.length)
    .replace(/i$/, 'B')
    .replace(/^(\d+)K/, '$1k');
}

/**
 * Requests or limits of a whole pod: the sum of what runs together, or the peak of an init container with the sidecars
 * started before it, whichever is more; then pod-level values and overhead.
 */
export function podResources(pod: NodePod, which: 'requests' | 'limits'): ResourceList {
  const of = (container: Container): ResourceList => container.resources?.[which] ?? {};
  let together: ResourceList = {};
  for (const container of pod.spec.containers) together = sum(together, of(container));
  let sidecars: ResourceList = {};
  let peak: ResourceList = {};
  for (const container of pod.spec.initContainers ?? []) {
    if (isSidecar(container)) {
      sidecars = sum(sidecars, of(container));
      together = sum(together, of(container));
      peak = maximum(peak, sidecars);
    } else {
      peak = maximum(peak, sum(sidecars, of(container)));
    }
  }
  const total = { ...maximum(together, peak), ...pod.spec.resources?.[which] };
  const { overhead } = pod.spec;
  if (!overhead) return total;
  if (which === 'requests') return sum(total, overhead);
  // Overhead raises limits that exist; it does not make one.
  const present = Object.fromEntries(Object.entries(overhead).filter(([name]) => total[name] !== undefined));
  return sum(total, present);
}

function sum(a: ResourceList, b: ResourceList): ResourceList {
  const result: Record<string, string> = { ...a };
  for (const [name, quantity] of Object.entries(b)) {
    const before = result[name];
    result[name] = before === undefined ? quantity : addQuantities(before, quantity);
  }
  return result;
}

function maximum(a: ResourceList, b: ResourceList): ResourceList {
  const result: Record<string, string> = { ...a };
  for (const [name, quantity] of Object.entries(b)) {
    const before = result[name];
    if (before === undefined || compareQuantities(before, quantity) < 0) result[name] = quantity;
  }
  return result;
}

/** Limits of a pod's own cgroup; a field that is absent is not limited. */
export interface PodCgroupLimits {
  readonly cpuShares: number;
  readonly cpuQuotaUs?: number;
  readonly memoryLimitBytes?: number;
  readonly pidsLimit?: number;
}

/** A pod is limited as a whole only when each of its containers is (pkg/kubelet/cm/helpers_linux.go). */
export function podCgroupLimits(pod: NodePod, podPidsLimit: number): PodCgroupLimits {
  const pids = podPidsLimit > 0 ? { pidsLimit: podPidsLimit } : {};
  const qos = qosClassOf(pod);
  if (qos === 'BestEffort') return { cpuShares: minShares, ...pids };
  const requests = podResources(pod, 'requests');
  const limits = podResources(pod, 'limits');
  const cpuShares = milliCpuToShares(quantityMilliValue(requests.cpu ?? '0'));
  const everywhere = (name: string): boolean =>
    pod.spec.resources?.limits?.[name] !== undefined ||
    [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].every(
      (container) => quantityMilliValue(container.resources?.limits?.[name] ?? '0') > 0,
    );
  return {
    cpuShares,
    ...(everywhere('cpu') ? { cpuQuotaUs: milliCpuToQuota(quantityMilliValue(limits.cpu ?? '0')) } : {}),
    ...(everywhere('memory') ? { memoryLimitBytes: quantityValue(limits.memory ?? '0') } : {}),
    ...pids,
  };
}

/** Allocated resources as the container's status shows them; absent lists stay absent. */
export function allocatedOf(container: Container): {
  readonly resources?: ResourceRequirements;
  readonly allocatedResources?: ResourceList;
} {
  return {
    resources: container.resources ?? {},
    ...(container.resources?.requests ? { allocatedResources: container.resources.requests } : {}),
  };
}
