/** kubets status: what runs, and whether it serves. Exit status 0 only when all of it does. */

import type { Command } from 'commander';
import { type ClusterOptions, chooseCluster, withClusterOptions } from '../cluster-choice.ts';

export function addStatus(program: Command): void {
  withClusterOptions(program.command('status'))
    .description('show what runs; exit status 0 when everything serves')
    .action(async (flags: ClusterOptions) => {
      const [{ accepts }, { askSupervisor }, { isAllReady }, { residentBytes }] = await Promise.all([
        import('#platform/node/sockets.ts'),
        import('#cluster/supervisor/control.ts'),
        import('#cluster/up.ts'),
        import('#platform/node/process-table.ts'),
      ]);
      const { layout, settings } = chooseCluster(flags);
      const { network } = settings;
      console.log(
        `Cluster "${settings.name}": ${settings.nodes} node${settings.nodes === 1 ? '' : 's'}, API server https://127.0.0.1:${settings.apiPort}`,
      );
      console.log(
        `  nodes ${network.nodeCidr}, pods ${network.podCidr}, services ${network.serviceCidr}, data ${layout.data}`,
      );
      if (!(await accepts(layout.supervisorSocket))) {
        console.log('It is down. kubets up starts it.');
        process.exitCode = 1;
        return;
      }
      const answer = await askSupervisor(layout.supervisorSocket, { op: 'status' });
      if (answer.type !== 'status') return;
      const { status } = answer;
      const rows = [
        ['PROCESS', 'STATE', 'PID', 'MEMORY', 'RESTARTS'],
        ['supervisor', 'ready', String(status.pid), memory(residentBytes(status.pid)), '0'],
        ...status.units.map((unit) => [
          unit.name,
          unit.ready ? 'ready' : unit.state === 'running' ? 'starting' : unit.state,
          unit.pid === undefined ? '' : String(unit.pid),
          unit.pid === undefined ? '' : memory(residentBytes(unit.pid)),
          String(unit.restarts),
        ]),
      ];
      const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
      for (const row of rows)
        console.log(
          row
            .map((cell, column) => cell.padEnd(widths[column] ?? 0))
            .join('   ')
            .trimEnd(),
        );
      if (status.problem !== undefined) console.log(`Problem: ${status.problem}`);
      if (!isAllReady(status, settings.nodes)) process.exitCode = 1;
    });
}

function memory(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
