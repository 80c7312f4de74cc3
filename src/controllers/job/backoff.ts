/** How long a job waits before it makes a pod in place of a failed one: 10 s, doubling with every failure since the last success, to 10 minutes. */

import type { Pod } from '#kinds/generated/core-v1.ts';
import { finishedAtMs } from './pods.ts';

export interface BackoffRecord {
  readonly failuresAfterLastSuccess: number;
  readonly lastFailureMs: number;
}

export const noFailures: BackoffRecord = { failuresAfterLastSuccess: 0, lastFailureMs: 0 };

const initialMs = 10_000;
const maxMs = 10 * 60_000;

/** The record after these pods have ended. */
export function recordEnds(record: BackoffRecord, succeeded: readonly Pod[], failed: readonly Pod[]): BackoffRecord {
  if (succeeded.length + failed.length === 0) return record;
  const lastSuccessMs = Math.max(Number.NEGATIVE_INFINITY, ...succeeded.map(finishedAtMs));
  const later = failed.map(finishedAtMs).filter((endMs) => endMs > lastSuccessMs);
  const before = succeeded.length === 0 ? record : noFailures;
  if (later.length === 0) return before;
  return {
    failuresAfterLastSuccess: before.failuresAfterLastSuccess + later.length,
    lastFailureMs: Math.max(...later),
  };
}

export function remainingMs({ failuresAfterLastSuccess, lastFailureMs }: BackoffRecord, nowMs: number): number {
  // A failure far in the future is from a clock that was wrong: waiting for it would hold the job for hours.
  if (failuresAfterLastSuccess === 0 || lastFailureMs > nowMs + maxMs) return 0;
  const delayMs = Math.min(maxMs, initialMs * 2 ** (failuresAfterLastSuccess - 1));
  return Math.max(0, lastFailureMs + delayMs - nowMs);
}
