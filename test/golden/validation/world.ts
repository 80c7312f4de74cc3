/** An API server of ours with the golden namespace, asked as the recorders ask upstream's. */

import assert from 'node:assert/strict';
import { defaultAdmissionPlugins } from '#admission/plugins.ts';
import { StatusError } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { WireHandler } from '#api/wire.ts';
import { builtinActions } from '#apiserver/actions/builtin.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { Env } from '#base/env.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { createServedResources } from '#cluster/server/served-resources.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { MemoryJournal } from '#store/memory-journal.ts';
import { openRevisionStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';
import { goldenNamespace, type RawAnswer, type Send } from './golden-case.ts';

const schemas = new SchemaRegistry(builtinTables);
const codecs = schemaCodecs(schemas);

export interface World {
  readonly send: Send;
  /** As transports ask: what the head says counts, and failures are answers. */
  readonly wire: WireHandler;
  readonly close: () => Promise<void>;
}

export async function startWorld(
  namespace = goldenNamespace,
  env: Env = createNodeEnv({ component: 'test', level: 'error' }),
): Promise<World> {
  const store: Store = await openRevisionStore({ env, journal: new MemoryJournal() });
  const objects = createLiveObjects(() => server.registry, store);
  const server: ApiServer = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs,
    schemas,
    authenticate: ({ peer }) => peer.inProcess,
    authorize: () => allowed,
    actions: builtinActions,
    services: { serviceCidrs: ['10.96.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } },
    admission: defaultAdmissionPlugins({
      objects,
      env,
      writeQuota: (quota) => Promise.resolve(quota),
      dynamic: {
        client: { post: () => Promise.reject(new Error('there are no webhooks')), close: () => {} },
        resources: createServedResources(() => server.registry),
        authorize: () => allowed,
      },
    }),
  });
  await server.ready();
  const send: Send = async ({ method, path, body, contentType }) => {
    const url = new URL(path, 'http://localhost');
    const asked: ApiRequest = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { accept: 'application/json' },
      peer: { address: '', inProcess: { username: 'recorder', groups: ['system:masters'] } },
      signal: new AbortController().signal,
      ...(body === undefined
        ? {}
        : { body: { type: 'bytes', bytes: new TextEncoder().encode(JSON.stringify(body)), contentType } }),
    };
    try {
      return rawAnswer(await server.handler(asked));
    } catch (error) {
      if (error instanceof StatusError) return { code: error.status.code ?? 0, body: error.status, warnings: [] };
      throw error;
    }
  };
  const json = 'application/json';
  const path = '/api/v1/namespaces';
  await send({ method: 'POST', path, body: { metadata: { name: namespace } }, contentType: json });
  const accounts = `${path}/${namespace}/serviceaccounts`;
  await send({ method: 'POST', path: accounts, body: { metadata: { name: 'default' } }, contentType: json });
  return {
    send,
    wire: server.wire,
    close: async () => {
      await server.close();
      await store.close();
    },
  };
}

function rawAnswer(response: ApiResponse): RawAnswer {
  assert(response.type === 'object' || response.type === 'bytes');
  const bytes =
    response.type === 'object'
      ? response.body.json()
      : response.body instanceof Uint8Array
        ? response.body
        : assert.fail('a stream');
  const header = `${response.headers?.warning ?? ''}`;
  return {
    code: response.status,
    body: JSON.parse(new TextDecoder().decode(bytes)),
    warnings: [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1')),
  };
}
