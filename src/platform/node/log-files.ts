/** The machine's log files: read by offset, watched by inotify (node:fs watch on the directory). */

import { type FSWatcher, watch } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { LogFile, LogFiles } from '#kubelet/logs/log-files.ts';

export const nodeLogFiles: LogFiles = {
  async open(path) {
    let handle: Awaited<ReturnType<typeof open>>;
    try {
      handle = await open(path, 'r');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
    const { dev, ino } = await handle.stat();
    const file: LogFile = {
      identity: `${dev}:${ino}`,
      size: async () => (await handle.stat()).size,
      read: async (offset, length) => {
        const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      },
      close: () => handle.close(),
    };
    return file;
  },
  watch: watchFile,
};

function watchFile(path: string, onChange: () => void): () => void {
  let watcher: FSWatcher | undefined;
  let closed = false;
  const start = (target: string) => {
    if (closed) return;
    const name = basename(target);
    try {
      watcher = watch(dirname(target), { persistent: false }, (_event, changed) => {
        if (changed === null || changed === name) onChange();
      });
      watcher.on('error', onChange);
    } finally {
      // What happened before the watch stood is found by looking once more.
      onChange();
    }
  };
  realpath(path)
    .catch(() => path)
    .then(start)
    .catch(() => {
      // The directory is gone, and with it the container: its end is told by others.
    });
  return () => {
    closed = true;
    watcher?.close();
  };
}
