/**
 * Tells when a file has other content. Its directory is watched, since files are replaced by renaming and, in mounted volumes, by a link
 * that changes; and it is read every minute, for file systems that tell nothing (upstream: util/filesystem WatchUntil).
 */

import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const pollMs = 60_000;
/** Writers that write in several steps are let finish. */
const settleMs = 100;

export interface FileWatch {
  close(): void;
}

/** `last` is the content that is known; `changed` gets every other, `failed` what keeps it from being read. */
export function watchFile(
  path: string,
  last: string,
  changed: (content: string) => void,
  failed: (error: unknown) => void,
): FileWatch {
  let known = last;
  let closed = false;
  let settling: NodeJS.Timeout | undefined;
  const look = async () => {
    settling = undefined;
    try {
      const content = await readFile(path, 'utf8');
      if (closed || content === known) return;
      known = content;
      changed(content);
    } catch (error) {
      if (!closed) failed(error);
    }
  };
  const soon = () => {
    settling ??= setTimeout(() => void look(), settleMs);
  };
  const watcher = watch(dirname(path), { persistent: false }, soon);
  watcher.on('error', failed);
  const poll = setInterval(() => void look(), pollMs);
  poll.unref();
  return {
    close() {
      closed = true;
      watcher.close();
      clearInterval(poll);
      clearTimeout(settling);
    },
  };
}
