/**
 * One life of the control plane of a simulated cluster: the real store logic, API server, controllers and scheduler, started
 * in a simulated process over the simulated disk. When the process dies, the next life starts from what the disk holds.
 */

import { defaultAdmissionPlugins } from '#admission/plugins.ts';
import { isAlreadyExists } from '#api/errors.ts';
import type { ApiHandler, UserInfo } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { allControllers } from '#controllers/all.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { ResourceQuotas } from '#kinds/core/resource-quota/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import type { SimDisk } from '#platform/sim/disk.ts';
import type { SimProcess } from '#platform/sim/process.ts';
import { startControllers } from '#runtime/controller.ts';
import { createScheduler } from '#scheduler/scheduler.ts';
import { openRevisionStore } from '#store/revision-store.ts';
import { simulatedToken } from './service-account-tokens.ts';

export async function startApiServer(process: SimProcess, disk: SimDisk): Promise<ApiServer> {
  const { env } = process;
  const store = await openRevisionStore({ env, journal: disk.journal(process) });
  const objects = createLiveObjects(() => server.registry, store);
  const server: ApiServer = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    authenticate: ({ peer }) => peer.inProcess,
    authorize: () => allowed,
    services: { serviceCidrs: ['10.96.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } },
    admission: defaultAdmissionPlugins({
      objects,
      env,
      writeQuota: (quota) => client.updateStatus(ResourceQuotas, quota),
    }),
    actions: { '/serviceaccounts/token': simulatedToken },
  });
  const client = clientOf(server.handler, 'system:apiserver', ['system:masters']);
  await server.ready();
  await Promise.all(
    ['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) =>
      client.create(Namespaces, { metadata: { name } }).catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw error;
      }),
    ),
  );
  return server;
}

/** Controllers and scheduler; resolves when they work. */
export async function startManagers(process: SimProcess, handler: ApiHandler): Promise<void> {
  const { env } = process;
  // They end by the death of their process only.
  const { signal } = new AbortController();
  const client = clientOf(handler, 'system:kube-controller-manager');
  await Promise.all([
    startControllers(
      { env, client, clientFor: () => client, controllers: allControllers({ rootCa: 'simulated' }) },
      signal,
    ),
    createScheduler().start({ env, client: clientOf(handler, 'system:kube-scheduler'), config: {} }, signal),
  ]);
}

export function clientOf(handler: ApiHandler, username: string, groups: readonly string[] = []): Client {
  const user: UserInfo = { username, groups: [...groups, 'system:authenticated'] };
  return createClient({ handler, peer: { address: '127.0.0.1', inProcess: user }, userAgent: username });
}

/** Tables are parsed once for all clusters of a test run. */
const schemas = new SchemaRegistry(builtinTables);
