import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineResource } from '#api/definition.ts';
import type { ApiRequest } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import { StoreFeed } from '../cache/store-feed.ts';
import type { KindCodec } from '../registry/kind-codec.ts';
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
/** Documents ask nothing else of it. */
const customCodec = { strategicMerge: false } as unknown as KindCodec;

test('an address of custom resources carries the hash of their document; one that changes changes its own group version', async () => {
  const store = createMemoryStore(env);
  const registry = new Registry(store, new StoreFeed(store, env), schemaCodecs(schemas));
  const openapi = new OpenApi({
    registry,
    schemas: new SchemaRegistry(builtinTables),
    descriptions: undefined,
    clock: {
      now: () => 0,
      monotonic: () => 0,
      after: (_, run) => {
        queueMicrotask(run);
        return { cancel: () => {} };
      },
    },
    customSchema: () => ({ type: 'object' }),
    remotes: undefined,
  });
  const add = (group: string, kind: string, more: { readonly scope?: 'Cluster' } = {}) => {
    const definition = defineResource({
      group,
      version: 'v1',
      kind,
      plural: `${kind.toLowerCase()}s`,
      scope: 'Namespaced',
      ...more,
    });
    registry.add(definition, customCodec);
    return definition;
  };
  const answerOf = async (path: string) => {
    const { signal } = new AbortController();
    const answer = await openapi.handle({
      method: 'GET',
      path,
      query: new URLSearchParams(),
      headers: {},
      peer: { address: '' },
      signal,
    });
    assert.ok(answer?.type === 'bytes' && answer.body instanceof Uint8Array);
    return { etag: answer.headers?.etag, value: JSON.parse(new TextDecoder().decode(answer.body)) };
  };
  const hashes = async () => {
    const { paths } = (await answerOf('/openapi/v3')).value as { paths: Record<string, { serverRelativeURL: string }> };
    return ['apis/a.test/v1', 'apis/b.test/v1'].map((path) => paths[path]?.serverRelativeURL.split('hash=')[1]);
  };
  const first = add('a.test', 'One');
  add('a.test', 'Two');
  add('b.test', 'Three');
  const before = await hashes();
  for (const [at, group] of ['a.test', 'b.test'].entries())
    assert.equal((await answerOf(`/openapi/v3/apis/${group}/v1`)).etag, `"${before[at]}"`);
  registry.remove(first);
  const without = await hashes();
  assert.notEqual(without[0], before[0]);
  assert.equal(without[1], before[1]);
  add('a.test', 'One');
  assert.deepEqual(await hashes(), before);
  registry.remove(first);
  add('a.test', 'One', { scope: 'Cluster' });
  assert.notEqual((await hashes())[0], before[0]);
});
