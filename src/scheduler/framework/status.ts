/**
 * Status: what a plugin answers when it does not simply agree (kube-scheduler framework Status). Agreement is `undefined`, so
 * the path of a node that fits allocates nothing. Values are immutable and plugins keep their constant ones: the core counts
 * and caches statuses by identity.
 */

export type StatusCode =
  /** An ordinary no: removing pods (preemption) might change it. */
  | 'Unschedulable'
  /** A no that preemption cannot change. */
  | 'UnschedulableAndUnresolvable'
  /** From Permit: the pod waits; from PreBind's pre-flight and others: nothing to do here. */
  | 'Wait'
  | 'Skip'
  /** A no that the plugin itself will resolve later; the pod is retried without back-off when it does. */
  | 'Pending'
  | 'Error';

export interface Status {
  readonly code: StatusCode;
  /** Empty when the framework made it. */
  readonly plugin: string;
  readonly reasons: readonly string[];
  /** The cause of an Error. */
  readonly error?: unknown;
}

export function status(code: StatusCode, plugin: string, ...reasons: readonly string[]): Status {
  return Object.freeze({ code, plugin, reasons: Object.freeze([...reasons]) });
}

export function errorStatus(plugin: string, error: unknown): Status {
  return { code: 'Error', plugin, reasons: [error instanceof Error ? error.message : String(error)], error };
}

/** True for the answers that mean "not here, not now" as opposed to a failure. */
export function isRejected(answer: Status): boolean {
  return answer.code === 'Unschedulable' || answer.code === 'UnschedulableAndUnresolvable' || answer.code === 'Pending';
}

/** Upstream joins reasons with a comma. */
export function messageOfStatus(answer: Status | undefined): string {
  return answer ? answer.reasons.join(', ') : '';
}
