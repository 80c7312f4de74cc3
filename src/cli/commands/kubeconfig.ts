/** kubets kubeconfig: the administrator's kubeconfig, on standard output. */

import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { type ClusterOptions, chooseCluster, withClusterOptions } from '../cluster-choice.ts';

export function addKubeconfig(program: Command): void {
  withClusterOptions(program.command('kubeconfig'))
    .description("print the administrator's kubeconfig")
    .action(async (flags: ClusterOptions) => {
      const { kubeconfigFile } = await import('#cluster/prepare.ts');
      process.stdout.write(readFileSync(kubeconfigFile(chooseCluster(flags).layout, 'admin'), 'utf8'));
    });
}
