/** Runs a role of the cluster until it is told to stop: SIGTERM and SIGINT end it in order. */

import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isAborted } from '#base/abort.ts';
import { Failure } from '#cluster/failure.ts';
import { clusterLayout } from '#cluster/machine/layout.ts';
import type { Role } from '#cluster/roles.ts';
import { loadSettings } from '#cluster/settings.ts';
import { createNodeEnv } from '#platform/node/env.ts';

export async function runRole(role: Role, args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      name: { type: 'string' },
      'data-dir': { type: 'string' },
      node: { type: 'string' },
      store: { type: 'string' },
    },
  });
  if (values.name === undefined)
    throw new Failure(`kubets ${role} is started by the supervisor, not by hand`, 'kubets up');
  const layout = clusterLayout(values.name, values['data-dir']);
  const settings = () => {
    const found = loadSettings(layout);
    if (!found) throw new Failure(`${layout.settingsFile} is missing`);
    return found;
  };
  const env = createNodeEnv({ component: values.node === undefined ? role : `${role}-${values.node}` });
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());
  // A terminal that closes is not the end of a cluster.
  process.on('SIGHUP', () => {});
  // A rejected promise that nobody awaits is a bug of one operation: it is logged, and the others go on.
  process.on('unhandledRejection', (error) => {
    if (!isAborted(error)) env.log.error('unhandled rejection', { error });
  });
  env.clock.after(5_000, settle);
  try {
    switch (role) {
      case 'supervise': {
        const { runSupervisor } = await import('#cluster/supervisor/supervisor.ts');
        const { roleCommand } = await import('#cluster/roles.ts');
        await runSupervisor({ env, layout, settings, role: roleCommand }, ending.signal);
        break;
      }
      case 'server': {
        const { runServer } = await import('#cluster/server.ts');
        const { store } = values;
        await runServer(
          { env, layout, settings: { ...settings(), ...(store === undefined ? {} : { store }) } },
          ending.signal,
        );
        break;
      }
      case 'agent': {
        if (values.node === undefined) throw new Failure('kubets agent needs --node');
        const { runAgent } = await import('#cluster/agent.ts');
        await runAgent({ env, layout, settings: settings(), node: values.node }, ending.signal);
        break;
      }
    }
  } catch (error) {
    if (!isAborted(error)) {
      env.log.error('the process cannot go on', { error });
      process.exitCode = 1;
    }
  }
  process.exit();
}

/**
 * Once, when the start is over: keeps the compiled code for the next start (a process that is killed would leave none), and
 * gives back what only the start needed, some 20 MB. Left alone, V8 keeps it until the process has been busy for a while.
 */
function settle(): void {
  flushCompileCache();
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}
