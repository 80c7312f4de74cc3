/**
 * Local storage limits (pkg/kubelet/eviction synchronizeNode localStorageEviction): pods whose emptyDirs, containers or whole usage
 * pass what they were allowed are evicted. Only pods that have such limits are measured, and only while there are any.
 */

import { quantityValue } from '#api/quantity.ts';
import { sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { KubeletConfig } from '../config.ts';
import { containerNameLabel, podUidLabel } from '../pod/identity.ts';
import type { NodePod } from '../pod/node-pod.ts';
import { containersOf } from '../pod/node-pod.ts';
import { podLogDirectory, volumeDirectory } from '../pod/paths.ts';
import { podResources } from '../pod/resources.ts';
import type { Verdict } from '../pod-worker/worker.ts';
import type { KubeletPorts } from '../ports.ts';
import { emptyDir } from '../volumes/empty-dir/empty-dir.ts';

export interface LocalStorageConfig {
  readonly env: Env;
  readonly config: KubeletConfig;
  readonly ports: KubeletPorts;
  readonly pods: () => readonly NodePod[];
  readonly evict: (pod: NodePod, verdict: Verdict) => void;
}

/** Upstream's monitoring interval. */
const checkMs = 10_000;

/** What a pod uses of this node's disk, in bytes. */
export interface PodUsage {
  readonly emptyDirs: ReadonlyMap<string, number>;
  /** Writable layer and logs, by container. */
  readonly containers: ReadonlyMap<string, number>;
}

function diskEmptyDirs(pod: NodePod) {
  return (pod.spec.volumes ?? []).filter((volume) => volume.emptyDir && (volume.emptyDir.medium ?? '') === '');
}

export function hasStorageLimits(pod: NodePod): boolean {
  return (
    diskEmptyDirs(pod).some(({ emptyDir: source }) => source?.sizeLimit !== undefined) ||
    containersOf(pod).some(({ container }) => container.resources?.limits?.['ephemeral-storage'] !== undefined)
  );
}

/** Upstream's text of the limit that is passed; undefined when none is. */
export function passedLimit(pod: NodePod, usage: PodUsage): string | undefined {
  for (const { name, emptyDir: source } of diskEmptyDirs(pod)) {
    const limit = source?.sizeLimit;
    const used = usage.emptyDirs.get(name) ?? 0;
    if (limit !== undefined && quantityValue(limit) > 0 && used > quantityValue(limit)) {
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
    }
  }
  const podLimit = podResources(pod, 'limits')['ephemeral-storage'];
  if (podLimit !== undefined) {
    let total = 0;
    for (const bytes of [...usage.containers.values(), ...usage.emptyDirs.values()]) total += bytes;
    if (total > quantityValue(podLimit))
      return `Pod ephemeral local storage usage exceeds the total limit of containers ${podLimit}. `;
  }
  for (const { container } of containersOf(pod)) {
    const limit = container.resources?.limits?.['ephemeral-storage'];
    if (limit !== undefined && (usage.containers.get(container.name) ?? 0) > quantityValue(limit)) {
      return `Container ${container.name} exceeded its local ephemeral storage limit "${limit}". `;
    }
  }
  return undefined;
}

export class LocalStorageEviction {
  private readonly config: LocalStorageConfig;

  constructor(config: LocalStorageConfig) {
    this.config = config;
  }

  /** Measures until the signal fires; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { env, pods, evict } = this.config;
    while (!signal.aborted) {
      await sleep(env.clock, checkMs, signal).catch(() => {});
      for (const pod of pods().filter(hasStorageLimits)) {
        if (signal.aborted) return;
        try {
          const message = passedLimit(pod, await this.measure(pod));
          if (message !== undefined) evict(pod, { reason: 'Evicted', message, graceSeconds: 1 });
        } catch (error) {
          env.log.warn('local storage could not be measured', { pod: pod.metadata.name, error: messageOf(error) });
        }
      }
    }
  }

  private async measure(pod: NodePod): Promise<PodUsage> {
    const { config, ports } = this.config;
    const { uid } = pod.metadata;
    const emptyDirs = new Map<string, number>();
    for (const { name } of diskEmptyDirs(pod)) {
      emptyDirs.set(
        name,
        await ports.files.treeBytes(volumeDirectory(config.rootDirectory, uid, emptyDir.plugin, name)),
      );
    }
    const containers = new Map<string, number>();
    for (const { labels, writableLayer } of await ports.runtime.listContainerStats({ podUid: uid })) {
      if (labels[podUidLabel] !== uid) continue;
      const name = labels[containerNameLabel] ?? '';
      const logs = await ports.files.treeBytes(`${podLogDirectory(config.podLogsDirectory, pod)}/${name}`);
      containers.set(name, (containers.get(name) ?? 0) + (writableLayer?.usedBytes ?? 0) + logs);
    }
    return { emptyDirs, containers };
  }
}
