/**
 * The guardian: a sleeping shell that starts the next supervisor when this one dies, however it dies.
 *
 * It reads from a pipe whose other end only the supervisor holds. The kernel closes that end with the supervisor, the read
 * ends, and the shell becomes the next supervisor (which is nobody if there is one already). It costs a megabyte and no time.
 */

import { type ChildProcess, spawn } from 'node:child_process';

export interface Guardian {
  /** The supervisor ends in order: nobody shall follow. */
  dismiss(): void;
}

/** Killed guardians are replaced, but not in a hurry: what kills them may be at work. */
const replaceAfterMs = 500;

/** `command` is the next supervisor's. It inherits our standard error, where its log goes. */
export function startGuardian(command: readonly [program: string, ...args: string[]]): Guardian {
  let current: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    const child = spawn('sh', ['-c', 'read -r _; exec "$@"', 'kubets-guardian', ...command], {
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    child.unref();
    // A guardian that was killed closes its end; that it is gone is told by its exit.
    child.stdin?.on('error', () => {});
    child.once('exit', () => {
      if (current === child) timer = setTimeout(start, replaceAfterMs);
    });
    current = child;
  };
  start();
  return {
    dismiss: () => {
      const child = current;
      current = undefined;
      clearTimeout(timer);
      child?.kill('SIGKILL');
    },
  };
}
