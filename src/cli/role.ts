/**
 * The program of the cluster's processes: a role, its first argument, runs until it is told to stop; SIGTERM and SIGINT end it
 * in order. The supervisor starts it; people do not.
 */

import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { isAborted } from '#base/abort.ts';
import { Failure } from '#cluster/failure.ts';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { roleCommands, roles } from '#cluster/roles.ts';
import { loadSettings } from '#cluster/settings.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { giveBackMemoryAtRest } from '#platform/node/idle-memory.ts';

async function runRole([name, ...args]: readonly string[]): Promise<void> {
  const role = roles.find((known) => known === name);
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string' },
      'data-dir': { type: 'string' },
      node: { type: 'string' },
      store: { type: 'string' },
    },
  });
  if (role === undefined || values.name === undefined)
    throw new Failure('the roles are started by the supervisor, not by hand', 'kubets up');
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
  // For the next start, when this one is over: a process that is killed would leave no compiled code.
  env.clock.after(5_000, flushCompileCache);
  giveBackMemoryAtRest();
  try {
    switch (role) {
      case 'supervise': {
        const { runSupervisor } = await import('#cluster/supervisor/supervisor.ts');
        await runSupervisor({ env, layout, settings, role: roleCommands(import.meta.filename) }, ending.signal);
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

await runRole(process.argv.slice(2));
