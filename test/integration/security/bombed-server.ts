/** A process that is nothing but an API server, so that what its memory does is the server's. Prints its port; ends with its input. */

import { createNodeEnv } from '#platform/node/env.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { createYamlThread } from '#platform/node/yaml-thread.ts';
import { startWorld } from '../../golden/validation/world.ts';

const env = createNodeEnv({ component: 'test', level: 'error' });
const world = await startWorld({ namespace: 'bombed', yaml: createYamlThread(env.clock) });
const inProcess = { username: 'bomber', groups: ['system:masters'] };
const http = await startHttpServer({
  handler: (request) => world.wire({ ...request, peer: { ...request.peer, inProcess } }),
  log: env.log,
  host: '127.0.0.1',
  port: 0,
});
process.stdout.write(`${http.port}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
