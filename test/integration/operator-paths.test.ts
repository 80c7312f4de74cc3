/** What operators look at, of a real server process: health checks by hook, metrics of the process, real profiles, guarded paths. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { certificateFile, keyFile } from '#cluster/pki/authority.ts';
import { runStandaloneServer } from '#cluster/standalone-server.ts';
import { createNodeEnv } from '#platform/node/env.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const env = { ...createNodeEnv({ component: 'test' }), log: silent };

let directory = '';
let port = 0;
let admin: Agent;
let nobody: Agent;
let running: Promise<void>;
const ending = new AbortController();

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kubets-operators-'));
  port = await freePort();
  await new Promise<void>((resolve, reject) => {
    running = runStandaloneServer(
      { env, dataDir: directory, apiPort: port, apiNames: [], store: 'memory', serverFlags: { profiling: ['true'] } },
      () => resolve(),
      ending.signal,
    );
    running.catch(reject);
  });
  const pki = join(directory, 'pki');
  const ca = readFileSync(certificateFile(pki, 'ca'));
  admin = new Agent({
    ca,
    cert: readFileSync(certificateFile(pki, 'admin')),
    key: readFileSync(keyFile(pki, 'admin')),
  });
  nobody = new Agent({ ca });
});

after(async () => {
  admin.destroy();
  nobody.destroy();
  ending.abort();
  await running;
  rmSync(directory, { recursive: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const found = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(found));
    });
  });
}

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: Buffer;
}

const get = (path: string, agent: Agent = admin): Promise<Answer> => ask('GET', path, agent);

function ask(method: 'GET' | 'POST' | 'DELETE', path: string, agent: Agent, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    request({ host: '127.0.0.1', port, path, agent, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'],
          body: Buffer.concat(chunks),
        }),
      );
    })
      .on('error', reject)
      .end(body && JSON.stringify(body));
  });
}

test('a server that serves has finished its hooks', async () => {
  const { status, body } = await get('/readyz?verbose');
  assert.equal(status, 200, String(body));
  for (const name of [
    'rbac/bootstrap-roles',
    'bootstrap-controller',
    'apiservice-openapiv3-controller',
    'crd-informer-synced',
  ]) {
    assert.match(String(body), new RegExp(`^\\[\\+\\]poststarthook/${name} ok$`, 'm'));
    assert.equal(String((await get(`/livez/poststarthook/${name}`)).body), 'ok');
  }
  const slis = String((await get('/metrics/slis')).body);
  assert.match(slis, /^kubernetes_healthcheck\{name="poststarthook\/rbac\/bootstrap-roles",type="readyz"\} 1$/m);
});

test('metrics of the process are those of this process', async () => {
  const text = String((await get('/metrics')).body);
  const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  assert(Math.abs(value('process_start_time_seconds') - (Date.now() / 1000 - process.uptime())) < 2);
  assert(value('process_open_fds') > 3 && value('process_open_fds') < value('process_max_fds'));
  assert(value('process_resident_memory_bytes') < value('process_virtual_memory_bytes'));
  assert(value('process_cpu_seconds_total') > 0);
});

test('the scheduler and the controllers of the process are measured too', async () => {
  const pod = { metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const create = () => ask('POST', '/api/v1/namespaces/default/pods', admin, pod);
  // The namespace's service account is a controller's work.
  while ((await create()).status !== 201) await new Promise((resolve) => setTimeout(resolve, 50));
  const gated = { metadata: { name: 'gated' }, spec: { ...pod.spec, schedulingGates: [{ name: 'example.org/wait' }] } };
  await ask('POST', '/api/v1/namespaces/default/pods', admin, gated);
  const wanted = [
    /^scheduler_schedule_attempts_total\{profile="default-scheduler",result="unschedulable"\} [1-9]/m,
    /^scheduler_scheduling_attempt_duration_seconds_count\{profile="default-scheduler",result="unschedulable"\} [1-9]/m,
    /^scheduler_pending_pods\{queue="gated"\} 1$/m,
    /^scheduler_cache_size\{type="nodes"\} 0$/m,
    /^workqueue_adds_total\{name="serviceaccount-controller"\} [1-9]/m,
    /^etcd_requests_total\{group="",operation="create",resource="pods"\} 2$/m,
    /^apiserver_admission_controller_admission_duration_seconds_count\{name="ServiceAccount",operation="CREATE",rejected="false",type="admit"\} [1-9]/m,
  ];
  for (;;) {
    const text = String((await get('/metrics')).body);
    const missing = wanted.filter((line) => !line.test(text));
    if (missing.length === 0) return;
    assert(process.uptime() < 60, `missing: ${missing.map(String).join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

test('profiles are real ones', async () => {
  let busy = true;
  const work = (async () => {
    while (busy) await get('/api/v1/namespaces');
  })();
  const [cpu, allocs] = await Promise.all([
    get('/debug/pprof/profile?seconds=1'),
    get('/debug/pprof/allocs?seconds=1'),
  ]);
  busy = false;
  await work;
  for (const { status, type } of [cpu, allocs]) assert.deepEqual([status, type], [200, 'application/octet-stream']);
  // Functions of ours, by their name and file.
  const text = gunzipSync(cpu.body).toString('latin1');
  assert.match(text, /carryOut|serve|handle/);
  assert.match(text, /src\/apiserver\//);
  assert.match(gunzipSync(allocs.body).toString('latin1'), /alloc_space/);
});

test('traces, delays of the event loop and what is waited for', async () => {
  const [trace, block] = await Promise.all([
    get('/debug/pprof/trace?seconds=1'),
    get('/debug/pprof/block?seconds=1'),
    get('/api/v1/namespaces'),
  ]);
  assert.equal(trace.status, 200);
  const { traceEvents } = JSON.parse(String(trace.body)) as {
    readonly traceEvents: readonly { readonly cat: string }[];
  };
  assert.ok(traceEvents.some(({ cat }) => cat.includes('node.async_hooks')));
  assert.match(String(block.body), /^--- contention:\nevent loop delays: \d\d+\nmean [\d.]+ ms\np50 /);
  const { body } = await get('/debug/pprof/goroutine');
  assert.match(String(body), /^goroutine profile: total \d+\n(?:\d+ @ \w+\n)*\d+ @ Timeout\n/m);
  assert.equal((await get('/debug/pprof/mutex')).status, 404);
});

test('metrics of clients, controllers and scheduler in the process; DELETE begins them anew', async () => {
  await get('/api/v1/namespaces');
  const shown = String((await get('/metrics')).body);
  assert.match(shown, /^rest_client_requests_total\{code="200",host="\[::1\]:\d+",method="GET"\} \d+$/m);
  assert.match(shown, /^scheduler_pending_pods\{queue="active"\} 0$/m);
  const lists =
    /^apiserver_request_total\{code="200".*resource="namespaces",scope="cluster",subresource="",verb="LIST".*\} (\d+)$/m;
  assert.match(shown, lists);
  const answer = await ask('DELETE', '/metrics', admin);
  assert.deepEqual([answer.status, String(answer.body)], [200, 'metrics reset\n']);
  assert.doesNotMatch(String((await get('/metrics')).body), lists);
  await get('/api/v1/namespaces');
  assert.equal(lists.exec(String((await get('/metrics')).body))?.[1], '1');
  assert.equal((await get('/metrics/resources')).status, 200);
});

test('they are for those who may ask', async () => {
  assert.equal((await get('/livez', nobody)).status, 200);
  for (const path of ['/metrics', '/metrics/slis', '/statusz', '/flagz', '/debug/pprof/', '/debug/flags']) {
    assert.equal((await get(path, nobody)).status, 401, path);
    assert.equal((await get(path)).status, 200, path);
  }
  // Whoever may ask whether the server lives may not ask why it does not.
  assert.equal((await get('/livez/ping', nobody)).status, 403);
  assert.match(String((await get('/flagz')).body), /^profiling: true$/m);
  assert.equal((await get('/debug/pprof')).status, 302);
});
