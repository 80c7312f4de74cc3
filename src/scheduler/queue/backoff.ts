/**
 * Back-off of pods between attempts: doubling from one second to ten. Expirations are aligned to whole seconds so that the
 * pods whose back-off ends about together are tried in the order of their importance.
 */

import type { QueuedPod } from './queued-pod.ts';

export interface PodBackoff {
  readonly initialMs: number;
  /** 0 disables back-off. */
  readonly maxMs: number;
}

export const defaultPodBackoff: PodBackoff = { initialMs: 1000, maxMs: 10_000 };

const windowMs = 1000;

/** When the pod may be tried again; 0 for a pod that has not failed. Remembered until its next attempt. */
export function backoffExpirationMs(pod: QueuedPod, { initialMs, maxMs }: PodBackoff): number {
  const failures = pod.consecutiveErrors > 0 ? pod.consecutiveErrors : pod.unschedulableCount;
  if (maxMs === 0 || failures === 0) return 0;
  pod.backoffExpirationMs ??= toWindow(pod.timestampMs + Math.min(maxMs, initialMs * 2 ** (failures - 1)));
  return pod.backoffExpirationMs;
}

export function isBackingOff(pod: QueuedPod, backoff: PodBackoff, nowMs: number): boolean {
  return backoffExpirationMs(pod, backoff) >= toWindow(nowMs);
}

/** When isBackingOff turns false. */
export function backoffEndMs(pod: QueuedPod, backoff: PodBackoff): number {
  return backoffExpirationMs(pod, backoff) + windowMs;
}

function toWindow(ms: number): number {
  return ms - (ms % windowMs);
}
