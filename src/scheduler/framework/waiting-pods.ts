/** Pods that Permit holds back: each waits for all plugins that asked to wait, for the first rejection, or for a timeout. */

import type { Clock } from '#base/env.ts';
import type { PodInfo } from './pod-info.ts';
import { type Status, status } from './status.ts';

/** Upstream's bound on what a plugin may ask for. */
const maxTimeoutMs = 15 * 60_000;

export class WaitingPod {
  readonly pod: PodInfo;
  /** Undefined when all plugins allowed it. */
  readonly decided: Promise<Status | undefined>;
  private readonly pending = new Map<string, { cancel(): void }>();
  private settle: ((answer: Status | undefined) => void) | undefined;

  constructor(pod: PodInfo, waits: ReadonlyMap<string, number>, clock: Clock) {
    this.pod = pod;
    this.decided = new Promise((resolve) => {
      this.settle = resolve;
    });
    for (const [plugin, timeoutMs] of waits) {
      const bounded = Math.min(timeoutMs, maxTimeoutMs);
      const message = `rejected due to timeout after waiting ${durationText(bounded)} at plugin ${plugin}`;
      this.pending.set(
        plugin,
        clock.after(bounded, () => this.reject(plugin, message)),
      );
    }
  }

  allow(plugin: string): void {
    this.pending.get(plugin)?.cancel();
    this.pending.delete(plugin);
    if (this.pending.size === 0) this.finish(undefined);
  }

  /** False when the pod was decided already. */
  reject(plugin: string, message: string): boolean {
    return this.finish(status('Unschedulable', plugin, message));
  }

  private finish(answer: Status | undefined): boolean {
    const settle = this.settle;
    this.settle = undefined;
    for (const timer of this.pending.values()) timer.cancel();
    this.pending.clear();
    settle?.(answer);
    return settle !== undefined;
  }
}

export class WaitingPods {
  private readonly byUid = new Map<string, WaitingPod>();

  add(waiting: WaitingPod): void {
    this.byUid.set(waiting.pod.uid, waiting);
  }

  remove(uid: string): void {
    this.byUid.delete(uid);
  }

  get(uid: string): WaitingPod | undefined {
    return this.byUid.get(uid);
  }

  /** The scheduler stops: nobody decides any more. */
  rejectAll(): void {
    for (const waiting of this.byUid.values()) waiting.reject('', 'removed');
  }

  /** True when the pod was waiting and is rejected now. */
  reject(uid: string): boolean {
    return this.byUid.get(uid)?.reject('', 'removed') ?? false;
  }
}

/** As Go prints a duration of whole seconds or milliseconds. */
function durationText(ms: number): string {
  if (ms < 1000) return `${ms}ms`;
  const seconds = ms / 1000;
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes}m${seconds % 60}s` : `${seconds}s`;
}
