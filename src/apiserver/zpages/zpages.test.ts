import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import type { ApiRequest, ApiResponse } from '#api/request.ts';
import { flagPage, type Profiler, ProfilerBusy, profilePage } from './debug.ts';
import { flagz } from './flagz.ts';
import { encodeCpuProfile, encodeHeapProfile } from './pprof.ts';
import { statusz } from './statusz.ts';

function request(method: ApiRequest['method'], url: string, accept?: string, body?: string): ApiRequest {
  const { pathname, searchParams } = new URL(url, 'http://server');
  return {
    method,
    path: pathname,
    query: searchParams,
    headers: accept === undefined ? {} : { accept },
    peer: { address: '' },
    signal: new AbortController().signal,
    ...(body === undefined
      ? {}
      : { body: { type: 'bytes', bytes: new TextEncoder().encode(body), contentType: 'text/plain' } }),
  };
}

function said(response: ApiResponse | undefined): { status: number; type: string; text: string; headers: unknown } {
  assert(response?.type === 'bytes' && response.body instanceof Uint8Array);
  const { status, contentType: type, body, headers } = response;
  return { status, type, text: new TextDecoder().decode(body), headers: headers ?? {} };
}

const facts = {
  startedMs: Date.UTC(2026, 10, 1, 5, 6, 7),
  nowMs: Date.UTC(2026, 10, 1, 8, 6, 10),
  paths: ['/api', '/apis/apps/v1', '/healthz/ping', '/metrics', '/metrics/slis', '/statusz'],
};
const json = (version: string, kind: string) => `application/json;v=${version};g=config.k8s.io;as=${kind}`;

test('what a client accepts decides on the form of /statusz, as upstream answered', () => {
  const of = (accept: string | undefined) => said(statusz(request('GET', '/statusz', accept), facts));
  const refused = (accept: string) => {
    try {
      of(accept);
    } catch (error) {
      if (isStatusError(error)) return `${error.code} ${error.message}`;
    }
    return undefined;
  };
  const text = of(undefined);
  assert.equal(text.type, 'text/plain; charset=utf-8');
  assert.match(text.text, /^\napiserver statusz\nWarning: /);
  assert.match(text.text, /\nStarted: Sun Nov {2}1 05:06:07 UTC 2026\nUp: 3 hr 00 min 03 sec\n/);
  assert.match(text.text, /\nPaths: \/healthz \/metrics \/statusz\n$/);
  for (const accept of ['*/*', 'text/plain', 'text/html, text/plain;q=0.5']) assert.equal(of(accept).text, text.text);
  const object = of(json('v1beta1', 'Statusz'));
  assert.equal(object.type, 'application/json;g=config.k8s.io;v=v1beta1;as=Statusz');
  assert.deepEqual(JSON.parse(object.text), {
    kind: 'Statusz',
    apiVersion: 'config.k8s.io/v1beta1',
    metadata: { name: 'apiserver' },
    startTime: '2026-11-01T05:06:07Z',
    uptimeSeconds: 10_803,
    goVersion: 'go1.26.0',
    binaryVersion: '1.36.3',
    emulationVersion: '1.36',
    paths: ['/healthz', '/metrics', '/statusz'],
  });
  assert.deepEqual(object.headers, {});
  assert.deepEqual(of(json('v1alpha1', 'Statusz')).headers, {
    warning: '299 - "This version of the statusz endpoint is deprecated. Please use a newer version."',
  });
  assert.match(
    of('application/yaml;v=v1beta1;g=config.k8s.io;as=Statusz').text,
    /^apiVersion: config.k8s.io\/v1beta1\n/,
  );
  const unknown = 'constructor;v=v1beta1;g=config.k8s.io;as=Statusz';
  const words = '406 only the following media types are accepted: application/json, application/yaml, text/plain';
  for (const accept of ['application/json', 'text/html', json('v1', 'Statusz'), json('v1beta1', 'Flagz'), unknown]) {
    assert.equal(refused(accept), words, accept);
  }
});

test('/flagz has the flags by name', () => {
  const flags = { v: '0', 'authorization-mode': '[Node,RBAC]' };
  const text = said(flagz(request('GET', '/flagz'), flags)).text;
  assert.match(text, /purposes only\.\nauthorization-mode: \[Node,RBAC\]\nv: 0\n$/);
  const object: unknown = JSON.parse(said(flagz(request('GET', '/flagz', json('v1beta1', 'Flagz')), flags)).text);
  assert.deepEqual(object, {
    kind: 'Flagz',
    apiVersion: 'config.k8s.io/v1beta1',
    metadata: { name: 'apiserver' },
    flags: { 'authorization-mode': '[Node,RBAC]', v: '0' },
  });
});

test('/debug/flags/v sets the verbosity', () => {
  const set: number[] = [];
  const verbosity = { set: (level: number) => void set.push(level) };
  const put = (body: string) => said(flagPage(request('PUT', '/debug/flags/v', undefined, body), verbosity));
  assert.deepEqual([put('4').status, put('4').text], [200, 'successfully set klog.logging.verbosity to 4\n']);
  assert.deepEqual([put('x').status, put('x').text], [400, 'strconv.ParseUint: parsing "x": invalid syntax\n']);
  assert.deepEqual(set, [4, 4]);
  const get = said(flagPage(request('GET', '/debug/flags/v'), verbosity));
  assert.deepEqual([get.status, get.text], [406, 'unsupported http method\n']);
  assert.match(said(flagPage(request('GET', '/debug/flags'), verbosity)).text, /<li>v<\/li>/);
  assert.equal(flagPage(request('GET', '/debug/flagsome'), verbosity), undefined);
});

const frame = (functionName: string, lineNumber: number) => ({
  functionName,
  url: 'file:///src/a.ts',
  lineNumber,
  columnNumber: 0,
});

/** Fields of a message: number, then the value or the bytes. */
function fieldsOf(bytes: Uint8Array): (readonly [number, number | Uint8Array])[] {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  const fields: (readonly [number, number | Uint8Array])[] = [];
  while (at < bytes.length) {
    const tag = varint();
    if ((tag & 7) === 0) {
      fields.push([tag >> 3, varint()]);
      continue;
    }
    const length = varint();
    fields.push([tag >> 3, bytes.subarray(at, at + length)]);
    at += length;
  }
  return fields;
}

/** Samples as text: values, then functions from the innermost on. */
function samplesOf(profile: Uint8Array): readonly string[] {
  const fields = fieldsOf(profile);
  const all = (number: number) =>
    fields.flatMap(([field, value]) => (field === number && value instanceof Uint8Array ? [value] : []));
  const numbers = (bytes: Uint8Array, number: number) =>
    fieldsOf(bytes).flatMap(([field, value]) => (field === number && typeof value === 'number' ? [value] : []));
  const strings = all(6).map((bytes) => new TextDecoder().decode(bytes));
  const functions = new Map(all(5).map((bytes) => [numbers(bytes, 1)[0], strings[numbers(bytes, 2)[0] ?? 0]]));
  const locations = new Map(
    all(4).map((bytes) => {
      const line = fieldsOf(bytes).find(([field]) => field === 4)?.[1];
      assert(line instanceof Uint8Array);
      return [numbers(bytes, 1)[0], `${functions.get(numbers(line, 1)[0])}:${numbers(line, 2)[0]}`];
    }),
  );
  const types = all(1).map((bytes) => `${strings[numbers(bytes, 1)[0] ?? 0]}/${strings[numbers(bytes, 2)[0] ?? 0]}`);
  assert.equal(strings[0], '');
  return [
    types.join(' '),
    ...all(2).map(
      (bytes) =>
        `${numbers(bytes, 2).join(' ')}: ${numbers(bytes, 1)
          .map((id) => locations.get(id))
          .join(' < ')}`,
    ),
  ];
}

test('a CPU profile has time by stack, without idleness', () => {
  const profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)', -1), children: [2, 4] },
      { id: 2, callFrame: frame('serve', 9), children: [3] },
      { id: 3, callFrame: frame('', 19) },
      { id: 4, callFrame: frame('(idle)', -1) },
    ],
    startTime: 0,
    endTime: 5000,
    samples: [3, 3, 4, 2],
    timeDeltas: [0, 1000, 1200, 900],
  };
  assert.deepEqual(samplesOf(encodeCpuProfile(profile, { startedMs: 1, durationMs: 5 })), [
    'samples/count cpu/nanoseconds',
    '2 2200000: (anonymous):20 < serve:10',
    '1 1000000: serve:10',
  ]);
});

test('a heap profile has bytes by stack', () => {
  const profile = {
    head: {
      id: 1,
      callFrame: frame('(root)', -1),
      children: [
        { id: 2, callFrame: frame('outer', 0), children: [{ id: 3, callFrame: frame('inner', 4), children: [] }] },
      ],
    },
    samples: [
      { size: 100, nodeId: 3 },
      { size: 50, nodeId: 3 },
      { size: 7, nodeId: 2 },
    ],
  };
  assert.deepEqual(samplesOf(encodeHeapProfile(profile, 'inuse', { startedMs: 1, durationMs: 5 })), [
    'inuse_objects/count inuse_space/bytes',
    '2 150: inner:5 < outer:1',
    '1 7: outer:1',
  ]);
});

test('/debug/pprof: its seconds, its names, one at a time', async () => {
  const asked: string[] = [];
  const profiler: Profiler = {
    cpu: (ms) => {
      asked.push(`cpu ${ms}`);
      return Promise.reject(new ProfilerBusy('cpu profiling already in use'));
    },
    heap: (ms, which) => {
      asked.push(`${which} ${ms}`);
      return Promise.resolve({ head: { id: 1, callFrame: frame('(root)', -1), children: [] }, samples: [] });
    },
    trace: (ms) => {
      asked.push(`trace ${ms}`);
      return Promise.resolve([{ name: 'V8.GC' }]);
    },
    loopDelay: (ms) => {
      asked.push(`block ${ms}`);
      return Promise.resolve({ count: 3, mean: 0.5, max: 2, percentiles: [[99, 1.5]] });
    },
    waitsFor: () => ['Timeout', 'TCPSocketWrap', 'TCPSocketWrap'],
    gzip: (bytes) => bytes,
  };
  const clock = { now: () => 0, monotonic: () => 0, after: () => ({ cancel() {} }) };
  const get = async (url: string) => said(await profilePage(request('GET', url), profiler, clock));
  assert.equal((await get('/debug/pprof')).status, 302);
  assert.match((await get('/debug/pprof/')).text, /<a href='heap'>/);
  const busy = await get('/debug/pprof/profile');
  assert.deepEqual([busy.status, busy.text], [500, 'Could not enable profiling: cpu profiling already in use\n']);
  await get('/debug/pprof/heap?seconds=2');
  await get('/debug/pprof/allocs?seconds=99999');
  await get('/debug/pprof/allocs?seconds=-1');
  assert.deepEqual(asked.splice(0), ['cpu 30000', 'inuse 2000', 'alloc 600000', 'alloc 5000']);
  assert.deepEqual(
    (await get('/debug/pprof/goroutine')).text,
    'goroutine profile: total 3\n2 @ TCPSocketWrap\n1 @ Timeout\n',
  );
  assert.equal((await get('/debug/pprof/trace')).text, '{"traceEvents":[{"name":"V8.GC"}]}');
  assert.equal(
    (await get('/debug/pprof/block?seconds=3')).text,
    '--- contention:\nevent loop delays: 3\nmean 0.500 ms\np99 1.500 ms\nmax 2.000 ms\n',
  );
  assert.deepEqual(asked.splice(0), ['trace 1000', 'block 3000']);
  // Nothing here has locks that others wait for, and there is no list of threads.
  for (const name of ['mutex', 'threadcreate', 'cmdline']) {
    const answer = await get(`/debug/pprof/${name}`);
    assert.deepEqual([answer.status, answer.text], [404, 'Unknown profile\n']);
  }
  assert.equal(await profilePage(request('GET', '/debug/pprofs'), profiler, clock), undefined);
});
