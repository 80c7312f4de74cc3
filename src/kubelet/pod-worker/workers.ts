/** The pods of this node and their workers, by uid. */

import type { NodePod } from '../pod/node-pod.ts';
import type { PodServices } from './services.ts';
import { PodWorker, type Verdict } from './worker.ts';

export class PodWorkers {
  private readonly services: PodServices;
  private readonly workers = new Map<string, PodWorker>();

  constructor(services: PodServices) {
    this.services = services;
  }

  get(uid: string): PodWorker | undefined {
    return this.workers.get(uid);
  }

  all(): readonly PodWorker[] {
    return [...this.workers.values()];
  }

  /** A pod appeared or changed. `isNew`: nothing of it can be in the runtime yet. `judge` is asked once, for a pod that is new here: a verdict ends it before it begins. */
  update(pod: NodePod, isNew: boolean, judge: (pod: NodePod) => Verdict | undefined): void {
    const known = this.workers.get(pod.metadata.uid);
    if (known) {
      known.update(pod);
      return;
    }
    const worker = new PodWorker(pod, isNew, this.services, (ended) => this.workers.delete(ended.uid));
    const verdict = judge(pod);
    this.workers.set(pod.metadata.uid, worker);
    if (verdict) worker.end(verdict);
    else worker.update(pod);
  }

  remove(uid: string): void {
    this.workers.get(uid)?.remove();
  }

  wake(uid: string): void {
    this.workers.get(uid)?.wake();
  }

  runtimeChanged(uid: string): void {
    this.workers.get(uid)?.runtimeChanged();
  }

  /** Events may have been missed. */
  lookAtAll(): void {
    for (const worker of this.workers.values()) worker.runtimeChanged();
  }

  /** Room may have become free for resizes that were put off. */
  retryResizes(): void {
    for (const worker of this.workers.values()) if (worker.awaitsResize) worker.wake();
  }

  async stop(): Promise<void> {
    await Promise.all(this.all().map((worker) => worker.stop()));
  }
}
