/** The API server behind real sockets: HTTP/1.1 and HTTP/2 over TLS, with a memory store and the built-in kinds. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { Logger } from '#base/env.ts';
import { certificateFile, ensurePki, keyFile } from '#cluster/pki/authority.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { type HttpServer, startHttpServer } from '#platform/node/http-server.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { Store } from '#store/store.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const env = { ...createNodeEnv({ component: 'test' }), log: silent };
const schemas = new SchemaRegistry(builtinTables);

let store: Store;
let server: ApiServer;
let http: HttpServer;
let https: HttpServer;
let base: string;
let pki: string;

before(async () => {
  store = createMemoryStore(env);
  server = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    services: { serviceCidrs: ['10.96.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } },
    authenticate: ({ peer, headers }) =>
      peer.certificate
        ? { username: peer.certificate.commonName, groups: peer.certificate.organizations }
        : headers.authorization
          ? undefined
          : { username: 'tester', groups: [] },
    authorize: ({ user, resource }) =>
      resource === 'secrets' && user.username !== 'root'
        ? { decision: 'no-opinion', reason: '' }
        : { decision: 'allow', reason: '' },
  });
  await server.ready();
  pki = mkdtempSync(join(tmpdir(), 'kubets-http-'));
  const certificate = { authority: 'ca', organizations: [], dnsNames: [], addresses: [] } as const;
  await ensurePki(
    pki,
    [
      { ...certificate, name: 'server', commonName: 'server', use: 'server', addresses: ['127.0.0.1'] },
      { ...certificate, name: 'root', commonName: 'root', use: 'client', organizations: ['admins'] },
    ],
    Date.now(),
  );
  const listen = { handler: server.wire, log: silent, host: '127.0.0.1', port: 0 };
  http = await startHttpServer(listen);
  https = await startHttpServer({
    ...listen,
    tls: {
      certificate: readFileSync(certificateFile(pki, 'server'), 'utf8'),
      key: readFileSync(keyFile(pki, 'server'), 'utf8'),
      clientCa: readFileSync(certificateFile(pki, 'ca'), 'utf8'),
    },
  });
  base = `http://127.0.0.1:${http.port}`;
  await ask('POST', '/api/v1/namespaces', { metadata: { name: 'default' } });
});

after(async () => {
  await server.close();
  await Promise.all([http.close(), https.close()]);
  await store.close();
  rmSync(pki, { recursive: true });
});

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers }> {
  const response = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  return {
    status: response.status,
    body: (json && text !== '' ? JSON.parse(text) : { text }) as Record<string, unknown>,
    headers: response.headers,
  };
}

const configMaps = '/api/v1/namespaces/default/configmaps';
const messageOf = ({ body }: { readonly body: Record<string, unknown> }): unknown => body.message;
const metadataOf = (body: unknown): Record<string, unknown> =>
  (body as { readonly metadata: Record<string, unknown> }).metadata;

test('an object lives: create, read, conflict, patch, delete', async () => {
  const created = await ask('POST', configMaps, { metadata: { name: 'one' }, data: { a: '1' } });
  assert.equal(created.status, 201);
  assert.equal((await ask('POST', configMaps, { metadata: { name: 'one' } })).status, 409);
  const read = await ask('GET', `${configMaps}/one`);
  assert.deepEqual(read.body, created.body);
  const stale = { ...read.body, metadata: { ...metadataOf(read.body), resourceVersion: '1' } };
  assert.match(String(messageOf(await ask('PUT', `${configMaps}/one`, stale))), /the object has been modified/);
  const merge = { 'content-type': 'application/merge-patch+json' };
  const patched = await ask('PATCH', `${configMaps}/one`, { data: { b: '2' } }, merge);
  assert.deepEqual(patched.body.data, { a: '1', b: '2' });
  const again = await ask('PATCH', `${configMaps}/one`, { data: { b: '2' } }, merge);
  assert.equal(metadataOf(again.body).resourceVersion, metadataOf(patched.body).resourceVersion, 'no change, no write');
  assert.equal((await ask('DELETE', `${configMaps}/one`)).body.status, 'Success');
  assert.equal((await ask('GET', `${configMaps}/one`)).status, 404);
});

test('watches end with their time, with and without events', async () => {
  await ask('POST', configMaps, { metadata: { name: 'watched' } });
  const texts = await Promise.all(
    ['', '&labelSelector=none', '&resourceVersion=1'].map(async (query) => {
      const response = await fetch(`${base}${configMaps}?watch=1&timeoutSeconds=1${query}`);
      return response.text();
    }),
  );
  assert.match(texts[0] ?? '', /"watched"/);
  assert.equal(texts[1], '');
  assert.match(texts[2] ?? '', /"watched"/);
});

test('fieldValidation refuses, warns or ignores', async () => {
  const body = { metadata: { name: 'odd' }, date: {} };
  const strict = await ask('POST', `${configMaps}?fieldValidation=Strict`, body);
  assert.equal(
    messageOf(strict),
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "date"',
  );
  const warned = await ask('POST', `${configMaps}?fieldValidation=Warn&dryRun=All`, body);
  assert.deepEqual([warned.status, warned.headers.get('warning')], [201, '299 - "unknown field \\"date\\""']);
  assert.equal((await ask('GET', `${configMaps}/odd`)).status, 404, 'a dry run stores nothing');
});

test('a list in pages shows one state, whatever is written meanwhile', async () => {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
  for (let count = 0; count < 7; count++) await ask('POST', leases, { metadata: { name: `l${count}` } });
  const names: unknown[] = [];
  let token = '';
  do {
    const page = await ask('GET', `${leases}?limit=3${token ? `&continue=${token}` : ''}`);
    names.push(...(page.body.items as unknown[]).map((item) => metadataOf(item).name));
    token = String(metadataOf(page.body).continue ?? '');
    await ask('DELETE', `${leases}/l6`);
    await ask('POST', leases, { metadata: { name: `l2x${names.length}` } });
  } while (token !== '');
  assert.deepEqual(names, ['l0', 'l1', 'l2', 'l3', 'l4', 'l5', 'l6']);
});

test('a watch with initial events ends them with a bookmark and goes on with changes', async () => {
  const secretsFree = '/api/v1/namespaces/default/serviceaccounts';
  await ask('POST', secretsFree, { metadata: { name: 'here' } });
  const stop = new AbortController();
  const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const response = await fetch(`${base}${secretsFree}?${query}`, { signal: stop.signal });
  const events = eventsOf(response);
  assert.equal(await events(), 'ADDED here');
  assert.match(await events(), /^BOOKMARK undefined .*initial-events-end/);
  await ask('POST', secretsFree, { metadata: { name: 'later' } });
  assert.equal(await events(), 'ADDED later');
  await ask('DELETE', `${secretsFree}/here`);
  assert.equal(await events(), 'DELETED here');
  stop.abort();
});

function eventsOf(response: Response): () => Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  return async () => {
    while (!rest.includes('\n')) {
      const { value, done } = (await reader?.read()) ?? { value: undefined, done: true };
      if (done) return 'end';
      rest += value;
    }
    const line = rest.slice(0, rest.indexOf('\n'));
    rest = rest.slice(line.length + 1);
    const { type, object } = JSON.parse(line) as { type: string; object: { metadata: Record<string, unknown> } };
    const { name, annotations } = object.metadata;
    return annotations ? `${type} ${name} ${JSON.stringify(annotations)}` : `${type} ${name}`;
  };
}

test('watches on shared connections, of which some do not read for a while, get every change once and in order', async () => {
  const changes = 200;
  const url = `https://127.0.0.1:${https.port}`;
  const path = '/api/v1/namespaces/default/endpoints';
  const sessions = [0, 1].map(() =>
    connect(url, { rejectUnauthorized: false, settings: { initialWindowSize: 100_000 } }),
  );
  const watches = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const session = sessions[index % 2] as ClientHttp2Session;
      const stream = session.request({ ':path': `${path}?watch=true&resourceVersion=${await store.revision()}` });
      let text = '';
      const versions: number[] = [];
      stream.on('data', (chunk: Buffer) => {
        const lines = (text + chunk.toString()).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) {
          const { object } = JSON.parse(line) as { readonly object: unknown };
          versions.push(Number(metadataOf(object).resourceVersion));
        }
      });
      await new Promise((resolve) => stream.once('response', resolve));
      if (index % 4 < 2) stream.pause();
      return { stream, versions };
    }),
  );
  const annotations = { filler: 'x'.repeat(5000) };
  const written = await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      const versions: number[] = [];
      for (let index = writer; index < changes; index += 8) {
        const { body } = await ask('POST', path, { metadata: { name: `e${index}`, annotations } });
        versions.push(Number(metadataOf(body).resourceVersion));
      }
      return versions;
    }),
  );
  const expected = written.flat().sort((a, b) => a - b);
  const idle = watches.filter(({ stream }) => stream.isPaused());
  assert.ok(idle.length > 5 && idle.every(({ versions }) => versions.length < changes));
  for (const { stream } of idle) stream.resume();
  for (const { stream, versions } of watches) {
    while (versions.length < changes) await new Promise((resolve) => stream.once('data', resolve));
    assert.deepEqual(versions, expected);
  }
  for (const session of sessions) session.destroy();
});

test('a watch from a version that is gone answers an ERROR event', async () => {
  await store.compact(await store.revision());
  const response = await fetch(`${base}/api/v1/nodes?watch=true&resourceVersion=1`);
  const event = JSON.parse((await response.text()).trim()) as {
    type: string;
    object: { code: number; reason: string };
  };
  assert.deepEqual([event.type, event.object.code, event.object.reason], ['ERROR', 410, 'Expired']);
});

test('representations: Table, metadata only, YAML, none', async () => {
  await ask('POST', configMaps, { metadata: { name: 'shown' }, data: { a: '1' } });
  const as = (kind: string) => ({ accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` });
  const table = await ask('GET', `${configMaps}/shown`, undefined, as('Table'));
  const [row] = table.body.rows as { readonly cells: unknown[] }[];
  assert.deepEqual([table.body.kind, row?.cells.slice(0, 2)], ['Table', ['shown', 1]]);
  const unknown = await ask('GET', `${configMaps}?includeObject=some`, undefined, as('Table'));
  assert.deepEqual(
    [unknown.status, unknown.body.message],
    [
      400,
      `Unable to convert to Table as requested: includeObject: Invalid value: "some": must be 'Metadata', 'Object', 'None', or empty`,
    ],
  );
  const partial = await ask('GET', configMaps, undefined, as('PartialObjectMetadataList'));
  assert.equal(partial.body.kind, 'PartialObjectMetadataList');
  const yaml = await ask('GET', `${configMaps}/shown`, undefined, { accept: 'application/yaml' });
  assert.match(String(yaml.body.text), /^apiVersion: v1\ndata:\n {2}a: "1"\nkind: ConfigMap\n/);
  assert.equal((await ask('GET', configMaps, undefined, { accept: 'text/html' })).status, 406);
  assert.equal((await ask('POST', configMaps, '{}', { 'content-type': 'text/html' })).status, 415);
});

test('large answers are gzipped for those who take it, large bodies refused', async () => {
  const data = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, 'x'.repeat(1000)]));
  await ask('POST', configMaps, { metadata: { name: 'big' }, data });
  const plain = await fetch(`${base}${configMaps}/big`, { headers: { 'accept-encoding': 'identity' } });
  const gzipped = await fetch(`${base}${configMaps}/big`, { headers: { 'accept-encoding': 'gzip' } });
  assert.deepEqual([plain.headers.get('content-encoding'), gzipped.headers.get('content-encoding')], [null, 'gzip']);
  assert.deepEqual(await gzipped.json(), await plain.json());
  const tooLarge = await ask('POST', configMaps, { metadata: { name: 'huge' }, data: { a: 'x'.repeat(3_200_000) } });
  assert.deepEqual([tooLarge.status, messageOf(tooLarge)], [413, 'Request entity is too large: limit is 3145728']);
});

test('who may not is told so, and who is unknown too', async () => {
  const forbidden = await ask('GET', '/api/v1/namespaces/default/secrets');
  assert.deepEqual(
    [forbidden.status, messageOf(forbidden)],
    [
      403,
      'secrets is forbidden: User "tester" cannot list resource "secrets" in API group "" in the namespace "default"',
    ],
  );
  assert.equal((await ask('GET', configMaps, undefined, { authorization: 'Bearer wrong' })).status, 401);
});

test('no path crosses its prefix', async () => {
  assert.equal((await ask('GET', '/api/v1/namespaces/default%2Fx/configmaps')).status, 404);
  assert.equal((await ask('GET', '/api/v1/namespaces/default/nodes')).status, 404, 'cluster-scoped below a namespace');
});

test('HTTP/2 over TLS: a client certificate is an identity, streams share a connection', async () => {
  const session = connect(`https://127.0.0.1:${https.port}`, {
    ca: readFileSync(certificateFile(pki, 'ca')),
    cert: readFileSync(certificateFile(pki, 'root')),
    key: readFileSync(keyFile(pki, 'root')),
  });
  const paths = ['/api/v1/namespaces/default/secrets', configMaps, '/readyz', '/api/v1/namespaces/default/nope'];
  const statuses = await Promise.all(paths.map((path) => statusOver(session, path)));
  assert.deepEqual(statuses, [200, 200, 200, 404]);
  await new Promise<void>((resolve) => session.close(resolve));
});

function statusOver(session: ClientHttp2Session, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path });
    let status = 0;
    stream.on('response', (headers) => {
      status = headers[':status'] ?? 0;
    });
    stream.on('error', reject);
    stream.on('end', () => resolve(status));
    stream.resume();
  });
}
