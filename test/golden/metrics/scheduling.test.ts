/** The scheduler's metrics of a little work against those of upstream's, recorded by tools/record-golden/scheduler-metrics.ts. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinActions } from '#apiserver/actions/builtin.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { createClient } from '#client/api-client.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { SchedulerMetrics } from '#scheduler/metrics.ts';
import { createScheduler } from '#scheduler/scheduler.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import { schedulingSeries, schedulingWork } from './scheduling.ts';

const golden = JSON.parse(readFileSync(new URL('./scheduling.json', import.meta.url), 'utf8')) as readonly string[];

test('the same work makes the same series as upstream, with the same values', async () => {
  const env = createSimEnv();
  const resources = new MetricsRegistry();
  const registry = new MetricsRegistry();
  const server = createApiServer({
    env,
    store: createMemoryStore(env),
    definitions: builtinDefinitions,
    codecs: schemaCodecs(new SchemaRegistry(builtinTables)),
    authenticate: ({ peer }) => peer.inProcess,
    authorize: () => allowed,
    actions: builtinActions,
    resourceMetrics: resources,
  });
  await server.ready();
  const user = { username: 'tester', groups: [] };
  const client = createClient({
    handler: server.handler,
    peer: { address: '', inProcess: user },
    userAgent: 'golden',
  });
  const ending = new AbortController();
  const metrics = new SchedulerMetrics(registry, resources, env.clock);
  const starting = createScheduler({ metrics }).start({ env, client, config: {} }, ending.signal);
  await env.clock.advance(100);
  const { stopped } = await starting;
  for (const { method, path, body, contentType } of schedulingWork) {
    const asking = client.raw(method, path, body, contentType === undefined ? {} : { contentType });
    await env.clock.advance(10);
    await asking;
  }
  await env.clock.advance(500);
  const shown = schedulingSeries(registry.expose() + String(await client.raw('GET', '/metrics/resources')));
  ending.abort();
  await stopped;
  await server.close();
  // All are given a priority there, by admission.
  assert.deepEqual(
    shown.map((line) => line.replace('priority=""', 'priority="0"')),
    golden,
  );
});
