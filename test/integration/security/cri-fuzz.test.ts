/**
 * A container runtime that answers nonsense: bytes that are no message, messages with absent, huge and odd fields, answers that break off
 * or never had an end. Every call ends soon, with an answer or a CriError in clear words, and what the kubelet makes of such answers is a
 * status. KUBETS_FUZZ_SEED and KUBETS_FUZZ_REQUESTS choose another run; a failure prints its seed.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CriError } from '#kubelet/cri/runtime.ts';
import { samplePod } from '#kubelet/pod/pod-samples.ts';
import { planPod } from '#kubelet/pod-worker/actions.ts';
import { readPodRuntimeStatus } from '#kubelet/runtime-state/pod-runtime-status.ts';
import { cadvisorMetrics, resourceMetrics } from '#kubelet/stats/metrics.ts';
import { createStats } from '#kubelet/stats/summary.ts';
import { podStatus } from '#kubelet/status/pod-status.ts';
import { type CriClient, createCriClient } from '#platform/node/cri-client.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { decodeMessage, encodeMessage } from '#platform/node/grpc/proto-codec.ts';
import { type FieldType, type MessageType, type Method, parseProto } from '#platform/node/grpc/proto-schema.ts';
import { kubeletFiles } from '#platform/node/kubelet-files.ts';
import { kubeletMachine } from '#platform/node/kubelet-machine.ts';
import { type Chance, chanceOf, fuzzSeed } from './fuzz/random.ts';

const rounds = Number(process.env.KUBETS_FUZZ_REQUESTS ?? 150);
/** No call takes so long, on a machine with much else to do; those of the runtime's own are bound by two minutes and more. */
const longestMs = 5000;
const env = createNodeEnv({ component: 'test', level: 'error' });
const services = parseProto(readFileSync(new URL('../../../src/platform/node/cri-v1.proto', import.meta.url), 'utf8'));
const methods = new Map<string, Method>(
  [...services.values()].flatMap(({ methods }) =>
    [...methods.values()].map((method) => [method.path, method] as const),
  ),
);
const internals = /TypeError|RangeError|is not a function|Cannot read|undefined|\[object |\.ts:\d|BigInt/;

const texts = [
  '',
  'a',
  'CONTAINER_RUNNING',
  '__proto__',
  '\u0000',
  '💥',
  '../..',
  'x'.repeat(5000),
  '-1',
  '{}',
  '{"a":',
  '[null]',
  '9'.repeat(40),
];
const keys = [
  ...texts,
  'io.kubernetes.pod.uid',
  'io.kubernetes.pod.name',
  'io.kubernetes.container.name',
  'io.kubernetes.container.ports',
  'io.kubernetes.container.preStopHandler',
  'io.kubernetes.container.restartCount',
];
const numbers = [
  0n,
  1n,
  -1n,
  127n,
  1_800_000_000_000_000_000n,
  (1n << 31n) - 1n,
  1n << 32n,
  (1n << 63n) - 1n,
  -(1n << 63n),
];

function value(chance: Chance, type: FieldType, depth: number): unknown {
  if (type.kind === 'message') return message(chance, type.message, depth + 1);
  // Numbers of enums that nobody knows too.
  if (type.kind === 'enum')
    return chance.draw(12) > 0 ? chance.pick([...type.enum.numbers.keys()]) : chance.pick([7, 99, 2 ** 31 - 1]);
  if (type.scalar === 'string') return chance.draw(3) > 0 ? chance.pick(keys) : chance.pick(['a', 'main', '10.0.0.1']);
  if (type.scalar === 'bytes') return Buffer.from(chance.pick(texts));
  if (type.scalar === 'bool') return chance.draw(2) === 0;
  return chance.pick(numbers);
}

/** Well-formed; what is in it is another matter. */
function message(chance: Chance, type: MessageType, depth = 0): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of type.fields) {
    if (chance.draw(5) === 0 || depth > 8 || isFloat(field.type)) continue;
    const make = () => value(chance, field.type, depth);
    if (field.mapKey) {
      result[field.name] = Object.fromEntries(chance.some(4, () => [chance.pick(keys), make()] as const));
    } else result[field.name] = field.repeated ? chance.some(3, make) : make();
  }
  return result;
}

/** The encoder is that of requests, none of which has such numbers. */
function isFloat(type: FieldType): boolean {
  return type.kind === 'scalar' && (type.scalar === 'double' || type.scalar === 'float');
}

/** Bytes of the message with a few of them changed, left out or repeated. */
function damaged(chance: Chance, bytes: Uint8Array): Uint8Array {
  const result = [...bytes.subarray(0, 3000)];
  for (let count = chance.draw(4); count >= 0; count--) {
    const at = chance.draw(result.length + 1);
    const cut = result.splice(at, chance.draw(3));
    result.splice(
      at,
      0,
      ...chance.pick([[], cut, [...cut, ...cut], [chance.draw(256)], [0xff, 0xff, 0xff, 0xff, 0x0f]]),
    );
  }
  return chance.draw(4) === 0
    ? Uint8Array.from(result.slice(0, chance.draw(result.length + 1)))
    : Uint8Array.from(result);
}

test(`bytes that are no message are refused in words (seed ${fuzzSeed})`, () => {
  const chance = chanceOf(fuzzSeed);
  let read = 0;
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    for (const { response } of methods.values()) {
      const bytes = damaged(chance, encodeMessage(response, message(chance, response)));
      try {
        decodeMessage(response, bytes);
        read++;
      } catch (error) {
        refused++;
        assert.ok(error instanceof RangeError, String(error));
        assert.match(error.message, /^protobuf: /);
      }
    }
  }
  assert.ok(read > rounds && refused > rounds, `${read} read, ${refused} refused`);
});

type Answerer = (stream: ServerHttp2Stream, method: Method) => void;

const directory = mkdtempSync(join(tmpdir(), 'kubets-cri-fuzz-'));
const socket = join(directory, 'runtime.sock');
const sessions = new Set<ServerHttp2Session>();
let server: Http2Server;
let client: CriClient;
let answer: Answerer;

before(async () => {
  server = createServer({ settings: { maxFrameSize: 1 << 20 } });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {});
    stream.resume();
    const method = methods.get(`${headers[':path']}`);
    if (method) answer(stream, method);
    else ended(stream, '12');
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  client = createCriClient({ endpoint: `unix://${socket}` });
});

after(() => {
  client.close();
  for (const session of sessions) session.destroy();
  server.close();
  rmSync(directory, { recursive: true });
});

function framed(bytes: Uint8Array, flag = 0, length = bytes.length): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
}

function ended(stream: ServerHttp2Stream, status: string, message?: string): void {
  stream.respond(
    { ':status': 200, 'grpc-status': status, ...(message === undefined ? {} : { 'grpc-message': message }) },
    { endStream: true },
  );
}

function answered(
  stream: ServerHttp2Stream,
  body: Uint8Array,
  trailers: Record<string, string> = { 'grpc-status': '0' },
): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.end(body);
}

/** What each kind of nonsense is. */
function nonsense(chance: Chance): Readonly<Record<string, Answerer>> {
  const bytesOf = ({ response }: Method) => encodeMessage(response, message(chance, response));
  return {
    'a message': (stream, method) => answered(stream, framed(bytesOf(method))),
    'a damaged message': (stream, method) => answered(stream, framed(damaged(chance, bytesOf(method)))),
    'an empty message': (stream) => answered(stream, framed(new Uint8Array())),
    'no message': (stream) => answered(stream, new Uint8Array()),
    'two messages': (stream, method) =>
      answered(stream, Buffer.concat([framed(bytesOf(method)), framed(bytesOf(method))])),
    'a compressed message': (stream, method) => answered(stream, framed(bytesOf(method), 1)),
    'a cut message': (stream, method) => answered(stream, framed(bytesOf(method), 0, 100_000)),
    'a cut head': (stream) => answered(stream, Buffer.from([0, 0])),
    'a huge message': (stream) => answered(stream, framed(new Uint8Array(10), 0, 0xffffffff)),
    'a large unknown field': (stream) => {
      const field = Buffer.concat([Buffer.from([0xfa, 0x7f, 0x80, 0x80, 0x40]), Buffer.alloc(1 << 20)]);
      answered(stream, framed(field));
    },
    'no trailers': (stream, method) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      stream.end(framed(bytesOf(method)));
    },
    'an odd status': (stream, method) =>
      answered(stream, framed(bytesOf(method)), {
        'grpc-status': chance.pick(['', 'x', '-1', '99', '1e9', 'NaN', '0x0', '5']),
        'grpc-message': chance.pick(['%', '%zz', '%E0%80', 'x'.repeat(3000), 'not found']),
      }),
    'a refusal': (stream) =>
      ended(stream, chance.pick(['2', '4', '5', '8', '12', '13', '14', '16']), chance.pick(['', '%F0%9F%92%A5', 'no'])),
    'a page': (stream) => {
      stream.respond({ ':status': chance.pick([302, 404, 500, 503]), 'content-type': 'text/html' });
      stream.end('<html>');
    },
    'a reset': (stream) => stream.close(chance.pick([0, 1, 2, 7, 11])),
    'a broken connection': (stream) => stream.session?.destroy(),
    'a connection that is given up': (stream, method) => {
      (stream.session as ServerHttp2Session).goaway(chance.pick([0, 2, 11]));
      answered(stream, framed(bytesOf(method)));
    },
  };
}

const sandbox = {
  metadata: { name: 'a', uid: 'u', namespace: 'n', attempt: 0 },
  hostname: 'a',
  logDirectory: '/tmp',
  portMappings: [],
  labels: {},
  annotations: {},
  linux: {
    cgroupParent: '',
    sysctls: {},
    securityContext: { namespaceOptions: { network: 'POD', pid: 'POD', ipc: 'POD' } },
  },
} as const;
const streams = { tty: false, stdin: true, stdout: true, stderr: true };

function calls({ runtime, images }: CriClient): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    version: () => runtime.version(),
    status: () => runtime.status(),
    runPodSandbox: () => runtime.runPodSandbox(sandbox, ''),
    stopPodSandbox: () => runtime.stopPodSandbox('a'),
    podSandboxStatus: () => runtime.podSandboxStatus('a'),
    listPodSandboxes: () => runtime.listPodSandboxes(),
    startContainer: () => runtime.startContainer('a'),
    stopContainer: () => runtime.stopContainer('a', 1),
    listContainers: () => runtime.listContainers(),
    containerStatus: () => runtime.containerStatus('a'),
    execSync: () => runtime.execSync('a', ['b'], 1),
    exec: () => runtime.exec('a', { command: ['b'], ...streams }),
    attach: () => runtime.attach('a', streams),
    portForward: () => runtime.portForward('a', [80]),
    listContainerStats: () => runtime.listContainerStats(),
    listPodSandboxStats: () => runtime.listPodSandboxStats(),
    listImages: () => images.listImages(),
    imageStatus: () => images.imageStatus({ image: 'a' }),
    pullImage: () => images.pullImage({ image: 'a' }, undefined, sandbox),
    removeImage: () => images.removeImage({ image: 'a' }),
    imageFsInfo: () => images.imageFsInfo(),
  };
}

/** Undefined when it went as it should. */
async function faultOf(call: () => Promise<unknown>): Promise<string | undefined> {
  const startedMs = performance.now();
  try {
    await call();
  } catch (error) {
    if (!(error instanceof CriError)) return `no CriError: ${error instanceof Error ? error.stack : error}`;
    if (internals.test(error.message)) return `internals are told: ${error.message}`;
    if (error.code === 'Unavailable' && error.message.includes('protobuf'))
      return 'nonsense is taken for an absent runtime';
  }
  const tookMs = performance.now() - startedMs;
  return tookMs > longestMs ? `took ${Math.round(tookMs)} ms` : undefined;
}

test(`every call survives every kind of answer (seed ${fuzzSeed})`, { timeout: 60_000 }, async () => {
  const chance = chanceOf(fuzzSeed + 1);
  const kinds = nonsense(chance);
  const found: string[] = [];
  const names = Object.keys(kinds);
  for (let round = 0; round < Math.max(1, rounds / 75); round++) {
    for (const [name, call] of Object.entries(calls(client))) {
      for (const kind of names) {
        answer = kinds[kind] as Answerer;
        const fault = await faultOf(call);
        if (fault !== undefined) found.push(`${name}, ${kind}: ${fault}`);
      }
    }
  }
  assert.deepEqual(found, []);
  answer = (stream, method) => answered(stream, framed(encodeMessage(method.response, { runtimeName: 'well' })));
  assert.equal((await client.runtime.version()).runtimeName, 'well');
});

test(`what the kubelet makes of such answers is a status (seed ${fuzzSeed})`, { timeout: 60_000 }, async () => {
  const chance = chanceOf(fuzzSeed + 2);
  const pod = samplePod({
    containers: [
      { name: 'main', image: 'i' },
      { name: 'a', image: 'i' },
    ],
    initContainers: [{ name: '__proto__', image: 'i' }],
  });
  const probes = { liveness: () => undefined, startup: () => undefined };
  const { runtime, images } = client;
  const summary = createStats({
    nodeName: 'n',
    clock: env.clock,
    ports: { runtime, images, files: kubeletFiles, machine: kubeletMachine },
    pods: () => [pod],
    rootDirectory: directory,
  });
  answer = nonsense(chance)['a message'] as Answerer;
  const machine = await kubeletMachine.info();
  let seen = 0;
  for (let round = 0; round < rounds; round++) {
    const read = await readPodRuntimeStatus(runtime, kubeletFiles, pod.metadata.uid);
    seen += read.containers.length;
    for (const container of read.containers) assert.match(container.state, /^(created|running|exited|unknown)$/);
    planPod(pod, read, probes);
    const status = podStatus({
      pod,
      runtime: read,
      previous: {},
      runtimeName: 'x',
      failures: new Map(),
      readiness: { isStarted: () => true, isReady: () => true },
      hostIPs: ['192.0.2.1'],
      supportsRecursiveReadOnly: false,
      isTerminal: false,
    });
    assert.ok(!/NaN|Invalid|"undefined"/.test(JSON.stringify(status)), JSON.stringify(status));
    if (round % 10 > 0) continue;
    const stats = await summary();
    assert.ok(!/NaN|:null[,}]/.test(JSON.stringify(stats)), JSON.stringify(stats).slice(0, 2000));
    for (const text of [resourceMetrics(stats), cadvisorMetrics(stats, machine)])
      assert.ok(!text.includes('NaN'), text);
  }
  assert.ok(seen > rounds / 3, `only ${seen} containers were seen`);
});

test('events: nonsense ends the stream with a CriError, and what can be read is told', async () => {
  const chance = chanceOf(fuzzSeed + 3);
  const kinds = Object.entries(nonsense(chance)).filter(([kind]) => kind !== 'a refusal');
  for (const [kind, answerer] of kinds) {
    answer = answerer;
    const ending = new AbortController();
    const bound = setTimeout(() => ending.abort(), longestMs);
    const read = async () => {
      for await (const event of client.runtime.events(ending.signal))
        assert.match(event.type, /^(created|started|stopped|deleted)$/);
    };
    await assert.rejects(read(), (error) => error instanceof CriError && !internals.test(error.message), kind);
    assert.equal(ending.signal.aborted, false, `${kind}: goes on`);
    clearTimeout(bound);
  }
});
