/**
 * The kubelet's server under nonsense: paths, parameters, headers, methods, upgrades and names of containers, over real HTTP; the
 * runtime behind it answers nonsense too. Whatever comes, there is an answer, soon, in words that are not ours. KUBETS_FUZZ_SEED and
 * KUBETS_FUZZ_REQUESTS choose another run; a failure prints its seed.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Logger } from '#base/env.ts';
import { CriError, type CriRuntime } from '#kubelet/cri/runtime.ts';
import { samplePod } from '#kubelet/pod/pod-samples.ts';
import { createRuntimeAccess } from '#kubelet/server/runtime-access.ts';
import { createKubeletServer } from '#kubelet/server/server.ts';
import { kubeletWire } from '#kubelet/server/wire.ts';
import { createNodeBackend } from '#platform/node/backend.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { type HttpServer, startHttpServer } from '#platform/node/http-server.ts';
import { nodeLogFiles } from '#platform/node/log-files.ts';
import { nodeRawDeflate } from '#platform/node/raw-deflate.ts';
import { nodeWebSocketAcceptor } from '#platform/node/web-socket.ts';
import { type Chance, chanceOf, fuzzSeed } from './fuzz/random.ts';

const requests = Number(process.env.KUBETS_FUZZ_REQUESTS ?? 1200);
/** No single request may take so long, on a machine with much else to do. */
const longestMs = 5000;
const internals =
  /TypeError|RangeError|is not a function|Cannot read|\[object |\.ts:\d|node:internal|ERR_|AssertionError/;
const directory = mkdtempSync(join(tmpdir(), 'kubets-kubelet-fuzz-'));
const logged: string[] = [];
const note = (message: string, fields?: object): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log };
const env = { ...createNodeEnv({ component: 'test' }), log };
const chance: Chance = chanceOf(fuzzSeed);
/** Of what answers: several requests are under way at a time, and must not change what the next ones are. */
const behind: Chance = chanceOf(fuzzSeed + 1);
let server: HttpServer;
let odd: Server;
let backend: ReturnType<typeof createNodeBackend>;

const texts = [
  '',
  'a',
  'web',
  'main',
  'default',
  '..',
  '.',
  '%',
  '%zz',
  '%00',
  '%2e%2e%2f',
  '💥',
  '__proto__',
  'constructor',
  'x'.repeat(3000),
  '-1',
  '1e9',
  ' ',
  '"',
  '\u00ff',
];
const pod = samplePod(
  { containers: [{ name: 'main', image: 'i' }], initContainers: [{ name: '__proto__', image: 'i' }] },
  {
    containerStatuses: [
      {
        name: 'main',
        ready: true,
        restartCount: 1,
        image: 'i',
        imageID: '',
        containerID: 'x://1',
        state: { running: {} },
        lastState: { terminated: { exitCode: 1, containerID: 'x://2' } },
      },
    ],
  },
);
const { name = '', namespace = '', uid = '' } = pod.metadata;

/** What a runtime can say of itself. */
function runtime(): CriRuntime {
  const port = () => (odd.address() as AddressInfo).port;
  const url = async (): Promise<string> => {
    if (behind.draw(6) === 0)
      throw new CriError(behind.pick(['NotFound', 'Unknown', 'Unavailable']), behind.pick(texts));
    if (behind.draw(2) === 0) return `http://127.0.0.1:${port()}/exec/a`;
    return behind.pick([
      ...texts,
      'ftp://127.0.0.1/',
      'http://',
      'http://127.0.0.1:1/exec/a',
      `http://127.0.0.1:${port()}/exec/a`,
      `//127.0.0.1:${port()}/`,
    ]);
  };
  const container = () => ({
    id: '1',
    podSandboxId: 's',
    state: behind.pick(['CONTAINER_RUNNING', 'CONTAINER_RUNNING', 'CONTAINER_EXITED']),
    createdAtMs: behind.pick([0, 1, Number.MAX_SAFE_INTEGER]),
    labels: { 'io.kubernetes.container.name': behind.pick(['main', 'main', ...texts]) },
    logPath: behind.pick([join(directory, 'c.log'), join(directory, 'c.log'), join(directory, 'none'), directory, '']),
  });
  const answers = {
    listContainers: async () => behind.some(4, container),
    listPodSandboxes: async () =>
      behind.some(3, () => ({ id: 's', state: behind.pick(['SANDBOX_READY', 'SANDBOX_NOTREADY']), createdAtMs: 0 })),
    containerStatus: async () => {
      if (behind.draw(6) === 0) throw new CriError('NotFound', behind.pick(texts));
      return container();
    },
    exec: url,
    attach: url,
    portForward: url,
    execSync: async () => ({
      stdout: Buffer.from(behind.pick(texts)),
      stderr: Buffer.from(behind.pick(texts)),
      exitCode: behind.pick([0, 0, 7, -1]),
    }),
  };
  return answers as unknown as CriRuntime;
}

before(async () => {
  const lines = [
    '2026-11-21T09:00:01.1Z stdout F one',
    '2026-11-21T09:00:02.1Z stderr P two',
    'nonsense',
    '',
    'x stdout F \u0000',
    '2026-11-21T09:00:03Z',
  ];
  writeFileSync(join(directory, 'c.log'), `${lines.join('\n')}\n${'y'.repeat(20_000)}`);
  odd = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    const answers = [
      '',
      'nonsense\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: SPDY/3.1\r\n\r\n\u0000\u0001',
      'HTTP/1.1 500 x\r\ncontent-length: 2\r\n\r\nno',
      `HTTP/1.1 101 ${'x'.repeat(70_000)}`,
    ];
    socket.end(Buffer.from(behind.pick(answers), 'latin1'));
  });
  await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
  backend = createNodeBackend();
  const handler = createKubeletServer({
    env,
    host: {
      nodeName: 'n1',
      pods: () => [pod],
      runningPods: async () => [pod],
      config: () => ({}),
      unhealthy: () => undefined,
      containers: createRuntimeAccess({ runtime: runtime(), clock: env.clock, containerEnded: async () => {} }),
      statsSummary: async () => ({}),
      metrics: async () => '',
    },
    logFiles: nodeLogFiles,
    runtime: backend,
    streaming: { clock: env.clock, deflate: nodeRawDeflate, webSockets: nodeWebSocketAcceptor },
    auth: {
      authenticate: async ({ headers }) => {
        if (headers.user === 'wrong') throw new Error('a credential that is wrong');
        return headers.user === 'nobody' ? undefined : { username: 'fuzz', groups: [] };
      },
      authorize: async () => behind.draw(30) > 0,
    },
  });
  server = await startHttpServer({
    handler: kubeletWire(handler),
    log,
    host: '127.0.0.1',
    port: 0,
    bounds: { headMs: 400, idleMs: 400, stalledMs: 400, answerMs: 2000, unwantedBodyMs: 100 },
  });
});

after(async () => {
  await server.close();
  backend.close();
  odd.close();
  rmSync(directory, { recursive: true });
});

/** Most are spelled as they have to be; the others seldom come past the door. */
function spelled(text: string): string {
  return chance.draw(15) === 0 ? text : encodeURIComponent(text);
}

function target(): string {
  const roots = [
    'containerLogs',
    'containerLogs',
    'exec',
    'exec',
    'attach',
    'portForward',
    'run',
    'pods',
    'runningpods',
    'stats',
    'metrics',
    'healthz',
    'configz',
    ...texts,
  ];
  const right = [
    namespace,
    name,
    ...(chance.draw(3) === 0 ? [uid] : []),
    chance.pick(['main', 'main', '__proto__', 'a']),
  ];
  const parts =
    chance.draw(4) > 0 ? right : chance.some(6, () => spelled(chance.pick([namespace, name, uid, ...texts])));
  const root = spelled(chance.pick(roots));
  const path = [
    chance.draw(15) === 0 ? root.replace(/^./, (sign) => `%${sign.charCodeAt(0).toString(16)}`) : root,
    ...parts,
  ].join('/');
  return `${chance.draw(40) === 0 ? '' : '/'}${path}?${chance.some(6, parameter).join('&')}`;
}

/** What comes as far as the runtime, or to a log. */
function wellAimed(): string {
  const root = chance.pick(['exec', 'attach', 'portForward', 'containerLogs', 'run']);
  const parts = root === 'portForward' ? [namespace, name] : [namespace, name, 'main'];
  return `/${[root, ...parts].join('/')}?${['output=1', 'input=1', 'command=a', 'cmd=a', 'port=80', ...(chance.draw(3) === 0 ? [parameter()] : [])].join('&')}`;
}

function parameter(): string {
  const names = [
    'tailLines',
    'limitBytes',
    'sinceSeconds',
    'sinceTime',
    'timestamps',
    'previous',
    'stream',
    'input',
    'output',
    'output',
    'error',
    'tty',
    'command',
    'cmd',
    'port',
    'ports',
    'insecureSkipTLSVerifyBackend',
    ...texts,
  ];
  const values = [
    '1',
    '1',
    '0',
    '-1',
    'true',
    'false',
    '99999999999999999999',
    '2026-11-21T09:00:00Z',
    'Stdout',
    '80',
    '80,81',
    '65536',
    ...texts,
  ];
  return `${spelled(chance.pick(names))}=${spelled(chance.pick(values))}`;
}

function head(): string {
  const upgrades = [
    'connection: Upgrade\r\nupgrade: SPDY/3.1\r\nx-stream-protocol-version: v4.channel.k8s.io',
    'connection: Upgrade\r\nupgrade: SPDY/3.1\r\nx-stream-protocol-version: v99',
    'connection: Upgrade\r\nupgrade: SPDY/3.1',
    'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: v5.channel.k8s.io',
    'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: SPDY/3.1+portforward.k8s.io',
    'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x',
    'connection: upgrade, close\r\nupgrade: h2c',
    'upgrade: websocket',
    'connection: close',
  ];
  const others = [
    'user: nobody',
    'user: wrong',
    'accept: */*;q=x',
    'content-length: 5',
    'content-length: -1',
    'transfer-encoding: chunked',
    'accept-encoding: gzip',
    'range: bytes=0-',
    `x: ${'y'.repeat(9000)}`,
    'expect: 100-continue',
    'no colon',
    'authorization: Bearer \u0001',
  ];
  const method = chance.pick([
    'GET',
    'GET',
    'GET',
    'POST',
    'POST',
    'HEAD',
    'PUT',
    'DELETE',
    'PATCH',
    'OPTIONS',
    'TRACE',
    'get',
    'X',
  ]);
  const aimed = chance.draw(2) === 0;
  const lines = aimed
    ? [`${chance.pick(['GET', 'POST'])} ${wellAimed()} HTTP/1.1`, 'host: x', chance.pick(upgrades)]
    : [
        `${method} ${target()} HTTP/1.1`,
        'host: x',
        ...chance.some(2, () => chance.pick(upgrades)),
        ...chance.some(2, () => chance.pick(others)),
      ];
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
  return bytes.toString('latin1');
}

test(`whatever is asked, there is an answer (seed ${fuzzSeed})`, { timeout: 120_000 }, async () => {
  const found: string[] = [];
  const codes = new Map<string, number>();
  // Some at a time: heads that never end are waited for.
  const ask = async (): Promise<void> => {
    const sent = head();
    const startedMs = performance.now();
    const answer = await raw(sent);
    const tookMs = performance.now() - startedMs;
    const code = /^HTTP\/1\.1 (\d\d\d)/.exec(answer)?.[1] ?? 'none';
    codes.set(code, (codes.get(code) ?? 0) + 1);
    const shown = `${JSON.stringify(sent.slice(0, 700))} -> ${answer.slice(0, 500)}`;
    if (!/^(HTTP\/1\.1 [1-5]\d\d |$)/.test(answer)) found.push(`no answer: ${shown}`);
    if (internals.test(answer)) found.push(`internals are told: ${shown}`);
    if (tookMs > longestMs) found.push(`took ${Math.round(tookMs)} ms: ${shown}`);
  };
  for (let count = 0; count < requests; count += 8) await Promise.all(Array.from({ length: 8 }, ask));
  assert.deepEqual(found.slice(0, 10), []);
  assert.deepEqual(logged.filter((line) => internals.test(line)).slice(0, 10), []);
  for (const code of ['101', '200', '400', '401', '403', '404', '405', '500']) {
    assert.ok((codes.get(code) ?? 0) > 0, `nothing was answered with ${code}: ${JSON.stringify([...codes])}`);
  }
  assert.match(await raw('GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n'), /^HTTP\/1\.1 (200|403) /);
});

/** All that comes back until the server ends it; nonsense is spoken on what was upgraded. */
function raw(sent: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1');
    let got = '';
    const done = (): void => {
      socket.destroy();
      resolve(got);
    };
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1');
      if (got.startsWith('HTTP/1.1 101')) {
        socket.write(
          Buffer.from(
            behind.pick([
              '\u0081\u0085x',
              '\u0080\u0003\u0000\u0001\u0000\u0000\u0000\u0004',
              '\u00ff'.repeat(40),
              'nonsense',
            ]),
            'latin1',
          ),
        );
        setTimeout(done, 30);
      } else if (/\r\n\r\n/.test(got)) setTimeout(done, 30);
    });
    socket.on('close', done);
    socket.on('error', done);
    socket.setTimeout(longestMs + 1000, done);
    socket.write(Buffer.from(sent, 'latin1'));
  });
}
