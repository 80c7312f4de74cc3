import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import { createClient } from '#client/api-client.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { Endpoints } from '#kinds/core/endpoints/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';
import { keepKubernetesEndpoints, planEndpoints, planSlices, type ServerAddress } from './kubernetes-endpoints.ts';

async function world() {
  const env = createSimEnv();
  const store = createMemoryStore(env);
  const schemas = new SchemaRegistry(builtinTables);
  const server = createApiServer({
    env,
    store,
    schemas,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    authenticate: () => ({ username: 'admin', groups: [] }),
    authorize: () => allowed,
  });
  await server.ready();
  const peer = { address: '', inProcess: { username: 'admin', groups: [] } };
  const client = createClient({ handler: server.handler, peer, userAgent: 'test' });
  await client.create(Namespaces, { metadata: { name: 'default' } });
  const target = { namespace: 'default', name: 'kubernetes' };
  return {
    env,
    client,
    store,
    close: () => server.close(),
    /** 'ip:port' of Endpoints, and of EndpointSlices. */
    shown: async () => {
      const { subsets = [] } = await client.get(Endpoints, target);
      const { items } = await client.list(EndpointSlices, { namespace: 'default' });
      return [
        subsets.flatMap(({ addresses = [], ports = [] }) => addresses.map(({ ip }) => `${ip}:${ports[0]?.port}`)),
        items.flatMap(({ endpoints, ports }) =>
          (endpoints ?? []).flatMap(({ addresses }) => addresses.map((ip) => `${ip}:${ports?.[0]?.port}`)),
        ),
      ].map((addresses) => addresses.sort());
    },
  };
}

/** The same store, as one that others write to. */
function sharedStore(store: Store): Store {
  return new Proxy(store, {
    get: (target, key) => {
      if (key === 'shared') return true;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const at = (ip: string, port = 6443): ServerAddress => ({ ip, port });

test('a server that ends takes its address away; one that died goes when its lease ends', async () => {
  const { env, client, store, shown, close } = await world();
  const shared = sharedStore(store);
  const start = async (own: ServerAddress, signal: AbortSignal) =>
    keepKubernetesEndpoints({ env, store: shared, client, own }, signal);
  const [first, second, dead] = [new AbortController(), new AbortController(), new AbortController()];
  const one = await start(at('10.0.0.1'), first.signal);
  const two = await start(at('10.0.0.2'), second.signal);
  await start(at('10.0.0.3'), dead.signal);
  const all = ['10.0.0.1:6443', '10.0.0.2:6443', '10.0.0.3:6443'];
  assert.deepEqual(await shown(), [all, all]);

  second.abort();
  await two.stopped;
  const without = ['10.0.0.1:6443', '10.0.0.3:6443'];
  assert.deepEqual(await shown(), [without, without]);

  // It dies: nothing of it runs any more, and nobody takes its key away.
  const keys = await store.list({ prefix: '/registry/masterleases/' });
  assert.deepEqual(keys.entries.map(({ key }) => key.split('/').at(-1)).sort(), without);
  const renewed = await store.get('/registry/masterleases/10.0.0.3:6443');
  dead.abort();
  await env.clock.advance(0);
  if (renewed) await store.put(renewed.key, renewed.value, { ttlSeconds: 15 });
  await env.clock.advance(10_000);
  assert.deepEqual((await shown())[0], without);
  await env.clock.advance(20_000);
  assert.deepEqual(await shown(), [['10.0.0.1:6443'], ['10.0.0.1:6443']]);

  // The last one leaves its address.
  first.abort();
  await one.stopped;
  assert.deepEqual(await shown(), [['10.0.0.1:6443'], ['10.0.0.1:6443']]);
  await close();
});

test('a server that has its store for itself keeps no key', async () => {
  const { env, client, store, shown, close } = await world();
  const ending = new AbortController();
  await keepKubernetesEndpoints({ env, store, client, own: at('10.0.0.9', 7443) }, ending.signal);
  await keepKubernetesEndpoints({ env, store, client, own: at('10.0.0.8') }, ending.signal);
  assert.deepEqual(await shown(), [['10.0.0.8:6443'], ['10.0.0.8:6443']]);
  assert.equal(await store.count('/registry/masterleases/'), 0);
  await close();
});

test('servers of several ports are several subsets and slices', () => {
  const servers = [at('10.0.0.2', 7443), at('10.0.0.2'), at('10.0.0.1')];
  assert.deepEqual(planEndpoints(servers).subsets, [
    { addresses: [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] },
    { addresses: [{ ip: '10.0.0.2' }], ports: [{ name: 'https', port: 7443, protocol: 'TCP' }] },
  ]);
  assert.deepEqual(
    planSlices(servers).map(({ metadata, endpoints }) => [metadata?.name, endpoints?.length]),
    [
      ['kubernetes', 2],
      ['kubernetes-7443', 1],
    ],
  );
});
