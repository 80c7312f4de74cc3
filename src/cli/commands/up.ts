/** kubets up: starts the cluster, returns when it is ready. */

import type { Command } from 'commander';
import type { UpOptions, UpResult } from '#cluster/up.ts';
import { type ClusterOptions, wholeNumber, withClusterOptions } from '../cluster-choice.ts';
import { append, serverFlagsOf, serverOptionsOf } from '../server-flags.ts';

export interface UpFlags extends ClusterOptions {
  readonly nodes?: number;
  readonly apiPort?: number;
  readonly apiSan: readonly string[];
  readonly nodeCidr?: string;
  readonly podCidr?: string;
  readonly serviceCidr?: string;
  readonly containerdBinDir?: string;
  readonly store?: string;
  readonly timeout: number;
  readonly kubeconfig: boolean;
}

export function addUp(program: Command): void {
  withUpOptions(program.command('up'))
    .description('start the cluster (and make it the first time); returns when it is ready')
    .action(async (flags: UpFlags) => {
      const { settings, layout } = await startCluster(flags);
      console.log(`  certificates, kubeconfig and data: ${layout.data}`);
      console.log(`  try: kubectl get nodes${settings.name === 'kubets' ? '' : ` --context ${settings.name}`}`);
    });
}

export function withUpOptions(command: Command): Command {
  const complete = withClusterOptions(command)
    .option('--nodes <number>', 'nodes on this machine (default: 1, or what the cluster has)', wholeNumber(1))
    .option('--api-port <port>', 'port of the API server (default: 6443)', wholeNumber(1))
    .option('--api-san <name>', 'another name or address for the API server; may be repeated', append, [])
    .option('--node-cidr <range>', 'addresses of nodes (default: a free /24)')
    .option('--pod-cidr <range>', 'addresses of pods (default: 10.244.0.0/16, or a free one)')
    .option('--service-cidr <range>', 'addresses of services (default: 10.96.0.0/12)')
    .option('--containerd-bin-dir <directory>', 'use containerd, runc and crun of this directory')
    .option(
      '--store <location>',
      'where the state lives: sqlite, memory, etcd://HOST:PORT[,...] or etcds:// (default: sqlite)',
    )
    .option('--timeout <seconds>', 'give up waiting after this time', wholeNumber(1), 120)
    .option('--no-kubeconfig', "leave the user's kubeconfig alone");
  for (const option of serverOptionsOf()) complete.addOption(option);
  return complete;
}

/** Starts the cluster and shows its progress; merges the context into the user's kubeconfig. */
export async function startCluster(flags: UpFlags): Promise<UpResult> {
  const [{ up }, kubeconfig, { ProgressReport }] = await Promise.all([
    import('#cluster/up.ts'),
    import('#cluster/kubeconfig.ts'),
    import('../progress-report.ts'),
  ]);
  const report = new ProgressReport((line) => console.log(line));
  const result = await up(upOptions(flags, (status) => report.update(status)));
  const { settings, layout } = result;
  console.log(
    `Cluster "${settings.name}" is ready after ${report.seconds()} s, API server at https://127.0.0.1:${settings.apiPort}.`,
  );
  if (flags.kubeconfig) {
    const path = kubeconfig.userKubeconfigPath(process.env);
    const entry = kubeconfig.kubeconfigEntry(layout.pki, 'admin', {
      cluster: settings.name,
      user: `${settings.name}-admin`,
      server: `https://127.0.0.1:${settings.apiPort}`,
    });
    if (kubeconfig.mergeIntoUserKubeconfig(path, entry))
      console.log(`  context "${settings.name}" is the current one in ${path}`);
  }
  return result;
}

function upOptions(flags: UpFlags, onProgress: UpOptions['onProgress']): UpOptions {
  const { name, dataDir, nodes, apiPort, nodeCidr, podCidr, serviceCidr, containerdBinDir, store } = flags;
  const serverFlags = serverFlagsOf(flags);
  return {
    name,
    timeoutMs: flags.timeout * 1000,
    now: Date.now(),
    onProgress,
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(nodes === undefined ? {} : { nodes }),
    ...(apiPort === undefined ? {} : { apiPort }),
    ...(flags.apiSan.length === 0 ? {} : { apiNames: flags.apiSan }),
    ...(nodeCidr === undefined ? {} : { nodeCidr }),
    ...(podCidr === undefined ? {} : { podCidr }),
    ...(serviceCidr === undefined ? {} : { serviceCidr }),
    ...(containerdBinDir === undefined ? {} : { containerdBinDir }),
    ...(store === undefined ? {} : { store }),
    ...(serverFlags === undefined ? {} : { serverFlags }),
  };
}
