import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineResource } from '#api/definition.ts';
import type { ApiRequest } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import { StoreFeed } from '../cache/store-feed.ts';
import { Registry } from '../registry/registry.ts';
import { schemaCodecs } from '../registry/schema-codec.ts';
import { OpenApi } from './openapi.ts';

const env = createSimEnv();
const schemas = new SchemaRegistry([]);

function openApiOf(): (path: string) => Promise<number | undefined> {
  const store = createMemoryStore(env);
  const registry = new Registry(store, new StoreFeed(store, env), schemaCodecs(schemas));
  const openapi = new OpenApi({
    registry,
    schemas,
    descriptions: undefined,
    clock: env.clock,
    customSchema: undefined,
    remotes: undefined,
  });
  registry.add(defineResource({ group: '', version: 'v1', kind: 'Status', plural: 'statuses', scope: 'Cluster' }));
  const request = { method: 'GET', query: new URLSearchParams(), headers: {}, peer: { address: '' } } as const;
  return async (path) => {
    const { signal } = new AbortController();
    const answer = await openapi.handle({ ...request, path, signal } satisfies ApiRequest);
    return answer?.type === 'bytes' ? answer.status : undefined;
  };
}

test('what follows the path of a document is no document', async () => {
  const statusOf = openApiOf();
  assert.equal(await statusOf('/openapi/v3/api/v1'), 200);
  for (const path of ['/openapi/v3/api/v1/x', '/openapi/v3/apis/apps/v1/x', '/openapi/v2/x'])
    assert.equal(await statusOf(path), undefined, path);
});
