/** kubets kubectl: the machine's own kubectl, talking to this cluster whatever the user's kubeconfig says. */

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Command } from 'commander';
import { Failure } from '#cluster/failure.ts';
import { type ClusterOptions, chooseCluster, withClusterOptions } from '../cluster-choice.ts';

export function addKubectl(program: Command): void {
  withClusterOptions(program.command('kubectl'))
    .description("run kubectl on this cluster (kubets' own options come before kubectl's)")
    .argument('[arguments...]', "kubectl's arguments")
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (args: readonly string[], flags: ClusterOptions) => {
      const [{ kubeconfigFile }, { findProgram }] = await Promise.all([
        import('#cluster/prepare.ts'),
        import('#platform/node/machine-facts.ts'),
      ]);
      const { layout } = chooseCluster(flags);
      const kubectl = findProgram('kubectl');
      if (kubectl === undefined) {
        throw new Failure(
          'kubectl is not installed',
          'kubernetes.io/docs/tasks/tools tells how; kubets kubeconfig prints what it needs to know',
        );
      }
      const child = spawn(kubectl, [...args], {
        stdio: 'inherit',
        env: { ...process.env, KUBECONFIG: kubeconfigFile(layout, 'admin') },
      });
      // Signals of the terminal reach kubectl by themselves; its end is ours.
      for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {});
      process.exitCode = await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
      });
    });
}
