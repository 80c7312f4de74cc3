/** Stopping a cluster: its processes, then every trace of it on the machine but its data. Also mends what a crash left. */

import { rmSync } from 'node:fs';
import { isRoot } from '#platform/node/machine-facts.ts';
import { unmountAll } from '#platform/node/mounts.ts';
import { commandLine } from '#platform/node/process-table.ts';
import { accepts } from '#platform/node/sockets.ts';
import { Failure } from './failure.ts';
import type { ClusterLayout } from './machine/layout.ts';
import { clusterProcesses, removeMachine } from './machine/node-machine.ts';
import { type ClusterSettings, machineOf, nodesOf } from './settings.ts';
import { askSupervisor } from './supervisor/control.ts';

export interface DownOptions {
  readonly layout: ClusterLayout;
  readonly settings: ClusterSettings;
  /** How long containers may take to end after SIGTERM. */
  readonly graceMs: number;
}

/** Idempotent; returns false when nothing ran. */
export async function down(options: DownOptions): Promise<boolean> {
  const { layout, settings } = options;
  if (!isRoot()) throw new Failure('only root may stop a cluster', 'run it with sudo');
  const ran = clusterProcesses(settings.name).length > 0;
  if (await accepts(layout.supervisorSocket)) {
    // If it dies over the question, what it would have stopped is ended below.
    await askSupervisor(layout.supervisorSocket, { op: 'stop' }).catch(() => {});
  }
  await removeMachine(machineOf(layout, settings), nodesOf(settings), options.graceMs);
  const left = clusterProcesses(settings.name);
  if (left.length > 0) {
    throw new Failure(
      `processes that do not end: ${left.map((pid) => `${pid} (${commandLine(pid).replaceAll('\0', ' ').trim()})`).join(', ')}`,
      'they hang in the kernel (state D in ps); try again, or reboot',
    );
  }
  return ran;
}

/** Deletes the data of a cluster that is down: objects, images, certificates, logs. */
export async function reset(layout: ClusterLayout): Promise<void> {
  await unmountAll(layout.data);
  rmSync(layout.data, { recursive: true, force: true });
}
