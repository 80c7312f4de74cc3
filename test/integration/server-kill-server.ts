/**
 * The process that server-kill.test.ts kills: an API server on the embedded store, over plain HTTP on a free port, which it
 * prints. `node server-kill-server.ts DIRECTORY`
 */

import { SchemaRegistry } from '#api/schema/registry.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';

const env = createNodeEnv({ component: 'server-kill-server', level: 'warn' });
const store = await openSqliteStore(env, { directory: process.argv[2] ?? '' });
const server = createApiServer({
  env,
  store,
  definitions: [ConfigMaps],
  codecs: schemaCodecs(new SchemaRegistry(builtinTables)),
  authenticate: () => ({ username: 'test', groups: ['system:masters'] }),
  authorize: () => allowed,
});
await server.ready();
const http = await startHttpServer({ handler: server.wire, log: env.log, host: '127.0.0.1', port: 0 });
console.log(http.port);
