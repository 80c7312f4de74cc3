/** Waiting for Unix sockets of processes that start. */

import { mkdirSync, watch } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname } from 'node:path';
import { AbortedError } from '#base/abort.ts';

/** Resolves when something accepts connections on the socket; rejects with AbortedError. */
export async function waitForSocket(path: string, signal: AbortSignal): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  while (!(await accepts(path))) await directoryChange(path, signal);
}

/** Whether something accepts connections on the socket now. */
export function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** A file that a dead process left does not change when its successor starts to listen, hence the look once in a while. */
const lookAgainMs = 100;

function directoryChange(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new AbortedError('aborted', { cause: signal.reason }));
      return;
    }
    const end = () => {
      watcher.close();
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      end();
      reject(new AbortedError('aborted', { cause: signal.reason }));
    };
    const look = () => {
      end();
      resolve();
    };
    const watcher = watch(dirname(path), (_, file) => {
      if (file === basename(path)) look();
    });
    const timer = setTimeout(look, lookAgainMs);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
