/**
 * A control plane without nodes, in the foreground and without root: for tests, for tools that need an API server, and as one of
 * several servers on one etcd. Its data directory has its certificates, its store and a kubeconfig.
 */

import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { NodeEnv } from '#platform/node/env.ts';
import { writeFileAtomic } from '#platform/node/files.ts';
import { Failure } from './failure.ts';
import { kubeconfigEntry, renderKubeconfig } from './kubeconfig.ts';
import { type ClusterLayout, clusterLayout } from './machine/layout.ts';
import { planNetwork } from './machine/network-plan.ts';
import { prepareCredentials } from './prepare.ts';
import { runControlPlane } from './server.ts';
import type { ServerFlags } from './server-options.ts';
import { type ClusterSettings, defaultNodePorts } from './settings.ts';

export interface StandaloneOptions {
  readonly env: NodeEnv;
  readonly dataDir: string;
  /** Certificates of another server of the same cluster; absent: its own, made at the first start. */
  readonly pkiDir?: string | undefined;
  readonly apiPort: number;
  readonly apiNames: readonly string[];
  readonly serviceCidr?: string | undefined;
  readonly store?: string | undefined;
  /** Without controllers and scheduler. */
  readonly onlyApiServer?: boolean | undefined;
  readonly serverFlags?: ServerFlags | undefined;
}

const name = 'kubets-server';

/** Runs until the signal fires. `onServing` gets the path of the kubeconfig. Throws Failure for options that cannot be used. */
export async function runStandaloneServer(
  options: StandaloneOptions,
  onServing: (kubeconfig: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { env, dataDir, apiPort, store, onlyApiServer, serverFlags } = options;
  const own = clusterLayout(name, dataDir);
  const layout: ClusterLayout = { ...own, pki: options.pkiDir ?? own.pki };
  const { serviceCidr } = options;
  const network = planNetwork(name, serviceCidr === undefined ? {} : { serviceCidr }, []);
  const settings: ClusterSettings = {
    name,
    nodes: 0,
    network: { ...network, hostAddress: ownAddress() },
    apiPort,
    door: false,
    nodePorts: defaultNodePorts,
    apiNames: options.apiNames,
    ...(store === undefined ? {} : { store }),
    ...(serverFlags === undefined ? {} : { serverFlags }),
  };
  await prepareCredentials(layout, settings, env.clock.now());
  const kubeconfig = join(dataDir, 'kubeconfig');
  const server = `https://127.0.0.1:${apiPort}`;
  const entry = kubeconfigEntry(layout.pki, 'admin', { cluster: name, user: `${name}-admin`, server });
  writeFileAtomic(kubeconfig, renderKubeconfig(entry), { mode: 0o600 });
  try {
    await runControlPlane({ env, layout, settings, onlyApiServer }, () => onServing(kubeconfig), signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Failure(
      `port ${apiPort} is in use: the API server cannot listen`,
      `ss -ltnp 'sport = :${apiPort}' names the program; stop it, or choose another with --api-port`,
      { cause: error },
    );
  }
}

/** Where others reach this machine: what the Service `kubernetes` leads to. */
function ownAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const outside = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  return outside?.address ?? '127.0.0.1';
}
