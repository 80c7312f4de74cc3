/** kubets doctor: looks for what would keep a cluster from running, and mends what it can. */

import type { Command } from 'commander';
import { type ClusterOptions, findCluster, withClusterOptions } from '../cluster-choice.ts';

export function addDoctor(program: Command): void {
  withClusterOptions(program.command('doctor'))
    .description('find what keeps a cluster from running; exit status 0 when nothing does')
    .option('--fix', 'mend what can be mended')
    .action(async (flags: ClusterOptions & { readonly fix?: boolean }) => {
      const { examine, mend } = await import('#cluster/doctor.ts');
      const cluster = findCluster(flags);
      let findings = await examine(cluster);
      if (flags.fix) {
        for (const finding of findings) {
          if (finding.fix === undefined) continue;
          await mend(finding);
          console.log(`mended   ${finding.what}`);
        }
        findings = await examine(cluster);
      }
      for (const { severity, what, remedy } of findings) {
        console.log(`${severity.padEnd(8)} ${what}`);
        console.log(`         to mend it: ${remedy}`);
      }
      const errors = findings.filter(({ severity }) => severity === 'error').length;
      if (findings.length === 0) console.log('This machine can run a cluster: nothing is wrong.');
      else if (errors === 0) console.log('This machine can run a cluster.');
      if (errors > 0) process.exitCode = 1;
    });
}
