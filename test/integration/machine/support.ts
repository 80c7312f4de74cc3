/** What the tests of machines share. */

import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon } from '#platform/node/exec.ts';

export function startSupervisor(dataDir: string, name: string): void {
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  const logFd = openSync(join(dataDir, 'logs', 'supervisor.log'), 'a');
  startDaemon(process.execPath, [...process.execArgv, join(import.meta.dirname, 'supervise.ts'), dataDir, name], {
    logFd,
  }).unref();
  closeSync(logFd);
}
