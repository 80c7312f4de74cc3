/**
 * The API server under nonsense: random methods, paths, parameters, media types and bodies against every kind. Whatever comes, the
 * answer is a client's fault or a success, never a 5xx, an exception or a stall. KUBETS_FUZZ_SEED and KUBETS_FUZZ_REQUESTS
 * choose another run; a failure prints its seed.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiRequest } from '#api/request.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import type { Logger } from '#base/env.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';

const seed = Number(process.env.KUBETS_FUZZ_SEED ?? 20_261_121);
const requests = Number(process.env.KUBETS_FUZZ_REQUESTS ?? 4000);

/** Mulberry32: small, and good enough that all parameters vary independently. */
function randomOf(start: number): (bound: number) => number {
  let state = start;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % bound;
  };
}

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
const draw = randomOf(seed);
const pick = <T>(items: readonly T[]): T => items[draw(items.length)] as T;

const leaves: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'x',
  'a/b',
  '..',
  '\u0000',
  '💥',
  [],
  {},
  [null],
  [[]],
  { a: null },
  { '': 1 },
  { constructor: 1 },
  JSON.parse('{"__proto__":{"x":1}}'),
  'x'.repeat(300),
  '2026-01-01T00:00:00Z',
  '10.0.0.1',
  '1Gi',
  99_999_999_999_999,
];
const fields = [
  'metadata',
  'spec',
  'status',
  'data',
  'name',
  'namespace',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
  'managedFields',
  'template',
  'containers',
  'ports',
  'selector',
  'type',
  'clusterIP',
  'clusterIPs',
  'replicas',
  'kind',
  'apiVersion',
  'generateName',
  'deletionTimestamp',
  'resourceVersion',
  'uid',
  'image',
  'matchLabels',
  'matchExpressions',
  'rules',
  'subjects',
  'roleRef',
  'items',
  'value',
  'target',
  'deleteOptions',
  'preconditions',
  'involvedObject',
  'volumes',
  'resources',
  'limits',
  'nodePort',
  'metrics',
  '__proto__',
  'toString',
];
const parameters = [
  '',
  'dryRun=All',
  'limit=2',
  'limit=-5',
  'continue=abc',
  'labelSelector=a in (',
  'labelSelector=a%3Db',
  'continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6OSwic3RhcnQiOiJ4In0',
  'fieldSelector=metadata.name%3Dx',
  'resourceVersion=1',
  'resourceVersion=0',
  'resourceVersionMatch=Exact&resourceVersion=2',
  'watch=1&timeoutSeconds=1',
  'fieldManager=me&force=true',
  'fieldManager=me',
  'fieldValidation=Strict',
  'fieldValidation=Ignore',
  'pretty=1',
  'gracePeriodSeconds=-1',
  'propagationPolicy=Orphan',
  'propagationPolicy=Foreground',
];
const as = (kind: string): string => `application/json;as=${kind};v=v1;g=meta.k8s.io`;
const accepts = [
  '',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  as('Table'),
  as('PartialObjectMetadataList'),
  as('PartialObjectMetadata'),
  ';;;=,',
  'application/json;q=x',
];
const patchTypes = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml'];
const bodyTypes = ['json', 'json', 'json', 'yaml', 'vnd.kubernetes.protobuf', 'x-unknown'];
const names = ['a', 'b', 'c', 'A_', '..', 'x%2Fy', '%', 'default'];
const unreadable = [
  '',
  '{',
  '[1',
  'a: [',
  '\u0000',
  'k8s\u0000abc',
  '{"a":1,"a":2}',
  '['.repeat(5000),
  '{"a":'.repeat(3000),
];

function tree(depth: number): unknown {
  if (depth === 0 || draw(4) === 0) return pick(leaves);
  if (draw(5) === 0) return Array.from({ length: draw(3) }, () => tree(depth - 1));
  const object: Record<string, unknown> = {};
  for (let count = draw(5); count >= 0; count--) {
    const value = tree(depth - 1);
    Object.defineProperty(object, pick(fields), { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

function bodyOf(): string {
  if (draw(6) === 0) return pick(unreadable);
  if (draw(2) === 0) return JSON.stringify(tree(5));
  return JSON.stringify({ metadata: { name: pick(names) }, ...(draw(2) === 0 ? { spec: tree(3) } : {}) });
}

const encoder = new TextEncoder();

function randomRequest(signal: AbortSignal): ApiRequest {
  const { group, version, plural, scope, subresources } = pick(builtinDefinitions);
  const method = pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const);
  const namespace = scope === 'Namespaced' && draw(8) > 0 ? `/namespaces/${pick(['default', 'a', ...names])}` : '';
  const subresource = draw(4) > 0 ? '' : `/${pick(['status', 'foo', ...subresources.map(({ name }) => name)])}`;
  const named = draw(3) > 0 && (method !== 'POST' || subresource !== '');
  const contentType = `application/${pick(method === 'PATCH' ? patchTypes : bodyTypes)}`;
  return {
    method,
    path: `${group ? `/apis/${group}` : '/api'}/${version}${namespace}/${plural}${named ? `/${pick(names)}${subresource}` : ''}`,
    query: new URLSearchParams(pick(parameters)),
    headers: { accept: pick(accepts) },
    ...(method === 'GET' ? {} : { body: { type: 'bytes' as const, bytes: encoder.encode(bodyOf()), contentType } }),
    peer: { address: '' },
    signal,
  };
}

test(`no request makes the server fail (seed ${seed})`, async () => {
  const env = { ...createNodeEnv({ component: 'test' }), log: silent };
  const store = createMemoryStore(env);
  const schemas = new SchemaRegistry(builtinTables);
  const server = createApiServer({
    env,
    store,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    schemas,
    services: { serviceCidrs: ['10.96.0.0/16'], nodePorts: { first: 30_000, last: 32_767 } },
    authenticate: () => ({ username: 'fuzz', groups: [] }),
    authorize: () => allowed,
  });
  await server.ready();
  // Beyond the versions that requests ask for: a version of the future is waited for, and answered with 504.
  for (const name of ['default', 'a', 'b']) {
    const body = { type: 'object', object: { metadata: { name } }, contentType: 'application/json' } as const;
    const { signal } = new AbortController();
    const query = new URLSearchParams();
    await server.handler({
      method: 'POST',
      path: '/api/v1/namespaces',
      query,
      headers: {},
      body,
      peer: { address: '' },
      signal,
    });
  }
  const failures: string[] = [];
  let succeeded = 0;
  for (let count = 0; count < requests; count++) {
    const controller = new AbortController();
    const request = randomRequest(controller.signal);
    const response = await server.wire(request);
    if (response.type === 'upgrade') continue;
    if (response.type === 'stream') {
      // The client leaves before the first event; the watch must notice.
      if (Symbol.asyncIterator in response.chunks) await response.chunks[Symbol.asyncIterator]().return?.();
      controller.abort();
    } else if (response.status >= 500) {
      const sent = request.body?.type === 'bytes' ? new TextDecoder().decode(request.body.bytes) : '';
      failures.push(`${request.method} ${request.path} ${new TextDecoder().decode(response.body)} for ${sent}`);
    }
    if (response.status < 300) succeeded++;
  }
  await server.close();
  await store.close();
  assert.deepEqual(failures, []);
  assert.ok(
    succeeded > requests / 50,
    `only ${succeeded} requests of ${requests} got anywhere: the nonsense is too wild`,
  );
  assert.equal((globalThis as { readonly x?: unknown }).x, undefined, 'a prototype was reached');
  assert.equal(({} as { readonly x?: unknown }).x, undefined, 'a prototype was reached');
});
