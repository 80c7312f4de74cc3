/**
 * Our metrics against those of upstream, recorded by tools/record-golden/metrics.ts: what both have has the same type, labels and buckets, and
 * the same requests make the same series. What has upstream's prefixes and is not of upstream is a mistake.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { WireResponse } from '#api/wire.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createSimEnv, type SimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import { factsOf, type MetricFacts, type MetricsRequest, metricsNamespace, requests, seriesOf } from './requests.ts';

interface Golden {
  readonly series: readonly string[];
  readonly facts: Readonly<Record<string, MetricFacts>>;
}

const golden = JSON.parse(readFileSync(new URL('./metrics.json', import.meta.url), 'utf8')) as Golden;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

let env: SimEnv;
let server: ApiServer;
let text = '';

before(async () => {
  env = createSimEnv();
  const store = createMemoryStore(env);
  const schemas = new SchemaRegistry(builtinTables);
  server = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    authenticate: () => ({ username: 'tester', groups: [] }),
    authorize: () => allowed,
    impersonate: (_, caller) => Promise.resolve(caller),
    fairness: {
      objects: createLiveObjects(() => server.registry, store),
      maxRequestsInFlight: 400,
      maxMutatingRequestsInFlight: 200,
    },
  });
  await server.ready();
  await ask({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: metricsNamespace } } });
  for (const request of requests) await ask(request);
  text = await ask({ method: 'GET', path: '/metrics' });
});

after(() => server.close());

/** The whole answer, whose time passes while it is read. */
async function ask({ method, path, body, contentType = 'application/json' }: MetricsRequest): Promise<string> {
  const url = new URL(path, 'http://server');
  const client = new AbortController();
  const response = await server.wire({
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: { 'content-type': contentType },
    peer: { address: '' },
    signal: client.signal,
    ...(body === undefined
      ? {}
      : { body: { type: 'bytes', bytes: encoder.encode(JSON.stringify(body)), contentType } }),
  });
  const read = textOf(response);
  if (response.type === 'stream') await env.clock.advance(2000);
  const answer = await read;
  client.abort();
  return answer;
}

async function textOf(response: WireResponse): Promise<string> {
  if (response.type === 'full') return decoder.decode(response.body);
  assert(response.type === 'stream');
  let whole = '';
  for await (const chunk of response.chunks) whole += decoder.decode(chunk);
  return whole;
}

/** Upstream shows these when there was something to count. */
const unseen: ReadonlySet<string> = new Set(['apiserver_flowcontrol_request_dispatch_no_accommodation_total']);

test('a watch is open until its end', async () => {
  const client = new AbortController();
  const path = `/api/v1/namespaces/${metricsNamespace}/podtemplates`;
  const response = await server.wire({
    method: 'GET',
    path,
    query: new URLSearchParams('watch=1&fieldSelector=metadata.name=a'),
    headers: {},
    peer: { address: '' },
    signal: client.signal,
  });
  const open = async () => {
    const lines = (await ask({ method: 'GET', path: '/metrics' })).split('\n');
    return lines.find(
      (line) => line.startsWith('apiserver_longrunning_requests') && line.includes('"podtemplates",scope="resource"'),
    );
  };
  const labels =
    'component="apiserver",group="",resource="podtemplates",scope="resource",subresource="",verb="WATCH",version="v1"';
  assert.equal(await open(), `apiserver_longrunning_requests{${labels}} 1`);
  client.abort();
  assert.equal(await textOf(response), '');
  assert.equal(await open(), `apiserver_longrunning_requests{${labels}} 0`);
});

test('the same requests make the same series', () => {
  assert.deepEqual(seriesOf(text), golden.series);
});

test("what is named as upstream's has its type, labels and buckets", () => {
  const ours = factsOf(text);
  for (const [name, facts] of Object.entries(ours)) {
    if (!unseen.has(name)) assert.deepEqual(facts, golden.facts[name], name);
  }
  assert.ok(Object.keys(ours).length > 40);
});
