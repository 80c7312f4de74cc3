/** kubets reset: down, then deletes the cluster's data and its context in the user's kubeconfig. */

import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { Failure } from '#cluster/failure.ts';
import { type ClusterOptions, findCluster, withClusterOptions } from '../cluster-choice.ts';

export function addReset(program: Command): void {
  withClusterOptions(program.command('reset'))
    .description('stop the cluster and delete all of its data')
    .option('-y, --yes', 'do not ask')
    .action(async (flags: ClusterOptions & { readonly yes?: boolean }) => {
      const cluster = findCluster(flags);
      if (!cluster) {
        console.log(`There is no cluster "${flags.name}" on this machine.`);
        return;
      }
      if (!flags.yes) await confirm(`Delete the cluster "${flags.name}" with everything in ${cluster.layout.data}?`);
      const [{ down, reset }, kubeconfig] = await Promise.all([
        import('#cluster/down.ts'),
        import('#cluster/kubeconfig.ts'),
      ]);
      await down({ ...cluster, graceMs: 0 });
      await reset(cluster.layout);
      kubeconfig.removeFromUserKubeconfig(
        kubeconfig.userKubeconfigPath(process.env),
        flags.name,
        `${flags.name}-admin`,
      );
      console.log(`Cluster "${flags.name}" is deleted.`);
    });
}

async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) throw new Failure(`${question} Nobody can be asked here`, 'add --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('nothing was deleted');
}
