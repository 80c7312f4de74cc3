/** Two API servers on one etcd: each sees the other's writes, in order; nothing is lost, no number is given twice; etcd may die. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isConflict, isStatusError } from '#api/errors.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { Env, Logger } from '#base/env.ts';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { openEtcdStore } from '#platform/node/etcd/etcd-store.ts';
import type { Store } from '#store/store.ts';
import { type EtcdServer, startEtcd } from './etcd-server.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const env: Env = { ...createNodeEnv({ component: 'test' }), log: silent };
const schemas = new SchemaRegistry(builtinTables);

interface Member {
  readonly store: Store;
  readonly server: ApiServer;
  readonly client: Client;
}

let etcd: EtcdServer;
let a: Member;
let b: Member;

async function startMember(): Promise<Member> {
  const store = await openEtcdStore({ env, endpoints: [etcd.endpoint] });
  const server = createApiServer({
    env,
    store,
    schemas,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    // Few numbers: both servers want the same ones.
    services: { serviceCidrs: ['10.96.0.0/26'], nodePorts: { first: 30_000, last: 30_039 } },
    authenticate: () => ({ username: 'admin', groups: ['system:masters'] }),
    authorize: () => ({ decision: 'allow', reason: '' }),
  });
  await server.ready();
  const client = createClient({
    handler: (request) => server.handler(request),
    peer: { address: '', inProcess: { username: 'admin', groups: ['system:masters'] } },
    userAgent: 'test',
  });
  return { store, server, client };
}

before(async () => {
  etcd = await startEtcd();
  [a, b] = await Promise.all([startMember(), startMember()]);
  await a.client.create(Namespaces, { metadata: { name: 'default' } });
});

after(async () => {
  for (const { server, store } of [a, b]) {
    await server.close();
    await store.close();
  }
  await etcd.remove();
});

const target = { namespace: 'default', name: 'counter' };

/** Adds one to the counter; answers how often another writer was first. */
async function increment(client: Client, field: string): Promise<number> {
  for (let conflicts = 0; ; conflicts++) {
    const current = await client.get(ConfigMaps, target);
    const data = { ...current.data, [field]: String(Number(current.data?.[field] ?? 0) + 1) };
    try {
      await client.update(ConfigMaps, { ...current, data });
      return conflicts;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}

test('what one server has written, the other reads at once, lists and may not create again', async () => {
  for (let i = 0; i < 10; i++) {
    const name = `seen-${i}`;
    const [writer, reader] = i % 2 === 0 ? [a, b] : [b, a];
    const made = await writer.client.create(ConfigMaps, { metadata: { name, namespace: 'default' } });
    const read = await reader.client.get(ConfigMaps, { namespace: 'default', name });
    assert.equal(read.metadata?.resourceVersion, made.metadata?.resourceVersion);
    const { items } = await reader.client.list(ConfigMaps, { namespace: 'default' });
    assert.ok(items.some((item) => item.metadata?.name === name));
    await assert.rejects(
      reader.client.create(ConfigMaps, { metadata: { name, namespace: 'default' } }),
      (error) => isStatusError(error) && error.code === 409,
    );
    await writer.client.delete(ConfigMaps, { namespace: 'default', name });
    await assert.rejects(
      reader.client.get(ConfigMaps, { namespace: 'default', name }),
      (error) => isStatusError(error) && error.code === 404,
    );
  }
});

test('eight writers on each of one object: conflicts are 409, no update is lost, a watch sees each one in order', async () => {
  const made = await a.client.create(ConfigMaps, { metadata: { name: 'counter', namespace: 'default' }, data: {} });
  const ending = new AbortController();
  const [writers, rounds] = [8, 6];
  const total = 2 * writers * rounds;
  const versions: number[] = [];
  const sums: number[] = [];
  const watching = (async () => {
    const events = a.client.watch(ConfigMaps, {
      namespace: 'default',
      resourceVersion: made.metadata?.resourceVersion,
      signal: ending.signal,
    });
    for await (const event of events) {
      if (event.type !== 'MODIFIED') continue;
      versions.push(Number(event.object.metadata?.resourceVersion));
      sums.push(Object.values(event.object.data ?? {}).reduce((sum, value) => sum + Number(value), 0));
      if (sums.length === total) return;
    }
  })();
  const conflicts = await Promise.all(
    [a, b].flatMap(({ client }) =>
      Array.from({ length: writers }, async (_, writer) => {
        let count = 0;
        // Two writers share a field, one on each server: a lost update shows in its number.
        for (let round = 0; round < rounds; round++) count += await increment(client, `w${writer}`);
        return count;
      }),
    ),
  );
  const late = AbortSignal.timeout(20_000);
  late.addEventListener('abort', () => ending.abort());
  await watching;
  ending.abort();
  const { data } = await b.client.get(ConfigMaps, target);
  assert.deepEqual(
    data,
    Object.fromEntries(Array.from({ length: writers }, (_, writer) => [`w${writer}`, String(2 * rounds)])),
  );
  assert.ok(
    conflicts.some((count) => count > 0),
    'the writers met',
  );
  assert.deepEqual(
    sums,
    Array.from({ length: total }, (_, i) => i + 1),
    'each update, once, in order',
  );
  assert.deepEqual(
    versions,
    versions.toSorted((x, y) => x - y),
  );
});

test('cluster IPs and node ports have one owner, whoever asks for them; freed ones are free for both at once', async () => {
  const service = (name: string, spec: object = {}) => ({
    metadata: { name, namespace: 'default' },
    spec: { type: 'NodePort' as const, ports: [{ port: 80 }], ...spec },
  });
  const members = [a, b];
  const made = await Promise.all(
    Array.from({ length: 36 }, (_, i) => (members[i % 2] as Member).client.create(Services, service(`s${i}`))),
  );
  const ips = made.map(({ spec }) => spec?.clusterIP);
  const ports = made.map(({ spec }) => spec?.ports?.[0]?.nodePort);
  assert.equal(new Set(ips).size, 36);
  assert.equal(new Set(ports).size, 36);

  const [clusterIP, nodePort] = [ips[0], ports[0]];
  const again = { clusterIP, ports: [{ port: 80, nodePort }] };
  await assert.rejects(
    b.client.create(Services, service('thief', again)),
    (error) => isStatusError(error) && error.code === 422 && /provided IP is already allocated/.test(error.message),
  );
  for (let round = 0; round < 6; round++) {
    const [from, to] = round % 2 === 0 ? [a, b] : [b, a];
    await from.client.delete(Services, { namespace: 'default', name: round === 0 ? 's0' : 'heir' });
    const heir = await to.client.create(Services, service('heir', again));
    assert.equal(heir.spec?.clusterIP, clusterIP);
  }
});

test('etcd dies and comes back: the servers go on, watches lose nothing', async () => {
  const seen: string[] = [];
  const ending = new AbortController();
  const { resourceVersion } = await b.client.list(ConfigMaps, { namespace: 'default' });
  const watching = (async () => {
    const options = { namespace: 'default', resourceVersion, signal: ending.signal };
    for await (const event of a.client.watch(ConfigMaps, options)) {
      if (event.type === 'ADDED') seen.push(event.object.metadata?.name ?? '');
      if (event.object.metadata?.name === 'last') return;
    }
  })();
  const create = (name: string) => b.client.create(ConfigMaps, { metadata: { name, namespace: 'default' } });
  for (let i = 0; i < 5; i++) await create(`before-${i}`);
  await etcd.kill();
  const failed = await create('lost').catch((error: unknown) => error);
  assert.ok(isStatusError(failed) && failed.code >= 500, String(failed));
  await etcd.start();
  for (let i = 0; i < 5; i++) await create(`after-${i}`);
  await create('last');
  const late = setTimeout(() => ending.abort(), 20_000);
  await watching;
  clearTimeout(late);
  const names = (prefix: string) => Array.from({ length: 5 }, (_, i) => `${prefix}-${i}`);
  assert.deepEqual(
    seen.filter((name) => name !== 'lost'),
    [...names('before'), ...names('after'), 'last'],
  );
});
