/** What benchmarks of a cluster share: starting it by the command line, its client, its processes; and small statistics. */

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '#client/client.ts';
import { type ClusterLayout, clusterLayout } from '#cluster/machine/layout.ts';
import { connectClient } from '#cluster/remote-client.ts';
import { type ClusterSettings, loadSettings } from '#cluster/settings.ts';
import { askSupervisor } from '#cluster/supervisor/control.ts';

const kubets = join(import.meta.dirname, '../../kubets');

/** Runs ./kubets to its end; what it says is shown only when it fails. */
export function runKubets(...args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(kubets, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`kubets ${args.join(' ')} ended with ${code}:\n${Buffer.concat(said).toString()}`));
    });
  });
}

export interface RunningCluster {
  readonly name: string;
  readonly layout: ClusterLayout;
  readonly settings: ClusterSettings;
  readonly client: Client;
  close(): void;
}

/** A cluster that runs, as its administrator sees it. */
export function openCluster(name: string): RunningCluster {
  const layout = clusterLayout(name);
  const settings = loadSettings(layout);
  if (!settings) throw new Error(`there is no cluster ${name}`);
  const server = `https://127.0.0.1:${settings.apiPort}`;
  return { name, layout, settings, ...connectClient({ pki: layout.pki, certificate: 'admin', server }) };
}

/** Pids of the supervisor and of every unit that runs, by name. */
export async function processesOf(layout: ClusterLayout): Promise<ReadonlyMap<string, number>> {
  const answer = await askSupervisor(layout.supervisorSocket, { op: 'status' });
  if (answer.type !== 'status') throw new Error('the supervisor does not tell its status');
  const { pid, units } = answer.status;
  return new Map([
    ['supervisor', pid],
    ...units.flatMap((unit) => (unit.pid === undefined ? [] : [[unit.name, unit.pid] as const])),
  ]);
}

/** The middle value; of an even number the upper middle. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Figures are worth what the machine was doing meanwhile. */
export function machineLoad(): string {
  return `load average ${readFileSync('/proc/loadavg', 'latin1').split(' ', 1)[0]}`;
}
