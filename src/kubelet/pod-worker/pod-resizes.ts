/** The resizes of one pod: what it was granted, what waits for room, what is under way (KEP-1287; the decisions are in resize.ts). */

import { messageOf } from '#base/errors.ts';
import type { PodCondition, ResourceRequirements } from '#kinds/generated/core-v1.ts';
import type { NodePod } from '../pod/node-pod.ts';
import { type PodCgroupLimits, podCgroupLimits } from '../pod/resources.ts';
import type { PodRuntimeStatus } from '../runtime-state/pod-runtime-status.ts';
import { isEqual } from '../status/status-patch.ts';
import type { PodActions } from './actions.ts';
import { isResizing, type ResizeVerdict, resizable, resizeRequest, resizeSummary, withGranted } from './resize.ts';
import { podCgroupName } from './sandbox-config.ts';
import type { PodServices } from './services.ts';

export class PodResizes {
  private readonly services: PodServices;
  private readonly grants = new Map<string, ResourceRequirements>();
  private pending: ResizeVerdict | undefined;
  private failure: string | undefined;
  /** Generation whose resize has begun and is not yet done. */
  private generation: number | undefined;
  private limits: PodCgroupLimits | undefined;
  /** What was asked of the runtime last: an answer that differs nevertheless is not asked for again and again. */
  private asked: unknown;

  constructor(pod: NodePod, services: PodServices) {
    this.services = services;
    // A resize that an earlier kubelet put off is still not granted.
    const pending = pod.status.conditions?.some(({ type }) => type === 'PodResizePending') ?? false;
    for (const { name, resources } of resizable(pod)) {
      const published = pod.status.containerStatuses?.find((status) => status.name === name)?.resources;
      this.grants.set(name, (pending ? published : undefined) ?? resources ?? {});
    }
  }

  /** The pod with the resources that the node has granted it. */
  granted(pod: NodePod): NodePod {
    return withGranted(pod, this.grants);
  }

  /** A resize waits for room on the node. */
  get isPending(): boolean {
    return this.pending !== undefined;
  }

  /** Grants what the spec asks for, unless the node has no room for it. */
  decide(pod: NodePod, runtime: PodRuntimeStatus): void {
    const { services } = this;
    const differs = resizable(pod).some(
      ({ name, resources }) => !isEqual(this.grants.get(name) ?? {}, resources ?? {}),
    );
    const verdict = differs ? services.resizeVerdict(pod) : undefined;
    if (verdict && !isEqual(verdict, this.pending)) {
      const { reason, message } = verdict;
      services.event(pod, 'Warning', `Resize${reason}`, `Pod resize ${reason}: ${resizeSummary(pod, message)}`);
    }
    this.pending = verdict;
    if (differs && !verdict) {
      for (const { name, resources } of resizable(pod)) this.grants.set(name, resources ?? {});
    }
    const granted = this.granted(pod);
    if (isResizing(granted, runtime)) {
      if (this.generation === undefined) {
        services.event(pod, 'Normal', 'ResizeStarted', `Pod resize started: ${resizeSummary(granted)}`);
      }
      this.generation = pod.metadata.generation ?? 0;
    } else if (this.generation !== undefined) {
      this.generation = undefined;
      this.failure = undefined;
      services.event(pod, 'Normal', 'ResizeCompleted', `Pod resize completed: ${resizeSummary(granted)}`);
    }
  }

  conditions(pod: NodePod): readonly PodCondition[] {
    const observed = pod.metadata.generation;
    const conditions: PodCondition[] = [];
    if (this.pending) {
      conditions.push({
        type: 'PodResizePending',
        status: 'True',
        ...(observed ? { observedGeneration: observed } : {}),
        ...this.pending,
      });
    }
    if (this.generation !== undefined) {
      conditions.push({
        type: 'PodResizeInProgress',
        status: 'True',
        observedGeneration: this.generation,
        ...(this.failure ? { reason: 'Error', message: this.failure } : {}),
      });
    }
    return conditions;
  }

  /** Limits of the pod's cgroup when it is made. */
  initialLimits(pod: NodePod): PodCgroupLimits {
    this.limits = podCgroupLimits(this.granted(pod), this.services.config.podPidsLimit);
    return this.limits;
  }

  /**
   * Tells cgroup and runtime. The pod's cgroup is widened before and narrowed after its containers, so that neither stands in the
   * other's way. Answers what became of it: 'nothing' to do, 'done' (look at the runtime again), or 'failed'.
   */
  async apply(pod: NodePod, plan: PodActions): Promise<'nothing' | 'done' | 'failed'> {
    const { services } = this;
    if (plan.resize.length === 0 && this.generation === undefined) return 'nothing';
    const granted = this.granted(pod);
    const limits = podCgroupLimits(granted, services.config.podPidsLimit);
    const requests = plan.resize.map(({ container, current }) => ({
      id: current.id,
      resources: resizeRequest(granted, container, current),
    }));
    if (isEqual(this.asked, { limits, requests })) return 'nothing';
    const { cgroups, runtime } = services.ports;
    const name = podCgroupName(granted, services.config.cgroupRoot);
    try {
      await cgroups.update(name, widest(this.limits, limits));
      for (const { id, resources } of requests) await runtime.updateContainerResources(id, resources);
      await cgroups.update(name, limits);
    } catch (error) {
      this.failure = messageOf(error);
      services.event(pod, 'Warning', 'ResizeError', `Pod resize error: ${resizeSummary(granted, this.failure)}`);
      return 'failed';
    }
    this.asked = { limits, requests };
    this.limits = limits;
    services.podsChanged();
    return 'done';
  }
}

/** Of two limits the one that hinders least. */
function widest(before: PodCgroupLimits | undefined, after: PodCgroupLimits): PodCgroupLimits {
  if (!before) return after;
  const { cpuQuotaUs, memoryLimitBytes, ...rest } = after;
  const quota = before.cpuQuotaUs && cpuQuotaUs ? Math.max(before.cpuQuotaUs, cpuQuotaUs) : undefined;
  const memory =
    before.memoryLimitBytes && memoryLimitBytes ? Math.max(before.memoryLimitBytes, memoryLimitBytes) : undefined;
  return {
    ...rest,
    cpuShares: Math.max(before.cpuShares, after.cpuShares),
    ...(quota === undefined ? {} : { cpuQuotaUs: quota }),
    ...(memory === undefined ? {} : { memoryLimitBytes: memory }),
  };
}
