/** An API server of ours with the golden namespace, asked as the recorders ask upstream's. */

import assert from 'node:assert/strict';
import { generateKeyPair } from 'jose';
import type { ImagePolicyConfig } from '#admission/image-policy.ts';
import { type AdmissionConfig, defaultAdmissionPlugins } from '#admission/plugins.ts';
import { StatusError } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { WireHandler } from '#api/wire.ts';
import { builtinActions } from '#apiserver/actions/builtin.ts';
import { componentStatusAction } from '#apiserver/actions/component-status.ts';
import { withAuthenticatedGroup } from '#apiserver/authentication/chain.ts';
import { createServiceAccountTokens, type ServiceAccountKeys } from '#apiserver/authentication/service-account.ts';
import { authorizerChain } from '#apiserver/authorization/chain.ts';
import { createNodeAuthorizer } from '#apiserver/authorization/node.ts';
import { createRbacAuthorizer } from '#apiserver/authorization/rbac.ts';
import { reviewActions } from '#apiserver/identity/reviews.ts';
import { tokenRequestAction } from '#apiserver/identity/token-request.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import type { YamlReader } from '#apiserver/request/yaml-body.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { Env } from '#base/env.ts';
import { createClient } from '#client/api-client.ts';
import { ensureBootstrapObjects } from '#cluster/server/bootstrap-objects.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { createServedResources } from '#cluster/server/served-resources.ts';
import { serviceAccountIssuer } from '#cluster/server/service-account-keys.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { MemoryJournal } from '#store/memory-journal.ts';
import { openRevisionStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';
import { goldenNamespace, impersonation, payloadText, type RawAnswer, type Send } from './golden-case.ts';

const recorder = { username: 'recorder', groups: ['system:masters'] };
const signingKeys = makeSigningKeys();
const schemas = new SchemaRegistry(builtinTables);
const codecs = schemaCodecs(schemas);

export interface World {
  readonly send: Send;
  /** As transports ask: what the head says counts, and failures are answers. */
  readonly wire: WireHandler;
  readonly close: () => Promise<void>;
}

export interface WorldOptions {
  /** With the objects that every cluster begins with. */
  readonly bootstrapped?: boolean;
  readonly namespace?: string;
  readonly env?: Env;
  /** Plugins beside those that are on by default, and what is configured of them. */
  readonly admission?: Pick<AdmissionConfig, 'plugins' | 'configuration'> & {
    readonly imagePolicy?: (env: Env) => ImagePolicyConfig | undefined;
  };
  /** Absent: long YAML is read in place. */
  readonly yaml?: YamlReader;
}

export async function startWorld({
  bootstrapped = false,
  namespace = goldenNamespace,
  env = createNodeEnv({ component: 'test', level: 'error' }),
  admission: { imagePolicy, ...admission } = {},
  yaml,
}: WorldOptions = {}): Promise<World> {
  const keys = await signingKeys;
  const store: Store = await openRevisionStore({ env, journal: new MemoryJournal() });
  const objects = createLiveObjects(() => server.registry, store);
  const rbac = createRbacAuthorizer(objects);
  const authorize = authorizerChain(createNodeAuthorizer(objects), rbac.authorize);
  const apiAudiences = [keys.issuer];
  const server: ApiServer = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs,
    schemas,
    authenticate: ({ peer }) => peer.inProcess && withAuthenticatedGroup(peer.inProcess),
    authorize,
    impersonates: true,
    ...(yaml ? { yaml } : {}),
    actions: {
      ...builtinActions,
      '/componentstatuses': componentStatusAction({ 'etcd-0': () => {} }),
      '/serviceaccounts/token': tokenRequestAction({ keys, apiAudiences, objects, env }),
      ...reviewActions({
        authorize,
        rules: async (user, namespace) => ({
          rules: await rbac.rulesFor(user, namespace),
          incomplete: false,
          error: '',
        }),
        token: createServiceAccountTokens(keys, objects, env),
        apiAudiences,
      }),
    },
    services: { serviceCidrs: ['10.96.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } },
    admission: defaultAdmissionPlugins({
      objects,
      env,
      writeQuota: (quota) => Promise.resolve(quota),
      ...admission,
      optional: {
        makeNamespace: (name) => client.create(Namespaces, { metadata: { name } }),
        imagePolicy: imagePolicy?.(env),
      },
      escalation: { rbac, authorize },
      dynamic: {
        client: { post: () => Promise.reject(new Error('there are no webhooks')), close: () => {} },
        resources: createServedResources(() => server.registry),
        authorize,
      },
    }),
  });
  const client = createClient({
    handler: (request: ApiRequest) => server.handler(request),
    peer: { address: '', inProcess: recorder },
    userAgent: 'golden',
  });
  await server.ready();
  if (bootstrapped) await ensureBootstrapObjects(client);
  const send: Send = async ({ method, path, body, contentType, as }) => {
    const url = new URL(path, 'http://localhost');
    const asked: ApiRequest = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { accept: 'application/json', ...(as ? joined(impersonation(as)) : {}) },
      peer: { address: '', inProcess: recorder },
      signal: new AbortController().signal,
      ...(body === undefined
        ? {}
        : { body: { type: 'bytes', bytes: new TextEncoder().encode(payloadText(body, contentType)), contentType } }),
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

/** Headers as transports hand them over. */
function joined(headers: Readonly<Record<string, string | readonly string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]),
  );
}

async function makeSigningKeys(): Promise<ServiceAccountKeys> {
  const algorithm = 'ES256';
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return { issuer: serviceAccountIssuer, keyID: 'golden', algorithm, ...pair };
}

function rawAnswer(response: ApiResponse): RawAnswer {
  if (response.type === 'list') {
    const { status, kind, apiVersion, metadata } = response;
    const items = response.items.map((item) => JSON.parse(new TextDecoder().decode(item.json())));
    return { code: status, body: { kind, apiVersion, metadata, items }, warnings: warningsOf(response) };
  }
  assert(response.type === 'object' || response.type === 'bytes');
  const bytes =
    response.type === 'object'
      ? response.body.json()
      : response.body instanceof Uint8Array
        ? response.body
        : assert.fail('a stream');
  return {
    code: response.status,
    body: JSON.parse(new TextDecoder().decode(bytes)),
    warnings: warningsOf(response),
  };
}

function warningsOf({ headers }: Exclude<ApiResponse, { readonly type: 'upgrade' }>): string[] {
  const header = `${headers?.['warning'] ?? ''}`;
  return [...header.matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => text.replace(/\\(.)/g, '$1'));
}
