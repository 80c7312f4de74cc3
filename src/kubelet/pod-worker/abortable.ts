/** Waiting that can be given up. */

import { AbortedError } from '#base/abort.ts';

/** The promise, unless the signal fires first: then AbortedError, and what is under way is left to itself. */
export function abortable<T>(task: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    task.catch(() => {});
    return Promise.reject(new AbortedError('aborted', { cause: signal.reason }));
  }
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new AbortedError('aborted', { cause: signal.reason }));
    signal.addEventListener('abort', onAbort, { once: true });
    task.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
