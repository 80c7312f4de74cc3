/** Cancellation: small pieces around AbortSignal that every component needs. */

import type { Clock } from './env.ts';

/** Thrown by waits that were cancelled; loops treat it as the end, not as a failure. */
export class AbortedError extends Error {
  override readonly name = 'AbortedError';
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AbortedError('aborted', { cause: signal.reason });
}

export function isAborted(error: unknown): boolean {
  return error instanceof AbortedError || (error instanceof Error && error.name === 'AbortError');
}

/** Resolves after `ms`; rejects with AbortedError at once when the signal fires. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new AbortedError('aborted', { cause: signal.reason }));
      return;
    }
    const onAbort = () => {
      timer.cancel();
      reject(new AbortedError('aborted', { cause: signal?.reason }));
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Resolves when the signal fires; never rejects. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** A controller that aborts when any parent does; call `dispose` when its own work ends so that parents forget it. */
export function linkedAbort(...parents: readonly (AbortSignal | undefined)[]): AbortController & { dispose(): void } {
  const controller = new AbortController();
  const onAbort = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const parent of parents) {
    if (parent?.aborted) controller.abort(parent.reason);
    else parent?.addEventListener('abort', onAbort, { once: true });
  }
  const dispose = () => {
    for (const parent of parents) parent?.removeEventListener('abort', onAbort);
  };
  return Object.assign(controller, { dispose });
}
