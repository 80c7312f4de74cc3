/**
 * Our metrics against those of upstream, recorded by tools/record-golden/metrics.ts: what both have has the same type, labels and buckets, and
 * the same requests make the same series. What has upstream's prefixes and is not of upstream is a mistake.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { defaultAdmissionPlugins } from '#admission/plugins.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import type { WireResponse } from '#api/wire.ts';
import { AdmissionMetrics } from '#apiserver/admission-metrics.ts';
import { createAuthenticator } from '#apiserver/authentication/chain.ts';
import { certificateExpiration, TokenCacheMetrics } from '#apiserver/authentication/metrics.ts';
import { remembered } from '#apiserver/authentication/tokens.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { MeasuredStore } from '#apiserver/measured-store.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import type { WebhookClient } from '#apiserver/webhook/webhook-client.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { createLiveObjects } from '#cluster/server/live-objects.ts';
import { createServedResources } from '#cluster/server/served-resources.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createSimEnv, type SimEnv } from '#platform/sim/env.ts';
import { WorkQueue } from '#runtime/work-queue.ts';
import { WorkQueueMetrics } from '#runtime/work-queue-metrics.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import { admissionObjects, admittedNames } from './admission.ts';
import {
  factsOf,
  type MetricFacts,
  type MetricsRequest,
  metricsNamespace,
  requests,
  seriesOf,
  template,
  templatesPath,
} from './requests.ts';

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
let later = '';
const tester = { username: 'tester', groups: [] };
const unreachable: WebhookClient = {
  post: () => Promise.reject(new Error('dial tcp 127.0.0.1:9: connect: connection refused')),
  close: () => {},
};

before(async () => {
  env = createSimEnv();
  const store = createMemoryStore(env);
  const schemas = new SchemaRegistry(builtinTables);
  const metrics = new MetricsRegistry();
  const measured = new MeasuredStore(store, env.clock, metrics);
  const admissionMetrics = new AdmissionMetrics(metrics);
  const objects = createLiveObjects(() => server.registry, measured);
  const queue = new WorkQueue(env.clock, undefined, new WorkQueueMetrics(metrics, env.clock).of('golden'));
  queue.add('key');
  queue.done((await queue.take()) ?? '');
  queue.addRateLimited('key');
  const tokens = remembered(
    (token) => Promise.resolve(token === 'known' ? { user: tester, audiences: [] } : undefined),
    {
      clock: env.clock,
      successMs: 1000,
      failureMs: 0,
      metrics: new TokenCacheMetrics(metrics, env.clock),
    },
  );
  for (const token of ['known', 'known', 'other']) await tokens(token, []);
  const certificateUsed = certificateExpiration(metrics, env.clock);
  server = createApiServer({
    env,
    store: measured,
    metrics,
    admissionMetrics,
    admission: defaultAdmissionPlugins({
      objects,
      env,
      metrics: admissionMetrics,
      writeQuota: () => Promise.reject(new Error('no quotas here')),
      dynamic: {
        client: unreachable,
        resources: createServedResources(() => server.registry),
        authorize: () => allowed,
      },
    }),
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    authenticate: createAuthenticator({
      token: tokens,
      apiAudiences: [],
      anonymous: () => true,
      certificateUsed,
    }),
    authorize: () => allowed,
    impersonates: true,
    fairness: {
      objects,
      maxRequestsInFlight: 400,
      maxMutatingRequestsInFlight: 200,
    },
  });
  await server.ready();
  await ask({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: metricsNamespace } } });
  for (const request of requests) await ask(request);
  text = await ask({ method: 'GET', path: '/metrics' });
  for (const [path, body] of admissionObjects) await ask({ method: 'POST', path, body });
  for (const name of admittedNames) {
    await ask({ method: 'POST', path: `${templatesPath}?dryRun=All`, body: template(name) });
  }
  await ask({ method: 'GET', path: `${templatesPath}?timeout=1ns` });
  later = await ask({ method: 'GET', path: '/metrics' });
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
    peer: { address: '', certificate: { commonName: 'tester', organizations: [], validUntilMs: 1e12 } },
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
  const ours = { ...factsOf(text), ...factsOf(later) };
  for (const [name, facts] of Object.entries(ours)) {
    if (!unseen.has(name)) assert.deepEqual(facts, golden.facts[name], name);
  }
  const seen = Object.keys(ours);
  assert.ok(seen.length > 80);
  for (const name of [
    'apiserver_admission_webhook_rejection_count',
    'apiserver_admission_webhook_fail_open_count',
    'apiserver_admission_match_condition_evaluation_errors_total',
    'apiserver_validating_admission_policy_check_total',
    'apiserver_mutating_admission_policy_check_total',
    'apiserver_client_certificate_expiration_seconds',
    'authentication_token_cache_fetch_total',
    'workqueue_work_duration_seconds',
    'etcd_request_duration_seconds',
    'apiserver_storage_size_bytes',
  ]) {
    assert(seen.includes(name), name);
  }
});
