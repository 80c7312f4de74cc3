/** kubets down: stops the cluster and removes every trace of it but its data. */

import type { Command } from 'commander';
import { type ClusterOptions, findCluster, wholeNumber, withClusterOptions } from '../cluster-choice.ts';

export function addDown(program: Command): void {
  withClusterOptions(program.command('down'))
    .description('stop the cluster; its data stays, and up brings it back')
    .option('--grace <seconds>', 'how long containers may take to end', wholeNumber(0), 2)
    .action(async (flags: ClusterOptions & { readonly grace: number }) => {
      const { down } = await import('#cluster/down.ts');
      const cluster = findCluster(flags);
      const ran = cluster && (await down({ ...cluster, graceMs: flags.grace * 1000 }));
      console.log(ran ? `Cluster "${flags.name}" is down.` : `Cluster "${flags.name}" was not running.`);
    });
}
