/** The command line for people: what the commands are, and how their failures are shown. */

import { Command, CommanderError } from 'commander';
import { messageOf } from '#base/errors.ts';
import { Failure } from '#cluster/failure.ts';
import { ExecError } from '#platform/node/exec.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDown } from './commands/down.ts';
import { addImage } from './commands/image.ts';
import { addKubeconfig } from './commands/kubeconfig.ts';
import { addKubectl } from './commands/kubectl.ts';
import { addLogs } from './commands/logs.ts';
import { addReset } from './commands/reset.ts';
import { addServer } from './commands/server.ts';
import { addStatus } from './commands/status.ts';
import { addUp } from './commands/up.ts';
import { addVersion } from './commands/version.ts';

export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('kubets')
    .description('Kubernetes, whole, in TypeScript')
    .showHelpAfterError('(kubets help, or kubets COMMAND --help, tells what can be said)')
    .enablePositionalOptions()
    .exitOverride();
  for (const add of [
    addUp,
    addDemo,
    addDown,
    addStatus,
    addDoctor,
    addLogs,
    addImage,
    addKubeconfig,
    addKubectl,
    addReset,
    addServer,
    addVersion,
  ]) {
    add(program);
  }
  try {
    await program.parseAsync(argv.length > 2 ? [...argv] : [...argv, 'help']);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says what went wrong and how to mend it; returns the exit status. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof Failure) {
    console.error(`error: ${error.message}`);
    if (error.remedy !== undefined) console.error(`  to mend it: ${error.remedy}`);
    return 1;
  }
  if (error instanceof ExecError) {
    console.error(`error: ${error.message}`);
    return 1;
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error) {
    const words: Readonly<Record<string, string>> = {
      ENOSPC: 'the disk is full',
      EACCES: 'permission denied: run it as root',
      EROFS: 'the file system is read-only',
    };
    console.error(`error: ${error.message}`);
    if (words[error.code] !== undefined) console.error(`  ${words[error.code]}`);
    return 1;
  }
  console.error(`error: ${messageOf(error)}`);
  console.error('This is a bug of kubets. Where it happened:');
  console.error(error instanceof Error ? error.stack : error);
  return 1;
}
