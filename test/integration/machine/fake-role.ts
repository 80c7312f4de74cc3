/** Stands for the server and the agents in tests of the supervisor: links itself, says that it serves, and stays. */

import { parseArgs } from 'node:util';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { linkToSupervisor } from '#cluster/supervisor/link.ts';
import { createNodeEnv } from '#platform/node/env.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string' }, 'data-dir': { type: 'string' }, node: { type: 'string' } },
});
const layout = clusterLayout(values.name ?? '', values['data-dir']);
const [role] = positionals;
const ending = new AbortController();
const link = linkToSupervisor(
  createNodeEnv({ component: role ?? '' }),
  {
    socketPath: layout.supervisorSocket,
    unit: role === 'server' ? 'server' : `agent-${values.node}`,
  },
  ending.signal,
);
link.ready();
process.once('SIGTERM', () => process.exit());
setInterval(() => {}, 60_000);
