/**
 * Slow start: do something `count` times in batches of 1, 2, 4, ... A batch with a failure is the last one, so that a quota or an
 * admission plugin that refuses everything sees one refused request instead of hundreds (upstream's slowStartBatch).
 */

export interface SlowStartResult {
  readonly succeeded: number;
  /** The first failure. */
  readonly error: unknown;
}

export async function slowStart(count: number, run: () => Promise<void>): Promise<SlowStartResult> {
  let succeeded = 0;
  let batch = Math.min(count, 1);
  while (batch > 0) {
    const results = await Promise.allSettled(Array.from({ length: batch }, run));
    succeeded += results.filter((result) => result.status === 'fulfilled').length;
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) return { succeeded, error: failure.reason };
    batch = Math.min(2 * batch, count - succeeded);
  }
  return { succeeded, error: undefined };
}
