/**
 * Where a cluster's files are.
 *
 * data/  survives reboots: the store, certificates, images, logs.       /var/lib/kubets/NAME
 * run/   is gone after a reboot, and `down` removes it: sockets, namespaces, pids.   /run/kubets/NAME
 * cache/ is shared by all clusters and may be deleted at any time: downloaded programs, built images.   /var/cache/kubets
 */

import { join } from 'node:path';

export interface ClusterLayout {
  readonly data: string;
  readonly run: string;
  readonly cache: string;
  readonly settingsFile: string;
  readonly pki: string;
  readonly kubeconfigs: string;
  readonly logs: string;
  readonly store: string;
  /** Directory of the namespace files, on a mount of its own that does not propagate. */
  readonly namespaces: string;
  readonly supervisorSocket: string;
  readonly processesFile: string;
}

export interface NodeLayout {
  readonly data: string;
  readonly run: string;
  /** Bound to /var/lib/kubelet in the node. */
  readonly kubelet: string;
  /** Bound to /var/log/pods in the node. */
  readonly podLogs: string;
  /** Bound to /var/log/containers in the node. */
  readonly containerLogs: string;
  readonly containerdRoot: string;
  readonly containerdState: string;
  readonly containerdSocket: string;
  readonly containerdConfig: string;
  readonly ociState: string;
  readonly optPath: string;
  readonly cniConfig: string;
  /** Bound to /var/lib/cni in the node. In run/: addresses that a dead pod held must not survive its node. */
  readonly cniState: string;
  readonly resolvConf: string;
  readonly registries: string;
  readonly staticPods: string;
  readonly mountNamespace: string;
  readonly utsNamespace: string;
}

export const defaultDataRoot = '/var/lib/kubets';
export const runRoot = '/run/kubets';

export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  return env.KUBETS_CACHE_DIR ?? '/var/cache/kubets';
}

export function clusterLayout(name: string, dataDir = join(defaultDataRoot, name)): ClusterLayout {
  const run = join(runRoot, name);
  return {
    data: dataDir,
    run,
    cache: cacheRoot(),
    settingsFile: join(dataDir, 'cluster.json'),
    pki: join(dataDir, 'pki'),
    kubeconfigs: join(dataDir, 'kubeconfigs'),
    logs: join(dataDir, 'logs'),
    store: join(dataDir, 'store'),
    namespaces: join(run, 'ns'),
    supervisorSocket: join(run, 'supervisor.sock'),
    processesFile: join(run, 'processes.json'),
  };
}

export function nodeLayout(cluster: ClusterLayout, node: string): NodeLayout {
  const data = join(cluster.data, 'nodes', node);
  const run = join(cluster.run, node);
  return {
    data,
    run,
    kubelet: join(data, 'kubelet'),
    podLogs: join(data, 'pods'),
    containerLogs: join(data, 'containers'),
    containerdRoot: join(data, 'containerd'),
    containerdState: join(run, 'containerd'),
    containerdSocket: join(run, 'containerd.sock'),
    containerdConfig: join(run, 'containerd.toml'),
    ociState: join(run, 'oci'),
    optPath: join(data, 'opt'),
    cniConfig: join(run, 'cni'),
    cniState: join(run, 'cni-state'),
    resolvConf: join(run, 'resolv.conf'),
    registries: join(cluster.data, 'registries'),
    staticPods: join(data, 'manifests'),
    mountNamespace: join(cluster.namespaces, `${node}.mnt`),
    utsNamespace: join(cluster.namespaces, `${node}.uts`),
  };
}
