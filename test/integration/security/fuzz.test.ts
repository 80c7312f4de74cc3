/**
 * The API server under nonsense made for one part of a request at a time. Whatever comes, the answer is a success or a Status that blames
 * the client, soon. KUBETS_FUZZ_SEED and KUBETS_FUZZ_REQUESTS (of each part) choose another run; a failure prints its seed.
 */

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { WireHandler, WireResponse } from '#api/wire.ts';
import type { Clock } from '#base/env.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { requestOf } from '#platform/node/http-request.ts';
import { type HttpServer, startHttpServer } from '#platform/node/http-server.ts';
import { startWorld, type World } from '../../golden/validation/world.ts';
import { type Asked, parts } from './fuzz/inputs.ts';
import { chanceOf, fuzzSeed } from './fuzz/random.ts';

const requests = Number(process.env.KUBETS_FUZZ_REQUESTS ?? 150);
/** No single request may hold the server up for so long, on a machine with much else to do. */
const longestMs = 5000;
const user = { username: 'fuzz', groups: ['system:masters'] };
const env = createNodeEnv({ component: 'test', level: 'error' });
const failures: string[] = [];

/** One for each part: what one deletes, another must not miss. */
async function worldOfFuzz(): Promise<World> {
  // Versions of the future are waited for: three seconds of upstream's, much less of ours.
  const clock: Clock = { ...env.clock, after: (ms, run) => env.clock.after(ms <= 3000 ? ms / 100 : ms, run) };
  const error = (message: string, fields?: object): void => void failures.push(`${message} ${JSON.stringify(fields)}`);
  const world = await startWorld({ namespace: 'fuzz', env: { ...env, clock, log: { ...env.log, error } } });
  for (const path of ['configmaps', 'serviceaccounts']) {
    const data = path === 'configmaps' ? { data: { a: '1' } } : {};
    const body = { metadata: { name: 'one', finalizers: ['a.b/c'], labels: { a: 'b' } }, ...data };
    await world.send({
      method: 'POST',
      path: `/api/v1/namespaces/fuzz/${path}`,
      body,
      contentType: 'application/json',
    });
  }
  return world;
}

for (const [part, make] of Object.entries(parts)) {
  test(`${part} (seed ${fuzzSeed})`, async () => {
    const world = await worldOfFuzz();
    const chance = chanceOf(fuzzSeed);
    const found: string[] = [];
    for (let count = 0; count < requests; count++) {
      const asked = make(chance);
      const fault = await ask(world, asked);
      if (fault !== undefined) found.push(`${describe(asked)}\n    ${fault}`);
    }
    await world.close();
    assert.deepEqual(found, []);
    assert.deepEqual(failures.splice(0), []);
  });
}

function describe({ method, target, headers, body }: Asked): string {
  const sent = body ? ` ${Buffer.from(body).toString('latin1').slice(0, 600)}` : '';
  return `${method} ${target.slice(0, 600)} ${JSON.stringify(headers).slice(0, 300)}${sent}`;
}

async function ask(world: World, { method, target, headers, body }: Asked): Promise<string | undefined> {
  const url = target.startsWith('/') ? target : `/api/v1/namespaces/fuzz/${target}`;
  const contentType = headers['content-type'] ?? '';
  const content = body?.length ? { receive: async () => ({ type: 'bytes', bytes: body, contentType }) as const } : {};
  const end = new AbortController();
  const peer = { address: '', inProcess: user };
  const startedMs = performance.now();
  const response = await world.wire(
    requestOf(method, url, headers, Object.entries(headers).flat(), content, peer, end),
  );
  const tookMs = performance.now() - startedMs;
  const fault = await faultIn(response);
  // A watch is over when its client is gone.
  end.abort();
  if (tookMs > longestMs) return `took ${Math.round(tookMs)} ms`;
  return fault;
}

/** Stored versions of the future do not come, and upstream says 504; what its typed patches say stays 500, as recorded. */
const upstreams =
  /^Timeout: Too large resource version: |^failed to create typed patch object |request did not complete within/;
/** Words of ours that nobody is to see. */
const internals =
  /\bTypeError\b|\bRangeError\b|is not a function|Cannot read properties|\.ts:\d|\[object Object\]|node:internal/;

async function faultIn(response: WireResponse): Promise<string | undefined> {
  if (response.type === 'upgrade') return undefined;
  if (response.type === 'stream') {
    if (Symbol.asyncIterator in response.chunks) await response.chunks[Symbol.asyncIterator]().return?.();
    return response.status < 300 ? undefined : `a stream of status ${response.status}`;
  }
  const text = Buffer.from(response.body).toString();
  if (response.status < 400) return undefined;
  // Health checks and their like say it in plain text; whoever takes only YAML gets that.
  const type = `${response.headers['content-type'] ?? ''}`;
  if (type !== 'application/json') return response.status < 500 ? undefined : `${response.status} ${text}`;
  const status = JSON.parse(text) as { kind?: string; code?: number; reason?: string; message?: string };
  if (status.kind !== 'Status' || status.code !== response.status) return `no Status: ${text}`;
  if (response.status >= 500 && !upstreams.test(status.message ?? '')) return text;
  return internals.test(status.message ?? '') ? `internals are told: ${text.slice(0, 400)}` : undefined;
}

/** Heads as no library would write them. */
const lines = [
  'content-length: -1',
  'content-length: 5, 5',
  'content-length: 99999999999999999999',
  'content-length: 0x10',
  'content-length: 4\r\ncontent-length: 5',
  'transfer-encoding: chunked',
  'transfer-encoding: chunked, identity',
  'transfer-encoding: xchunked',
  'transfer-encoding: chunked\r\ncontent-length: 4',
  ' folded: x',
  'no colon',
  ': empty',
  'a\u0000b: c',
  'x: \u0001',
  'host: a\r\nhost: b',
  'connection: upgrade\r\nupgrade: websocket',
  'connection: upgrade\r\nupgrade: SPDY/3.1',
  'expect: 100-continue',
  'expect: nonsense',
  'range: bytes=0-1',
  `x: ${'y'.repeat(70_000)}`,
  `${'a: b\r\n'.repeat(3000)}c: d`,
  'content-type: application/json',
  'accept-encoding: gzip;q=x, *;q=0',
];
const starts = ['GET', 'POST', 'get', 'G\u0000T', 'PRI', 'CONNECT', 'OPTIONS', 'A'.repeat(9000), ''];
const targets = [
  '/api/v1/namespaces/fuzz/configmaps',
  '*',
  'http://x/api',
  '//',
  '/%zz',
  `/${'a'.repeat(70_000)}`,
  '/\u00ff',
  ' ',
];
const versions = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', 'HTTP/2.0', ''];

test(`heads on the wire (seed ${fuzzSeed})`, async () => {
  const world = await worldOfFuzz();
  const chance = chanceOf(fuzzSeed);
  const wire: WireHandler = (request) => world.wire({ ...request, peer: { ...request.peer, inProcess: user } });
  const http: HttpServer = await startHttpServer({
    handler: wire,
    log: env.log,
    host: '127.0.0.1',
    port: 0,
    bounds: { headMs: 300, idleMs: 300, stalledMs: 300, answerMs: 3000, unwantedBodyMs: 100 },
  });
  try {
    for (let count = 0; count < Math.min(requests, 300); count++) {
      const head = `${chance.pick(starts)} ${chance.pick(targets)} ${chance.pick(versions)}`;
      const text = `${[head, ...chance.some(4, () => chance.pick(lines))].join('\r\n')}\r\n\r\n${chance.pick(['', '{}', '5\r\n{}{}\r\n', '0\r\n\r\n', 'GET /x HTTP/1.1\r\n\r\n'])}`;
      const answer = await raw(http.port, text);
      assert.ok(
        /^(HTTP\/1\.1 [1-4]\d\d |$)/.test(answer),
        `${JSON.stringify(text.slice(0, 300))} -> ${answer.slice(0, 300)}`,
      );
    }
    const good = await raw(
      http.port,
      'GET /api/v1/namespaces/fuzz/configmaps/one HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    );
    assert.match(good, /^HTTP\/1\.1 200 /);
  } finally {
    await http.close();
    await world.close();
  }
});

/** All that comes back until the server ends it; '' when it ends without a word. */
function raw(port: number, sent: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let got = '';
    const done = (): void => {
      socket.destroy();
      resolve(got);
    };
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
    });
    socket.on('close', done);
    socket.on('error', done);
    socket.setTimeout(2000, done);
    socket.end(Buffer.from(sent, 'latin1'));
  });
}
