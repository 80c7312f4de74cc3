/** kubets logs: what the cluster's own processes wrote. (Logs of pods: kubectl logs.) */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '#cluster/failure.ts';
import { type ClusterOptions, chooseCluster, wholeNumber, withClusterOptions } from '../cluster-choice.ts';

interface LogsFlags extends ClusterOptions {
  readonly follow?: boolean;
  readonly tail?: number;
}

export function addLogs(program: Command): void {
  withClusterOptions(program.command('logs'))
    .description("show logs of the cluster's processes")
    .argument('[component...]', 'supervisor, server, agent-node1, containerd-node1, ...; all without any')
    .option('-f, --follow', 'go on with what is written from now on')
    .option('--tail <lines>', 'only the last lines', wholeNumber(0))
    .action(async (components: readonly string[], flags: LogsFlags) => {
      const { layout } = chooseCluster(flags);
      const available = readdirSync(layout.logs).flatMap((file) => (file.endsWith('.log') ? file.slice(0, -4) : []));
      const unknown = components.find((component) => !available.includes(component));
      if (unknown !== undefined)
        throw new Failure(`there is no log of "${unknown}"`, `there are: ${available.join(', ')}`);
      const chosen = components.length > 0 ? components : available;
      const prefix = (component: string) => (chosen.length > 1 ? `${component}  ` : '');
      for (const component of chosen) {
        const lines = readFileSync(join(layout.logs, `${component}.log`), 'utf8')
          .split('\n')
          .filter(Boolean);
        for (const line of flags.tail === undefined
          ? lines
          : lines.slice(lines.length - Math.min(flags.tail, lines.length))) {
          console.log(prefix(component) + line);
        }
      }
      if (!flags.follow) return;
      const { followFile } = await import('#platform/node/follow-file.ts');
      const ending = new AbortController();
      process.once('SIGINT', () => ending.abort());
      await Promise.all(
        chosen.map(async (component) => {
          for await (const line of followFile(join(layout.logs, `${component}.log`), ending.signal)) {
            console.log(prefix(component) + line);
          }
        }),
      );
    });
}
