/**
 * What bodies that grow when they are read do to the server's memory: at most `factor` times the bytes that are on their way, beyond what
 * it has at rest, and it serves as before when they are over.
 */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bodyBound } from '#platform/node/http-request.ts';

/** Of the body limit, for each request under way: the events of YAML cost most, and garbage is taken away late. */
const factor = 100;
const concurrency = 2;

let server: ChildProcess;
let port = 0;

before(async () => {
  server = spawn(process.execPath, [new URL('bombed-server.ts', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(server.stdout ?? assert.fail(), 'data')) as [Buffer];
  port = Number(line.toString());
});
after(async () => {
  server.stdin?.end();
  await once(server, 'exit');
});

/** Bytes; the peak since the process began. */
function peak(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

const fill = (unit: string, head: string, tail: string): string =>
  head + unit.repeat(Math.floor((bodyBound - head.length - tail.length) / unit.length)) + tail;
const members = (): string => {
  let text = '{"metadata":{"name":"m"},"data":{';
  for (let i = 0; text.length < bodyBound - 32; i++) text += `"${i.toString(36)}":"",`;
  return `${text.slice(0, -1)}}}`;
};
const anchors = (): string =>
  `metadata: {name: m}\nx: &a "${'x'.repeat(1_000_000)}"\ndata:\n${Array.from({ length: 100_000 }, (_, i) => `  b${i}: *a\n`).join('')}`;
const laughs = (): string => {
  let text = 'a0: &a0 [x,x,x,x,x,x,x,x,x]\n';
  for (let i = 1; i < 12; i++)
    text += `a${i}: &a${i} [${Array(9)
      .fill(`*a${i - 1}`)
      .join(',')}]\n`;
  return text;
};

const json = 'application/json';
const yaml = 'application/yaml';
const bombs: Readonly<Record<string, readonly [method: string, path: string, type: string, body: string | Buffer]>> = {
  'lists of nothing': ['POST', 'configmaps', json, fill('[],', '{"x":[', '0]}')],
  'members of nothing': ['POST', 'configmaps', json, members()],
  'depth without end': ['POST', 'configmaps', json, fill('[', '', '')],
  'texts of escapes': ['POST', 'configmaps', json, fill('\\u0041', '{"metadata":{"name":"m"},"data":{"a":"', '"}}')],
  'a billion laughs': ['POST', 'configmaps', yaml, laughs()],
  'aliases of a long text': ['POST', 'configmaps', yaml, anchors()],
  'repeated keys': ['POST', 'configmaps', yaml, fill('a: x\n', '', '')],
  'compressed nothing': ['POST', 'configmaps', json, gzipSync(Buffer.alloc(1 << 30))],
  'copies of a copy': [
    'PATCH',
    'configmaps/one?dryRun=All',
    'application/json-patch+json',
    JSON.stringify(Array.from({ length: 60 }, () => ({ op: 'copy', from: '/data', path: '/data/x' }))),
  ],
  'copies of a text': [
    'PATCH',
    'configmaps/one?dryRun=All',
    'application/json-patch+json',
    JSON.stringify(Array.from({ length: 9999 }, (_, i) => ({ op: 'copy', from: '/data/a', path: `/data/b${i}` }))),
  ],
  'repeated messages': [
    'POST',
    'configmaps',
    'application/vnd.kubernetes.protobuf',
    Buffer.concat([
      Buffer.from('k8s\0\n\u000f\n\u0002v1\u0012\u0009ConfigMap\u0012\u0080\u0080\u0080\u0001', 'latin1'),
      Buffer.alloc(2 * 1024 * 1024, Buffer.from([0x12, 0x00])),
    ]),
  ],
};

async function send(method: string, path: string, type: string, body: string | Buffer): Promise<number> {
  const url = `http://127.0.0.1:${port}/api/v1/namespaces/bombed/${path}`;
  const response = await fetch(url, { method, body, headers: { 'content-type': type } });
  await response.arrayBuffer();
  return response.status;
}

test(`bodies that grow take at most ${factor} times themselves`, async () => {
  const one = JSON.stringify({ metadata: { name: 'one' }, data: { a: 'x'.repeat(900_000) } });
  assert.equal(await send('POST', 'configmaps', json, one), 201);
  // An ordinary list and object first: code that is compiled once is not the bombs'.
  const rest = peak();
  for (const [name, [method, path, type, body]] of Object.entries(bombs)) {
    const all = Array.from({ length: concurrency }, () => send(method, path, type, body));
    for (const status of await Promise.all(all)) assert.ok(status < 500, `${name}: ${status}`);
    const grown = (peak() - rest) / (bodyBound * concurrency);
    assert.ok(grown < factor, `${name}: ${grown.toFixed(1)} times the body limit for each of ${concurrency} requests`);
  }
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/namespaces/bombed/configmaps/one`);
  assert.equal(response.status, 200);
  await response.arrayBuffer();
  if (process.env.KUBETS_MEMORY_FIGURES)
    process.stdout.write(
      `${((peak() - rest) / (bodyBound * concurrency)).toFixed(1)} times, at rest ${rest >> 20} MiB\n`,
    );
});
