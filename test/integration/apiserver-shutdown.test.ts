/** An API server that ends in order, with writers and watchers on real connections; and its audit log in a real file. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { Audit } from '#apiserver/audit/audit.ts';
import { compileAuditPolicy, parseAuditPolicy } from '#apiserver/audit/policy.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import type { Logger } from '#base/env.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createAuditLog } from '#platform/node/audit-log.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { startHttpServer } from '#platform/node/http-server.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const env = { ...createNodeEnv({ component: 'test' }), log: silent };
const schemas = new SchemaRegistry(builtinTables);
const configMaps = '/api/v1/namespaces/default/configmaps';

async function start(directory: string, audit?: Audit) {
  const store = await openSqliteStore(env, { directory });
  const server = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    authenticate: () => ({ username: 'tester', groups: [] }),
    authorize: () => ({ decision: 'allow', reason: '' }),
    ...(audit ? { audit } : {}),
  });
  await server.ready();
  const http = await startHttpServer({ handler: server.wire, log: silent, host: '127.0.0.1', port: 0 });
  return { store, server, http, base: `http://127.0.0.1:${http.port}` };
}

const post = (url: string, object: object): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(object) });

test('nothing acknowledged is lost: /readyz fails first, watches end spread out, requests under way are answered', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-shutdown-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const { store, server, http, base } = await start(directory);
  await post(`${base}/api/v1/namespaces`, { metadata: { name: 'default' } });

  const ends: number[] = [];
  const watches = Array.from({ length: 20 }, async () => {
    const response = await fetch(`${base}${configMaps}?watch=true`);
    for await (const _ of response.body ?? []);
    ends.push(performance.now());
  });
  const acknowledged: string[] = [];
  let broken = 0;
  let writing = true;
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; writing; n++) {
      const name = `w${writer}-${n}`;
      try {
        const response = await post(base + configMaps, { metadata: { name } });
        await response.text();
        if (response.status === 201) acknowledged.push(name);
        else assert.equal(response.status, 503);
      } catch {
        // Refused, or closed before it was sent.
        broken++;
      }
      if (broken > 100) break;
    }
  });
  await new Promise((resolve) => setTimeout(resolve, 300));

  assert.equal((await fetch(`${base}/readyz`)).status, 200);
  server.beginShutdown();
  const probe = await fetch(`${base}/readyz`);
  assert.equal(probe.status, 500);
  assert.match(await probe.text(), /\[-\]shutdown failed: reason withheld/);
  assert.equal((await fetch(`${base}/livez`)).status, 200);
  const before = acknowledged.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert(acknowledged.length > before, 'a server that begins to end still serves');

  http.stopListening();
  await server.close(500);
  await http.close(1_000);
  writing = false;
  await Promise.all([...watches, ...writers]);
  await store.close();
  assert.equal(ends.length, 20);
  assert((ends.at(-1) ?? 0) - (ends[0] ?? 0) > 200, 'watches end one after another');

  const again = await start(directory);
  const list = (await (await fetch(again.base + configMaps)).json()) as { items: { metadata: { name: string } }[] };
  const stored = new Set(list.items.map(({ metadata }) => metadata.name));
  assert.deepEqual(
    acknowledged.filter((name) => !stored.has(name)),
    [],
  );
  await again.server.close();
  await again.http.close();
  await again.store.close();
});

test('the audit log has the requests, is bounded in size, and never a secret at Metadata', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'kubets-audit-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'audit.log');
  const policy = parseAuditPolicy(`
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: Metadata, resources: [{group: "", resources: [secrets]}]}
- {level: RequestResponse, resources: [{group: "", resources: [configmaps]}]}
`);
  const sink = createAuditLog(env, { path, maxSizeMegabytes: 1, maxBackups: 2, maxAgeDays: 0 });
  const audit = new Audit({ env, policy: compileAuditPolicy(policy), sinks: [sink] });
  const { store, server, http, base } = await start(join(directory, 'store'), audit);
  await post(`${base}/api/v1/namespaces`, { metadata: { name: 'default' } });
  const secret = { metadata: { name: 's' }, stringData: { password: 'hunter2-hunter2' } };
  const response = await post(`${base}/api/v1/namespaces/default/secrets`, secret);
  assert.match(response.headers.get('audit-id') ?? '', /^[0-9a-f-]{36}$/);
  await response.text();
  for (let n = 0; n < 40; n++) {
    await (await post(base + configMaps, { metadata: { name: `c${n}` }, data: { text: 'x'.repeat(50_000) } })).text();
  }
  await http.close();
  await server.close();
  await store.close();

  const files = readdirSync(directory).filter((name) => name.startsWith('audit'));
  assert.equal(files.length, 3, `the newest and two old ones: ${files.join(', ')}`);
  const text = files.map((name) => readFileSync(join(directory, name), 'utf8')).join('');
  assert(!text.includes('hunter2'));
  const events = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { stage: string; requestObject?: { data: object }; responseStatus: object });
  assert(events.every(({ stage }) => stage === 'ResponseComplete'));
  const last = events.at(-1);
  assert.deepEqual(last?.requestObject?.data, { text: 'x'.repeat(50_000) });
  assert.deepEqual(last?.responseStatus, { metadata: {}, code: 201 });
});
