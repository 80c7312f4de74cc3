/**
 * What an event costs a server with many watchers, without the write that caused it: a store that is changed directly, the API server as
 * the server role assembles it, HTTP/2 and TLS to readers in another process. Beside it what bare TLS sockets need for the same bytes.
 *
 *     node --max-semi-space-size=8 test/bench/watch-delivery.ts [--watchers 1000] [--connections 10] [--rate 100] [--at-once 1] [--bytes 1024] [--seconds 3] [--rounds 3]
 *
 * `--at-once` is how many changes become durable together; `--rate` counts all of them. Microseconds of CPU an event, of the whole process
 * and of the thread that serves; the best of the rounds, after one that is not counted.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { parseArgs } from 'node:util';
import { MetricsRegistry } from '#base/metrics.ts';
import { createClient } from '#client/api-client.ts';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { certificateFile, keyFile } from '#cluster/pki/authority.ts';
import { kubeconfigFile, prepareCredentials } from '#cluster/prepare.ts';
import { assembleApiServer } from '#cluster/server/api-server.ts';
import { ensureBootstrapObjects } from '#cluster/server/bootstrap-objects.ts';
import { apiServerUser } from '#cluster/server/identities.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { Store, StoreEntry } from '#store/store.ts';
import { Connection, endpointOf } from './api/connection.ts';
import { settingsFor } from './api/own-server.ts';
import { configMaps, singleNamespace, singleRequest } from './api/single.ts';
import { inParallel } from './api/system.ts';
import { machineLoad } from './running-cluster.ts';

const { values } = parseArgs({
  options: {
    watchers: { type: 'string', default: '1000' },
    connections: { type: 'string', default: '10' },
    rate: { type: 'string', default: '100' },
    'at-once': { type: 'string', default: '1' },
    bytes: { type: 'string', default: '1024' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    /** Of the readers' process. */
    read: { type: 'string' },
  },
});
const watchers = Number(values.watchers);
const connections = Number(values.connections);
const atOnce = Number(values['at-once']);
const changedObjects = 64;

if (values.read === undefined) await measure();
else await read(JSON.parse(values.read) as ReaderConfig);

interface ReaderConfig {
  readonly kubeconfig: string;
  readonly port: number;
  /** What is watched; absent: sockets that say nothing. */
  readonly path?: string;
}

/** Tells its parent, when asked, how many bytes have come. */
async function read({ kubeconfig, port, path }: ReaderConfig): Promise<void> {
  const endpoint = { ...endpointOf(kubeconfig), server: `https://127.0.0.1:${port}` };
  let seen = 0;
  const onData = (chunk: Buffer): void => {
    seen += chunk.length;
  };
  if (path === undefined) {
    const { ca } = endpoint.options;
    const sockets = Array.from({ length: connections }, () =>
      connect({ port, host: '127.0.0.1', ...(ca ? { ca } : {}) }).on('data', onData),
    );
    await Promise.all(sockets.map((socket) => once(socket, 'secureConnect')));
  } else {
    const all = Array.from({ length: connections }, () => new Connection(endpoint));
    await inParallel(50, watchers, async (index) => {
      const stream = await (all[index % connections] as Connection).stream({ path });
      stream.on('data', onData);
    });
  }
  process.on('message', () => process.send?.(seen));
  process.send?.('ready');
}

async function measure(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-bench-watch-'));
  const env = createNodeEnv({ component: 'bench', level: 'warn' });
  const layout = clusterLayout('bench', directory);
  const settings = settingsFor(0);
  await prepareCredentials(layout, settings, Date.now());
  const store = createMemoryStore(env);
  const rest = { metrics: new MetricsRegistry(), healthChecks: {}, components: {} };
  const { server, close } = await assembleApiServer({ env, layout, settings, store, ...rest });
  await server.ready();
  const inProcess = { address: '', inProcess: apiServerUser };
  const client = createClient({ handler: server.handler, peer: inProcess, userAgent: 'kube-apiserver' });
  await ensureBootstrapObjects(client);
  const tls = {
    certificate: readFileSync(certificateFile(layout.pki, 'apiserver'), 'utf8'),
    key: readFileSync(keyFile(layout.pki, 'apiserver'), 'utf8'),
    clientCa: readFileSync(certificateFile(layout.pki, 'ca'), 'utf8'),
  };
  const http = await startHttpServer({ handler: server.wire, log: env.log, host: '127.0.0.1', port: 0, tls });
  const sockets: TLSSocket[] = [];
  const bare = createServer({ cert: tls.certificate, key: tls.key }, (socket) => {
    socket.setNoDelay(true);
    sockets.push(socket.resume());
  }).listen(0, '127.0.0.1');
  await once(bare, 'listening');
  const readers: ChildProcess[] = [];
  const start = async (config: Omit<ReaderConfig, 'kubeconfig'>): Promise<ChildProcess> => {
    const whole: ReaderConfig = { ...config, kubeconfig: kubeconfigFile(layout, 'admin') };
    const child = fork(import.meta.filename, [...process.argv.slice(2), '--read', JSON.stringify(whole)]);
    readers.push(child);
    await once(child, 'message');
    return child;
  };
  try {
    const main = new Connection({
      ...endpointOf(kubeconfigFile(layout, 'admin')),
      server: `https://127.0.0.1:${http.port}`,
    });
    const entries = await stock(main, store);
    main.close();
    const path = `${configMaps.collection}?watch=true&resourceVersion=${await store.revision()}`;
    const watching = await start({ port: http.port, path });
    let next = 0;
    const put = async (): Promise<void> => {
      const { key, value } = entries[next++ % entries.length] as StoreEntry;
      await store.put(key, value);
    };
    const ours = await best(watching, () => Promise.all(Array.from({ length: atOnce }, put)));
    watching.kill();
    const plain = await start({ port: (bare.address() as AddressInfo).port });
    const share = Buffer.alloc(Math.round(ours.bytesAStep / connections), 'x');
    const floor = await best(plain, async () => {
      for (const socket of sockets) socket.write(share);
    });
    const figure = ({ all, serving }: Cost) =>
      `${all.toFixed(2)} us of CPU, ${serving.toFixed(2)} of them on the serving thread`;
    console.log(
      `${watchers} watchers on ${connections} connections, ${values.rate} changes/s, ${atOnce} at once: ${figure(ours)} an event; ` +
        `bare TLS: ${figure(floor)}; ${machineLoad()}`,
    );
  } finally {
    for (const child of readers) child.kill();
    for (const socket of sockets) socket.destroy();
    bare.close();
    await server.close();
    close();
    await http.close();
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The objects that changes go round, as they are stored. */
async function stock(main: Connection, store: Store): Promise<readonly StoreEntry[]> {
  const namespace = { metadata: { name: singleNamespace } };
  await main.ask({ method: 'POST', path: '/api/v1/namespaces', body: JSON.stringify(namespace) });
  for (let index = 0; index < changedObjects; index++) {
    await main.ask(singleRequest(configMaps, 'create', index, Number(values.bytes)));
  }
  const { entries } = await store.list({ prefix: '/registry/' });
  return entries.filter(({ key }) => key.includes(`/${singleNamespace}/`) && key.includes('/configmaps/'));
}

interface Cost {
  readonly all: number;
  readonly serving: number;
  readonly bytesAStep: number;
}

async function best(reader: ChildProcess, step: () => Promise<unknown>): Promise<Cost> {
  await round(reader, step);
  const rounds: Cost[] = [];
  while (rounds.length < Number(values.rounds)) rounds.push(await round(reader, step));
  return rounds.sort((a, b) => a.all - b.all)[0] as Cost;
}

/** Steps at their rate; it is over when the reader has all. */
async function round(reader: ChildProcess, step: () => Promise<unknown>): Promise<Cost> {
  const before = await seenBy(reader);
  const all = process.cpuUsage();
  const serving = process.threadCpuUsage();
  const begin = performance.now();
  let steps = 0;
  const due = () => ((performance.now() - begin) / 1000) * (Number(values.rate) / atOnce);
  while (performance.now() - begin < Number(values.seconds) * 1000) {
    for (; steps < due(); steps++) await step();
    await sleep(2);
  }
  let seen = await seenBy(reader);
  for (let last = -1; seen !== last; ) {
    await sleep(200);
    last = seen;
    seen = await seenBy(reader);
  }
  const us = (used: { readonly user: number; readonly system: number }) =>
    (used.user + used.system) / (steps * atOnce * watchers);
  return {
    all: us(process.cpuUsage(all)),
    serving: us(process.threadCpuUsage(serving)),
    bytesAStep: (seen - before) / steps,
  };
}

async function seenBy(reader: ChildProcess): Promise<number> {
  reader.send('how much');
  const [seen] = (await once(reader, 'message')) as [number];
  return seen;
}
