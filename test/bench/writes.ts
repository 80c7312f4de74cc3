/**
 * What a write costs behind the transport: the API server as the server role assembles it, on a durable store, called with requests as
 * bytes and answering with bytes, in this process. The rest of what test/bench/api.ts measures is HTTP/2, TLS and sockets.
 *
 *     node --max-semi-space-size=32 test/bench/writes.ts [--clients 16] [--seconds 3] [--verbs create,update] [--bytes 1024]
 *         [--resource configmaps|custom|ruled]
 *
 * CPU in microseconds of an operation: of the serving thread, and of all others (the store's writer, collectors, compilers); the best
 * quarter of many short runs. Bytes of the heap that it allocates do not depend on what else the machine does.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { Peer } from '#api/request.ts';
import { MeasuredStore } from '#apiserver/measured-store.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { createClient } from '#client/api-client.ts';
import { clusterLayout } from '#cluster/machine/layout.ts';
import { prepareCredentials } from '#cluster/prepare.ts';
import { assembleApiServer } from '#cluster/server/api-server.ts';
import { ensureBootstrapObjects } from '#cluster/server/bootstrap-objects.ts';
import { apiServerUser } from '#cluster/server/identities.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';
import { settingsFor } from './api/own-server.ts';
import {
  readsFirst,
  type SingleObject,
  type SingleRequest,
  singleNamespace,
  singleRequest,
  singleResource,
} from './api/single.ts';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '3' },
    verbs: { type: 'string' },
    resource: { type: 'string', default: 'configmaps' },
    bytes: { type: 'string', default: '1024' },
  },
});
const clients = Number(values.clients);
const bytes = Number(values.bytes);
const resource = singleResource(values.resource);
const directory = mkdtempSync(join(tmpdir(), 'kubets-bench-writes-'));
const env = createNodeEnv({ component: 'bench', level: 'warn' });
const layout = clusterLayout('bench', directory);
mkdirSync(directory, { recursive: true });
await prepareCredentials(layout, settingsFor(0), Date.now());
const metrics = new MetricsRegistry();
const store = new MeasuredStore(await openSqliteStore(env, { directory: layout.store }), env.clock, metrics);
const { server, close } = await assembleApiServer({
  env,
  layout,
  settings: settingsFor(0),
  store,
  metrics,
  healthChecks: {},
  components: {},
});
await server.ready();
const inProcess = { address: '', inProcess: apiServerUser };
await ensureBootstrapObjects(createClient({ handler: server.handler, peer: inProcess, userAgent: 'kube-apiserver' }));

const peer: Peer = {
  address: '127.0.0.1',
  certificate: { commonName: 'kubernetes-admin', organizations: ['system:masters', 'kubeadm:cluster-admins'] },
};
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const namespace = { metadata: { name: singleNamespace } };
await ask({ method: 'POST', path: '/api/v1/namespaces', body: JSON.stringify(namespace) });
if (resource.definition) {
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  await ask({ method: 'POST', path, body: resource.definition.body });
  for (let established = false; !established; await sleep(20)) {
    established = await ask({ method: 'GET', path: resource.collection }).then(
      () => true,
      () => false,
    );
  }
}

/** As the transport makes them of a request, but for its signal and body, which exist already. */
async function ask({
  method,
  path: url,
  contentType = 'application/json',
  body: text = '',
}: SingleRequest): Promise<Uint8Array> {
  const [path = '', rawQuery = ''] = url.split('?');
  const body = encoder.encode(text);
  const headers = {
    ':method': method,
    ':path': url,
    accept: 'application/json',
    'content-type': contentType,
    'content-length': String(body.length),
    'user-agent': 'bench/1.0',
  };
  const end = new AbortController();
  const response = await server.wire({
    method,
    path,
    query: new URLSearchParams(rawQuery),
    rawQuery,
    headers,
    rawHeaders: [],
    ...(method === 'GET'
      ? {}
      : { receive: async () => (body.length > 0 ? { type: 'bytes', bytes: body, contentType } : undefined) }),
    peer,
    signal: end.signal,
    abandon: (reason) => end.abort(reason),
  });
  if (response.type !== 'full') throw new Error(`${method} ${url}: ${response.type}`);
  if (response.status < 300) return response.body;
  throw new Error(`${method} ${url}: ${decoder.decode(response.body)}`);
}

async function operate(verb: string, index: number): Promise<void> {
  let read: SingleObject | undefined;
  if (readsFirst(resource, verb))
    read = JSON.parse(decoder.decode(await ask(singleRequest(resource, 'get', index, bytes))));
  await ask(singleRequest(resource, verb, index, bytes, read));
}

let high = 0;
let low = 0;

/** Enough operations for a figure, few enough that some of them run undisturbed. */
const sliceMs = 300;

interface Slice {
  readonly rate: number;
  readonly servingUs: number;
  readonly othersUs: number;
  readonly allocated: number;
}

async function measure(verb: string, seconds: number): Promise<readonly Slice[]> {
  const slices: Slice[] = [];
  for (const until = performance.now() + seconds * 1000; performance.now() < until; ) {
    const slice = await measureSlice(verb);
    if (slice.rate === 0) break;
    slices.push(slice);
  }
  return slices;
}

async function measureSlice(verb: string): Promise<Slice> {
  let next = 0;
  const [from, to] = [low, high];
  const until = performance.now() + sliceMs;
  const all = process.cpuUsage();
  const serving = process.threadCpuUsage();
  const allocated = getHeapStatistics().total_allocated_bytes;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < until) {
        const count = next++;
        if (verb === 'delete' && from + count >= to) return;
        await operate(
          verb,
          verb === 'create' ? to + count : verb === 'delete' ? from + count : from + (count % Math.min(200, to - from)),
        );
      }
    }),
  );
  const elapsed = (performance.now() - begin) / 1000;
  const mine = process.threadCpuUsage(serving);
  const total = process.cpuUsage(all);
  if (verb === 'create') high += next;
  if (verb === 'delete') {
    next = Math.min(next, high - low);
    low += next;
  }
  const us = (used: { readonly user: number; readonly system: number }) => (used.user + used.system) / next;
  return {
    rate: next / elapsed,
    servingUs: us(mine),
    othersUs: us(total) - us(mine),
    allocated: (getHeapStatistics().total_allocated_bytes - allocated) / next,
  };
}

/** The quarter that was disturbed least by other work of the machine. */
function report(verb: string, slices: readonly Slice[]): void {
  const quartile = (of: (slice: Slice) => number) =>
    slices.map(of).sort((a, b) => a - b)[Math.floor(slices.length / 4)] ?? Number.NaN;
  console.log(
    `${verb.padEnd(16)} serving thread ${quartile((slice) => slice.servingUs)
      .toFixed(0)
      .padStart(3)} us, ` +
      `others ${quartile((slice) => slice.othersUs)
        .toFixed(0)
        .padStart(3)} us, ` +
      `${(quartile((slice) => slice.allocated) / 1024).toFixed(1)} KiB on the heap, ` +
      `${Math.round(1 / quartile((slice) => 1 / slice.rate))}/s`,
  );
}

try {
  const verbs = values.verbs?.split(',') ?? resource.verbs;
  for (const verb of ['create', ...verbs]) await measure(verb, 0.7);
  await measure('create', 0.5);
  for (const verb of verbs) report(verb, await measure(verb, Number(values.seconds)));
} finally {
  await server.close();
  close();
  await store.close();
  rmSync(directory, { recursive: true });
}
