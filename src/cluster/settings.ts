/** What was decided when a cluster was made, and stays with its data: cluster.json. */

import { messageOf } from '#base/errors.ts';
import { readIfExists, writeFileAtomic } from '#platform/node/files.ts';
import { Failure } from './failure.ts';
import type { ClusterLayout } from './machine/layout.ts';
import { maxNodes, type NetworkPlan, type NodePlan, planNode } from './machine/network-plan.ts';
import type { Machine } from './machine/node-machine.ts';
import type { ServerFlags } from './server-options.ts';

export interface ClusterSettings {
  readonly name: string;
  readonly nodes: number;
  readonly network: NetworkPlan;
  readonly apiPort: number;
  /** Whether node ports on the host's own addresses lead to the first node. */
  readonly door: boolean;
  readonly nodePorts: string;
  /** Additional names and addresses in the API server's certificate. */
  readonly apiNames: readonly string[];
  /** Directory of containerd, its shim, ctr, runc and crun; absent: what is installed. */
  readonly containerdBinDir?: string;
  /** Where the cluster's state lives (store-location.ts); absent: the embedded store in the data directory. */
  readonly store?: string;
  /** Options of the API server. */
  readonly serverFlags?: ServerFlags;
}

export const defaultClusterName = 'kubets';
export const defaultApiPort = 6443;
export const defaultNodePorts = '30000-32767';

export class SettingsError extends Failure {
  override readonly name = 'SettingsError';
}

/** The settings of a cluster that was made before; undefined when there is none. */
export function loadSettings(layout: ClusterLayout): ClusterSettings | undefined {
  const text = readIfExists(layout.settingsFile);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SettingsError(
      `${layout.settingsFile} is damaged: ${messageOf(error)}`,
      'restore it from a backup, or start anew with: kubets reset',
      {
        cause: error,
      },
    );
  }
  if (!isSettings(value)) throw new SettingsError(`${layout.settingsFile} is not the settings file of a cluster`);
  return value;
}

export function saveSettings(layout: ClusterLayout, settings: ClusterSettings): void {
  writeFileAtomic(layout.settingsFile, `${JSON.stringify(settings, null, 2)}\n`);
}

export function nodesOf(settings: ClusterSettings): readonly NodePlan[] {
  return Array.from({ length: settings.nodes }, (_, i) => planNode(settings.name, settings.network, i + 1));
}

export function machineOf(layout: ClusterLayout, settings: ClusterSettings): Machine {
  return {
    clusterName: settings.name,
    layout,
    network: settings.network,
    door: settings.door,
    nodePorts: settings.nodePorts,
  };
}

/** Names become parts of paths, interfaces and tables. */
export function checkClusterName(name: string): void {
  if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) {
    throw new SettingsError(
      `--name ${name}: lower-case letters, digits and '-', at most 32, beginning and ending with a letter or digit`,
    );
  }
}

export function checkNodeCount(nodes: number): void {
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > maxNodes)
    throw new SettingsError(`--nodes: a number from 1 to ${maxNodes}`);
}

/** The file is written by this program only; this tells a damaged or foreign one. */
function isSettings(value: unknown): value is ClusterSettings {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    'nodes' in value &&
    typeof value.nodes === 'number' &&
    'network' in value &&
    typeof value.network === 'object' &&
    'apiPort' in value &&
    typeof value.apiPort === 'number'
  );
}
