/** What the tests of machines share. */

import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon } from '#platform/node/exec.ts';

export function startSupervisor(dataDir: string, name: string): ChildProcess {
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  const logFd = openSync(join(dataDir, 'logs', 'supervisor.log'), 'a');
  const command = [...process.execArgv, join(import.meta.dirname, 'supervise.ts'), dataDir, name];
  const child = startDaemon(process.execPath, command, { logFd });
  child.unref();
  closeSync(logFd);
  return child;
}
