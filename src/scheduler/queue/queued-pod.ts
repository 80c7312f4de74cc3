/** QueuedPod: a pod that waits for its place, with the history of its attempts. Mutable, owned by the queue. */

import type { PodInfo } from '../framework/pod-info.ts';

export type QueuePlace =
  /** To be tried as soon as it is its turn. */
  | 'active'
  /** To be tried again when its back-off is over, or earlier when nothing else waits. */
  | 'backoff'
  /** Rejected; an event has to happen first. */
  | 'unschedulable'
  /** Being tried, or on its way to a node. */
  | 'in-flight';

export class QueuedPod {
  info: PodInfo;
  place: QueuePlace = 'in-flight';
  /** When it entered the queue, or came back from its last attempt: Clock.monotonic milliseconds. */
  timestampMs: number;
  attempts = 0;
  /** Attempts that ended in a rejection, and (since the last rejection) in an error: the back-off grows with them. */
  unschedulableCount = 0;
  consecutiveErrors = 0;
  /** Undefined until asked for after an attempt. */
  backoffExpirationMs: number | undefined;
  initialAttemptMs: number | undefined;
  /** Of the attempt that is going on or was the last. */
  attemptStartedMs = 0;
  unschedulablePlugins: ReadonlySet<string> = none;
  pendingPlugins: ReadonlySet<string> = none;
  /** The PreEnqueue plugin that keeps it out of the active queue; '' for none. */
  gatingPlugin = '';
  /** Tried anyway after minutes in the pool, and not rejected since. */
  flushed = false;
  /** Tells heap entries that are still good from those of earlier stays. */
  ticket = 0;

  constructor(info: PodInfo, nowMs: number) {
    this.info = info;
    this.timestampMs = nowMs;
  }

  get rejectors(): ReadonlySet<string> {
    if (this.pendingPlugins.size === 0) return this.unschedulablePlugins;
    return new Set(this.unschedulablePlugins).union(this.pendingPlugins);
  }
}

const none: ReadonlySet<string> = new Set();
