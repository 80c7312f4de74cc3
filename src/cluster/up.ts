/**
 * Starting a cluster on this machine: settings, credentials, the supervisor; then waiting until everything serves.
 *
 * Running it again is harmless: what runs is left alone, what is missing is started, more nodes are added.
 */

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isNotFound } from '#api/errors.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { hostRoutes, isRoot } from '#platform/node/machine-facts.ts';
import { accepts } from '#platform/node/sockets.ts';
import { examine } from './doctor.ts';
import { down, reset } from './down.ts';
import { Failure } from './failure.ts';
import { type ClusterLayout, clusterLayout, nodeLayout } from './machine/layout.ts';
import { type NetworkWishes, planNetwork } from './machine/network-plan.ts';
import { checkStore } from './open-store.ts';
import { prepareCredentials } from './prepare.ts';
import { roleProgram } from './program.ts';
import { connectClient } from './remote-client.ts';
import { checkEncryptionFile } from './server/encryption.ts';
import { flagText, mergedFlags, type ServerFlags } from './server-options.ts';
import {
  type ClusterSettings,
  checkClusterName,
  checkNodeCount,
  defaultApiPort,
  defaultClusterName,
  defaultNodePorts,
  loadSettings,
  nodesOf,
  saveSettings,
} from './settings.ts';
import { defaultStore } from './store-location.ts';
import { askSupervisor, connectControl, type SupervisorStatus } from './supervisor/control.ts';
import { startSupervisorProcess } from './supervisor/start.ts';

export interface UpOptions extends NetworkWishes {
  readonly name: string;
  readonly dataDir?: string;
  readonly nodes?: number;
  readonly apiPort?: number;
  readonly apiNames?: readonly string[];
  readonly containerdBinDir?: string;
  readonly store?: string;
  /** Options of the API server; those that are not given stay as they are. */
  readonly serverFlags?: ServerFlags;
  /** Give up after this long; the supervisor goes on trying. */
  readonly timeoutMs: number;
  readonly now: number;
  /** Told of every change until all is ready. */
  readonly onProgress: (status: SupervisorStatus) => void;
}

export interface UpResult {
  readonly layout: ClusterLayout;
  readonly settings: ClusterSettings;
  /** Whether the cluster is new. */
  readonly created: boolean;
}

export async function up(options: UpOptions): Promise<UpResult> {
  if (!isRoot()) {
    throw new Failure('a cluster needs network namespaces and mounts, and only root may make them', 'run it with sudo');
  }
  checkClusterName(options.name);
  const layout = clusterLayout(options.name, options.dataDir);
  const former = loadSettings(layout);
  const runs = await accepts(layout.supervisorSocket);
  const settings = former ? changedSettings(former, options, runs) : await newSettings(options);
  checkEncryptionFile(flagText(settings.serverFlags ?? {}, 'encryption-provider-config'));
  if (!runs) await Promise.all([checkMachine(layout, settings), checkStore(settings.store)]);
  if (JSON.stringify(settings) !== JSON.stringify(former)) saveSettings(layout, settings);
  await prepareCredentials(layout, settings, options.now);
  if (runs) await askSupervisor(layout.supervisorSocket, { op: 'reload' });
  else await startSupervisor(layout, settings);
  try {
    await waitUntilReady(layout, settings, options);
  } catch (error) {
    if (error instanceof RefusedStart) await undo(layout, settings, former);
    throw error;
  }
  if (former && former.nodes > settings.nodes) await forgetNodes(layout, settings, former.nodes);
  return { layout, settings, created: former === undefined };
}

/** The server was told something that it cannot do: trying again is no use. */
class RefusedStart extends Failure {}

/** Leaves what was there before: the former settings, or nothing. */
async function undo(
  layout: ClusterLayout,
  settings: ClusterSettings,
  former: ClusterSettings | undefined,
): Promise<void> {
  await down({ layout, settings, graceMs: 0 });
  if (former) saveSettings(layout, former);
  else await reset(layout);
}

async function newSettings(options: UpOptions): Promise<ClusterSettings> {
  const nodes = options.nodes ?? 1;
  checkNodeCount(nodes);
  return {
    name: options.name,
    nodes,
    network: planNetwork(options.name, options, await hostRoutes()),
    apiPort: options.apiPort ?? defaultApiPort,
    door: options.name === defaultClusterName,
    nodePorts: defaultNodePorts,
    apiNames: options.apiNames ?? [],
    ...(options.store === undefined || options.store === defaultStore ? {} : { store: options.store }),
    ...(options.containerdBinDir === undefined ? {} : { containerdBinDir: options.containerdBinDir }),
    ...(options.serverFlags === undefined ? {} : { serverFlags: mergedFlags({}, options.serverFlags) }),
  };
}

/** Nodes that were taken away while the cluster was down: their objects, and what they had on disk. */
async function forgetNodes(layout: ClusterLayout, settings: ClusterSettings, before: number): Promise<void> {
  const { client, close } = connectClient({
    pki: layout.pki,
    certificate: 'admin',
    server: `https://127.0.0.1:${settings.apiPort}`,
  });
  try {
    for (const { name } of nodesOf({ ...settings, nodes: before }).slice(settings.nodes)) {
      await client.delete(Nodes, { name }).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
      });
      rmSync(nodeLayout(layout, name).data, { recursive: true, force: true });
    }
  } finally {
    close();
  }
}

/** Wishes that a cluster can take up later; the others are refused, and not silently forgotten. */
function changedSettings(former: ClusterSettings, options: UpOptions, runs: boolean): ClusterSettings {
  const fixed = [
    ['--node-cidr', options.nodeCidr, former.network.nodeCidr],
    ['--pod-cidr', options.podCidr, former.network.podCidr],
    ['--service-cidr', options.serviceCidr, former.network.serviceCidr],
    ['--store', options.store, former.store ?? defaultStore],
  ] as const;
  for (const [flag, wish, is] of fixed) {
    if (wish !== undefined && wish !== is) {
      throw new Failure(
        `${flag} ${wish}: this cluster was made with ${is}, which cannot be changed`,
        'start anew with: kubets reset',
      );
    }
  }
  const nodes = options.nodes ?? former.nodes;
  checkNodeCount(nodes);
  if (nodes < former.nodes && runs) {
    throw new Failure(
      `--nodes ${nodes}: the cluster runs with ${former.nodes} nodes`,
      `nodes can be taken away while it is down: kubets down, then kubets up --nodes ${nodes}`,
    );
  }
  const apiPort = options.apiPort ?? former.apiPort;
  if (apiPort !== former.apiPort && runs) {
    throw new Failure(
      `--api-port ${apiPort}: the cluster runs on port ${former.apiPort}`,
      `kubets down, then kubets up --api-port ${apiPort}`,
    );
  }
  const serverFlags = mergedFlags(former.serverFlags ?? {}, options.serverFlags ?? {});
  if (runs && JSON.stringify(serverFlags) !== JSON.stringify(former.serverFlags ?? {})) {
    const changed = Object.keys(options.serverFlags ?? {}).map((flag) => `--${flag}`);
    throw new Failure(
      `${changed.join(', ')}: the cluster runs with other options`,
      'kubets down, then kubets up again',
    );
  }
  return {
    ...former,
    ...(former.serverFlags === undefined && Object.keys(serverFlags).length === 0 ? {} : { serverFlags }),
    nodes,
    apiPort,
    apiNames: options.apiNames ?? former.apiNames,
    ...(options.containerdBinDir === undefined ? {} : { containerdBinDir: options.containerdBinDir }),
  };
}

/** Refuses to start what would only fail later, and says all that is wrong at once. */
async function checkMachine(layout: ClusterLayout, settings: ClusterSettings): Promise<void> {
  const errors = (await examine({ layout, settings })).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new Failure(
    errors.map(({ what }) => what).join('\n       '),
    errors.map(({ remedy }) => remedy).join('\n               '),
  );
}

async function startSupervisor(layout: ClusterLayout, settings: ClusterSettings): Promise<void> {
  mkdirSync(layout.logs, { recursive: true });
  mkdirSync(layout.run, { recursive: true, mode: 0o711 });
  startSupervisorProcess(layout, settings.name, await roleProgram());
  const deadline = Date.now() + 10_000;
  while (!(await accepts(layout.supervisorSocket))) {
    if (Date.now() > deadline)
      throw new Failure('the supervisor does not start', `its log says why: ${join(layout.logs, 'supervisor.log')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Units that must be there and serve: the server, and two for each node. */
export function isAllReady(status: SupervisorStatus, nodes: number): boolean {
  return (
    status.problem === undefined && status.units.length >= 1 + 2 * nodes && status.units.every((unit) => unit.ready)
  );
}

async function waitUntilReady(layout: ClusterLayout, settings: ClusterSettings, options: UpOptions): Promise<void> {
  const connection = await connectControl(layout.supervisorSocket);
  let last: SupervisorStatus | undefined;
  const late = setTimeout(() => connection.close(), options.timeoutMs);
  try {
    connection.send({ op: 'watch' });
    for await (const answer of connection.messages) {
      if (answer.type !== 'status') continue;
      last = answer.status;
      options.onProgress(last);
      if (last.refusal) throw new RefusedStart(last.refusal.message, last.refusal.remedy);
      if (isAllReady(last, settings.nodes)) return;
    }
  } finally {
    clearTimeout(late);
    connection.close();
  }
  const missing =
    last?.problem ??
    `not ready: ${
      last?.units
        .filter((unit) => !unit.ready)
        .map((unit) => unit.name)
        .join(', ') ?? 'everything'
    }`;
  throw new Failure(
    `the cluster is not ready after ${options.timeoutMs / 1000} s (${missing})`,
    'kubets status and kubets logs tell more; it is still being tried',
  );
}
