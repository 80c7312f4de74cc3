/** An API server with every kind over a memory store, which believes its callers and allows everything. */

import { defaultAdmissionPlugins } from '#admission/plugins.ts';
import type { UserInfo } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { LiveObjects } from '#apiserver/live-objects.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, type ApiServerConfig, createApiServer } from '#apiserver/server.ts';
import type { WebhookClient } from '#apiserver/webhook/webhook-client.ts';
import type { Env, Logger } from '#base/env.ts';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { createServedResources } from '#cluster/server/served-resources.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
export const testEnv: Env = { ...createNodeEnv({ component: 'test' }), log: silent };
const schemas = new SchemaRegistry(builtinTables);

export interface OpenServer {
  readonly server: ApiServer;
  readonly store: Store;
  clientOf(user: UserInfo, address?: string): Client;
  close(): Promise<void>;
}

export interface OpenServerParts {
  readonly objects: LiveObjects;
  readonly registry: () => ApiServer['registry'];
}

/** `more` is what the test is about. */
export async function startOpenServer(
  more: (parts: OpenServerParts) => Partial<ApiServerConfig> = () => ({}),
): Promise<OpenServer> {
  const store = createMemoryStore(testEnv);
  const registry = () => server.registry;
  const objects = createLiveObjects(registry, store);
  const server: ApiServer = createApiServer({
    env: testEnv,
    store,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    services: { serviceCidrs: ['10.96.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } },
    authenticate: ({ peer }) => peer.inProcess,
    authorize: () => ({ decision: 'allow', reason: '' }),
    ...more({ objects, registry }),
  });
  await server.ready();
  return {
    server,
    store,
    clientOf: (user, address = '') =>
      createClient({
        handler: (request) => server.handler(request),
        peer: { address, inProcess: user },
        userAgent: 'test',
      }),
    close: async () => {
      await server.close();
      await store.close();
    },
  };
}

/** The default admission plugins, webhooks among them. */
export function admissionWith(
  client: WebhookClient,
  { objects, registry }: OpenServerParts,
): Pick<ApiServerConfig, 'admission'> {
  return {
    admission: defaultAdmissionPlugins({
      objects,
      env: testEnv,
      writeQuota: () => Promise.reject(new Error('there are no quotas')),
      dynamic: {
        client,
        resources: createServedResources(registry),
        authorize: () => ({ decision: 'allow', reason: '' }),
      },
    }),
  };
}
