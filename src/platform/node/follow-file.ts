/** Lines that are appended to a file from now on, told by the kernel (inotify), across rotation by truncation. */

import { closeSync, openSync, readSync, statSync, watch } from 'node:fs';

/** Ends when the signal fires. */
export async function* followFile(path: string, signal: AbortSignal): AsyncGenerator<string, void, void> {
  let position = statSync(path).size;
  let partial = '';
  let wake = Promise.withResolvers<void>();
  const watcher = watch(path, () => wake.resolve());
  const onAbort = () => wake.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      await wake.promise;
      wake = Promise.withResolvers<void>();
      const size = statSync(path).size;
      if (size < position) position = 0;
      const text = partial + readRange(path, position, size);
      position = size;
      const lines = text.split('\n');
      partial = lines.pop() ?? '';
      yield* lines;
    }
  } finally {
    watcher.close();
    signal.removeEventListener('abort', onAbort);
  }
}

function readRange(path: string, from: number, to: number): string {
  const bytes = Buffer.alloc(to - from);
  const fd = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, from)).toString('utf8');
  } finally {
    closeSync(fd);
  }
}
