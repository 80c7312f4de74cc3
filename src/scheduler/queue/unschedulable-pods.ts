/** The pool of rejected pods, findable by the plugins that rejected them: an event concerns few plugins, so few pods. */

import type { QueuedPod } from './queued-pod.ts';

export class UnschedulablePods {
  private readonly byUid = new Map<string, QueuedPod>();
  private readonly byPlugin = new Map<string, Set<QueuedPod>>();
  /** What a pod is filed under; its plugins may have changed since. */
  private readonly filed = new Map<QueuedPod, ReadonlySet<string>>();

  get size(): number {
    return this.byUid.size;
  }

  get(uid: string): QueuedPod | undefined {
    return this.byUid.get(uid);
  }

  all(): Iterable<QueuedPod> {
    return this.byUid.values();
  }

  rejectedBy(plugin: string): Iterable<QueuedPod> {
    return this.byPlugin.get(plugin) ?? [];
  }

  put(pod: QueuedPod): void {
    this.remove(pod);
    pod.place = 'unschedulable';
    this.byUid.set(pod.info.uid, pod);
    const { rejectors } = pod;
    this.filed.set(pod, rejectors);
    for (const plugin of rejectors) {
      const pods = this.byPlugin.get(plugin);
      if (pods) pods.add(pod);
      else this.byPlugin.set(plugin, new Set([pod]));
    }
  }

  remove(pod: QueuedPod): void {
    const rejectors = this.filed.get(pod);
    if (!rejectors) return;
    this.filed.delete(pod);
    this.byUid.delete(pod.info.uid);
    for (const plugin of rejectors) {
      const pods = this.byPlugin.get(plugin);
      pods?.delete(pod);
      if (pods?.size === 0) this.byPlugin.delete(plugin);
    }
  }
}
