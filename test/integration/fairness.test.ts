/** Priority and fairness on real sockets: a flood, of one user's lists or of a crowd's, leaves others' requests quick and whole. */

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '#api/object.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { FlowSchemas } from '#kinds/flowcontrol/flow-schema/definition.ts';
import { PriorityLevelConfigurations } from '#kinds/flowcontrol/priority-level-configuration/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { type HttpServer, startHttpServer } from '#platform/node/http-server.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';

const env = createNodeEnv({ component: 'test', level: 'error' });
const objects = 2000;
/** With 2000 objects, more than sockets buffer. */
const objectBytes = 8192;
const path = '/api/v1/namespaces/default/configmaps';

let store: Store;
let server: ApiServer;
let http: HttpServer;
let client: Client;
const uids: Record<string, string> = {};

before(async () => {
  store = createMemoryStore(env);
  const schemas = new SchemaRegistry(builtinTables);
  server = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    authenticate: ({ peer, headers }) =>
      peer.inProcess ?? {
        username: headers['x-user'] ?? 'nobody',
        groups: ['system:authenticated', ...(headers['x-group'] ? [headers['x-group']] : [])],
      },
    authorize: () => ({ decision: 'allow', reason: '' }),
    fairness: {
      objects: createLiveObjects(() => server.registry, store),
      maxRequestsInFlight: 40,
      maxMutatingRequestsInFlight: 20,
    },
  });
  await server.ready();
  client = createClient({
    handler: server.handler,
    peer: { address: '', inProcess: { username: 'root', groups: ['system:masters'] } },
    userAgent: 'test',
  });
  await client.create(Namespaces, { metadata: { name: 'default' } });
  const data = { text: 'x'.repeat(objectBytes) };
  for (let i = 0; i < objects; i++) {
    await client.create(ConfigMaps, { metadata: { name: `c-${i}`, namespace: 'default' }, data });
  }
  const level: KubeObject = await client.create(PriorityLevelConfigurations, {
    metadata: { name: 'tenants' },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 20,
        lendablePercent: 0,
        limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 4, queueLengthLimit: 10 } },
      },
    },
  });
  const schema: KubeObject = await client.create(FlowSchemas, {
    metadata: { name: 'tenants' },
    spec: {
      matchingPrecedence: 500,
      priorityLevelConfiguration: { name: 'tenants' },
      distinguisherMethod: { type: 'ByUser' },
      rules: [
        {
          subjects: [{ kind: 'Group', group: { name: 'system:authenticated' } }],
          resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }],
        },
      ],
    },
  });
  uids.level = level.metadata?.uid ?? '';
  uids.schema = schema.metadata?.uid ?? '';
  http = await startHttpServer({ handler: server.wire, log: env.log, host: '127.0.0.1', port: 0 });
});

after(async () => {
  await http.close();
  await server.close();
  await store.close();
});

async function ask(url: string, user: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${http.port}${url}`, { ...init, headers: { 'x-user': user, ...init.headers } });
}

/** A level with its own seats for a group's requests. */
async function levelFor(group: string, queuing: object, nominalConcurrencyShares: number): Promise<void> {
  const limitResponse = { type: 'Queue', queuing };
  await client.create(PriorityLevelConfigurations, {
    metadata: { name: group },
    spec: { type: 'Limited', limited: { nominalConcurrencyShares, lendablePercent: 0, limitResponse } },
  });
  const resourceRules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true }];
  await client.create(FlowSchemas, {
    metadata: { name: group },
    spec: {
      matchingPrecedence: 100,
      priorityLevelConfiguration: { name: group },
      distinguisherMethod: { type: 'ByUser' },
      rules: [{ subjects: [{ kind: 'Group', group: { name: group } }], resourceRules }],
    },
  });
}

/** A list whose reader takes the first piece, and the rest when it is told to. */
class SlowList {
  head = '';
  body = '';
  bytes = 0;
  readonly begun: Promise<void>;
  readonly ended: Promise<void>;
  private readonly socket: Socket;
  readsOn = false;

  constructor(user: string, group = '') {
    const socket = connect(http.port, '127.0.0.1');
    // Longer than a busy machine takes: requests wait for a quarter of it.
    socket.write(
      `GET ${path}?timeout=4m HTTP/1.1\r\nhost: x\r\nx-user: ${user}\r\nx-group: ${group}\r\nconnection: close\r\n\r\n`,
    );
    this.socket = socket;
    this.begun = new Promise((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        if (this.bytes === 0) {
          const text = chunk.toString('latin1');
          const end = text.indexOf('\r\n\r\n');
          this.head = text.slice(0, end);
          this.body = text.slice(end + 4);
          if (this.status === 200 && !this.readsOn) socket.pause();
          resolve();
        }
        this.bytes += chunk.length;
      });
    });
    this.ended = new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('end', resolve);
    });
  }

  get status(): number {
    return Number(this.head.split(' ')[1]);
  }

  /** The client goes away. */
  leave(): void {
    this.socket.destroy();
  }

  readOn(): void {
    this.readsOn = true;
    this.socket.resume();
  }
}

test('every answer names its flow schema and priority level by uid', async () => {
  const found = await ask(`${path}/c-1`, 'jane');
  const missing = await ask(`${path}/missing`, 'jane');
  for (const response of [found, missing]) {
    await response.text();
    assert.equal(response.headers.get('x-kubernetes-pf-flowschema-uid'), uids.schema);
    assert.equal(response.headers.get('x-kubernetes-pf-prioritylevel-uid'), uids.level);
  }
  assert.deepEqual([found.status, missing.status], [200, 404]);
});

test('a flood of slow lists is refused in part; another user does not wait for the rest', async () => {
  const flood = Array.from({ length: 200 }, () => new SlowList('noisy'));
  let served = 0;
  for (const list of flood) void list.ended.then(() => served++);
  // 48 seats, 8 a list; 4 queues of 10. The others are refused.
  const answered: SlowList[] = [];
  for (const list of flood) void list.begun.then(() => answered.push(list));
  while (answered.length < 200 - 40) await sleep(10);
  const refused = answered.filter(({ status }) => status === 429);
  const reading = answered.filter(({ status }) => status === 200);
  assert.deepEqual([refused.length, reading.length], [154, 6]);
  await Promise.all(refused.map(({ ended }) => ended));
  for (const { head, body } of refused) {
    assert.match(head, /^retry-after: \d+$/im);
    assert.ok(head.toLowerCase().includes(`x-kubernetes-pf-flowschema-uid: ${uids.schema}`));
    assert.ok(head.toLowerCase().includes(`x-kubernetes-pf-prioritylevel-uid: ${uids.level}`));
    assert.ok(body.includes('Too many requests, please try again later.\n'));
  }
  assert.equal(served, 154);

  const quiet = Promise.all(Array.from({ length: 10 }, () => ask(`${path}/c-7?timeout=4m`, 'quiet')));
  const levels = '/debug/api_priority_and_fairness/dump_priority_levels';
  const allWait = /^tenants, +\d+, +false, +false, +50,/m;
  while (!allWait.test(await (await ask(levels, 'quiet')).text())) await sleep(10);
  // One reader after the other goes on, as long as the other user waits: it does not wait for the 40 that came before.
  let done = false;
  void quiet.then(() => {
    done = true;
  });
  while (!done) {
    const next = flood.find((list) => list.status === 200 && !list.readsOn);
    next?.readOn();
    await Promise.race([quiet, Promise.all([next?.ended, sleep(200)])]);
  }
  assert.ok(served <= 154 + 12, `${served - 154} lists before the other user's requests`);
  for (const response of await quiet) {
    const { data } = (await response.json()) as { data: { text: string } };
    assert.deepEqual([response.status, data.text.length], [200, objectBytes]);
  }

  for (const list of flood) list.readOn();
  const waiting = flood.filter((list) => !refused.includes(list));
  await Promise.all(waiting.map(({ ended }) => ended));
  for (const { bytes } of waiting) assert.ok(bytes > objects * objectBytes, `${bytes} bytes`);
  const text = await (await ask('/metrics', 'quiet')).text();
  const tenants = 'flow_schema="tenants",priority_level="tenants"';
  for (const line of [
    `apiserver_flowcontrol_rejected_requests_total{${tenants},reason="queue-full"} 154`,
    `apiserver_flowcontrol_current_executing_seats{${tenants}} 0`,
    `apiserver_flowcontrol_current_inqueue_requests{${tenants}} 0`,
  ]) {
    assert.ok(text.includes(`${line}\n`), line);
  }
});

test('a flood of many users at once fills the queues and no more; whoever has other seats does not notice', async () => {
  await levelFor('crowd', { queues: 16, handSize: 2, queueLengthLimit: 5 }, 10);
  await levelFor('machines', { queues: 16, handSize: 2, queueLengthLimit: 5 }, 10);
  const before = process.memoryUsage().rss;
  const flood = Array.from({ length: 600 }, (_, at) => new SlowList(`user-${at % 150}`, 'crowd'));
  const answered: SlowList[] = [];
  for (const list of flood) {
    list.ended.catch(() => {});
    void list.begun.then(() => answered.push(list));
  }
  const waiting = async () => {
    const dump = await (await ask('/debug/api_priority_and_fairness/dump_priority_levels', 'quiet')).text();
    const [, active, , , waits, executing] =
      dump
        .split('\n')
        .find((line) => line.startsWith('crowd,'))
        ?.split(/, */) ?? [];
    return [active, waits, executing].map(Number);
  };
  const slowest = { ms: 0 };
  const timed = async (user: string, group: string): Promise<number> => {
    const begun = performance.now();
    const response = await ask(`${path}/c-7`, user, { headers: { 'x-group': group } });
    await response.text();
    slowest.ms = Math.max(slowest.ms, performance.now() - begun);
    return response.status;
  };
  for (;;) {
    // Nodes have their own seats, and the administrator needs none.
    assert.deepEqual([await timed('node-1', 'machines'), await timed('root', 'system:masters')], [200, 200]);
    const [, waits = 0, executing = 0] = await waiting();
    assert.ok(waits <= 80, `${waits} wait`);
    if (answered.length + waits === flood.length) {
      const refused = answered.filter(({ status }) => status === 429);
      assert.equal(refused.length, flood.length - waits - executing);
      for (const { head } of refused) assert.match(head, /^retry-after: \d+$/im);
      assert.ok(waits > 60 && executing > 0, `${waits} wait, ${executing} are carried out`);
      break;
    }
  }
  assert.ok(slowest.ms < 3000, `${slowest.ms} ms`);
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  assert.ok(grown < 300, `${grown} MiB`);
  // One more of the crowd is told when to come again; it gets its turn when the others have gone.
  const another = await ask(`${path}/c-7`, 'newcomer', { headers: { 'x-group': 'crowd' } });
  assert.ok(another.status === 429 && Number(another.headers.get('retry-after')) > 0);
  for (const list of flood) list.leave();
  while ((await waiting()).some((count) => count > 0)) await sleep(10);
  assert.equal(await timed('newcomer', 'crowd'), 200);
});

test('open watches hold no seat; a reader who leaves gives his back', async () => {
  const leaving = new AbortController();
  const watches = await Promise.all(
    Array.from({ length: 100 }, () =>
      ask(`${path}?watch=true&resourceVersion=0&fieldSelector=metadata.name%3Dc-1`, 'watcher', {
        signal: leaving.signal,
      }),
    ),
  );
  // The initial event is read: the watch is set up.
  await Promise.all(watches.map(async ({ body }) => body?.getReader().read()));
  const dump = await (await ask('/debug/api_priority_and_fairness/dump_requests', 'watcher')).text();
  assert.equal(dump.split('\n').filter((line) => line.startsWith('tenants')).length, 0, dump);
  const metrics = await (await ask('/metrics', 'watcher')).text();
  const configMaps = 'group="",resource="configmaps"';
  for (const line of [
    `apiserver_longrunning_requests{component="apiserver",${configMaps},scope="resource",subresource="",verb="WATCH",version="v1"} 100`,
    `apiserver_watch_events_total{${configMaps},version="v1"} 100`,
  ]) {
    assert.ok(metrics.includes(`${line}\n`), line);
  }
  leaving.abort();
  const gone = Array.from({ length: 30 }, () => {
    const controller = new AbortController();
    return { controller, answer: ask(path, 'hasty', { signal: controller.signal }).catch(() => undefined) };
  });
  await sleep(20);
  for (const { controller } of gone) controller.abort();
  await Promise.all(gone.map(({ answer }) => answer));
  for (let i = 0; i < 100; i++) {
    const levels = await (await ask('/debug/api_priority_and_fairness/dump_priority_levels', 'watcher')).text();
    if (/^tenants, +0, +true, +false, +0, +0,/m.test(levels)) return;
    await sleep(50);
  }
  assert.fail('seats of clients that left are still held');
});
