/**
 * Eviction under memory pressure (pkg/kubelet/eviction): when the node runs short of memory, one pod at a time goes, before the kernel
 * takes something at random. Of those that use more than they asked for the least important goes first, then the greediest.
 */

import { compareQuantities, makeQuantity, quantityValue } from '#api/quantity.ts';
import { sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { containerNameLabel, podUidLabel } from '../pod/identity.ts';
import { containersOf, type NodePod } from '../pod/node-pod.ts';
import { podResources } from '../pod/resources.ts';
import type { Verdict } from '../pod-worker/worker.ts';
import type { KubeletPorts } from '../ports.ts';

export interface MemoryPressureConfig {
  readonly env: Env;
  readonly ports: KubeletPorts;
  readonly pods: () => readonly NodePod[];
  readonly evict: (pod: NodePod, verdict: Verdict) => void;
}

/** Upstream's default evictionHard memory.available. */
export const memoryThresholdBytes = 100 << 20;
const checkMs = 10_000;
/** system-cluster-critical and above are not evicted while they are static. */
const criticalPriority = 2_000_000_000;

/** Working set in bytes by container name, by pod uid. */
export type MemoryUsage = ReadonlyMap<string, ReadonlyMap<string, number>>;

function usedBy(pod: NodePod, usage: MemoryUsage): number {
  let total = 0;
  for (const bytes of usage.get(pod.metadata.uid)?.values() ?? []) total += bytes;
  return total;
}

/** The pod to evict; undefined when none may be. */
export function memoryVictim(pods: readonly NodePod[], usage: MemoryUsage): NodePod | undefined {
  const ranked = pods
    .filter((pod) => (pod.spec.priority ?? 0) < criticalPriority)
    .map((pod) => {
      const used = usedBy(pod, usage);
      const requested = quantityValue(podResources(pod, 'requests').memory ?? '0');
      return { pod, exceeds: used > requested, priority: pod.spec.priority ?? 0, above: used - requested };
    })
    .sort((a, b) => Number(b.exceeds) - Number(a.exceeds) || a.priority - b.priority || b.above - a.above);
  return ranked[0]?.pod;
}

export function memoryMessage(pod: NodePod, usage: MemoryUsage, availableBytes: number): string {
  let message = `The node was low on resource: memory. Threshold quantity: ${bytesText(memoryThresholdBytes)}, available: ${kibibytesText(availableBytes)}. `;
  for (const { container } of containersOf(pod)) {
    const used = usage.get(pod.metadata.uid)?.get(container.name);
    const request = container.resources?.requests?.memory ?? '0';
    if (used === undefined || compareQuantities(bytesText(used), request) <= 0) continue;
    message += `Container ${container.name} was using ${kibibytesText(used)}, request is ${request}, has larger consumption of memory. `;
  }
  return message;
}

function bytesText(bytes: number): string {
  return makeQuantity(BigInt(Math.round(bytes)) * 1_000_000_000n, 'BinarySI').text;
}

function kibibytesText(bytes: number): string {
  return `${Math.floor(bytes / 1024)}Ki`;
}

export class MemoryPressureEviction {
  private readonly config: MemoryPressureConfig;

  constructor(config: MemoryPressureConfig) {
    this.config = config;
  }

  /** Looks until the signal fires; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { env } = this.config;
    while (!signal.aborted) {
      await sleep(env.clock, checkMs, signal).catch(() => {});
      if (signal.aborted) return;
      await this.check().catch((error: unknown) => env.log.warn('memory eviction failed', { error: messageOf(error) }));
    }
  }

  private async check(): Promise<void> {
    const { env, ports, pods, evict } = this.config;
    const available = await ports.machine.memoryAvailableBytes();
    if (available >= memoryThresholdBytes) return;
    const usage = new Map<string, Map<string, number>>();
    for (const { labels, memory } of await ports.runtime.listContainerStats()) {
      const uid = labels[podUidLabel] ?? '';
      const containers = usage.get(uid) ?? new Map<string, number>();
      usage.set(uid, containers.set(labels[containerNameLabel] ?? '', memory?.workingSetBytes ?? 0));
    }
    const victim = memoryVictim(pods(), usage);
    if (!victim) return;
    env.log.warn('evicting a pod: the node is low on memory', { pod: victim.metadata.name, availableBytes: available });
    evict(victim, {
      reason: 'Evicted',
      message: memoryMessage(victim, usage, available),
      graceSeconds: 1,
      isDisruption: true,
    });
  }
}
