/** Starting the first supervisor of a cluster. The next ones come from its guardian. */

import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon } from '#platform/node/exec.ts';
import type { ClusterLayout } from '../machine/layout.ts';
import { roleCommands, roleEnvironment } from '../roles.ts';

/** Starts the supervisor in a session of its own; a second one ends by itself. */
export function startSupervisorProcess(layout: ClusterLayout, name: string, roleProgram: string): void {
  const logFd = openSync(join(layout.logs, 'supervisor.log'), 'a', 0o640);
  const [program, ...args] = roleCommands(roleProgram)('supervise', '--name', name, '--data-dir', layout.data);
  startDaemon(program, args, { logFd, env: { ...process.env, ...roleEnvironment } }).unref();
  closeSync(logFd);
}
