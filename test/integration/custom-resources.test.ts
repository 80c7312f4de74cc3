/** Custom resources from their definition on: served within the request path, pruned, defaulted, validated, and gone with it. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import { createClient } from '#client/api-client.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';

const env = createNodeEnv({ component: 'test' });
const store = createMemoryStore(env);
const schemas = new SchemaRegistry(builtinTables);

function startServer(): ApiServer {
  return createApiServer({
    env,
    store,
    schemas,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    authenticate: () => ({ username: 'admin', groups: ['system:masters'] }),
    authorize: () => ({ decision: 'allow', reason: '' }),
  });
}

let server = startServer();
const client = createClient({
  handler: (request) => server.handler(request),
  peer: { address: '', inProcess: { username: 'admin', groups: ['system:masters'] } },
  userAgent: 'test',
});

type Loose = KubeObject & Readonly<Record<string, unknown>>;
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const tabs = '/apis/stable.example.com/v1/namespaces/default/crontabs';

const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'crontabs.stable.example.com' },
  spec: {
    group: 'stable.example.com',
    scope: 'Namespaced',
    names: { plural: 'crontabs', kind: 'CronTab', shortNames: ['ct'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        additionalPrinterColumns: [{ name: 'Spec', type: 'string', jsonPath: '.spec.cronSpec' }],
        selectableFields: [{ jsonPath: '.spec.cronSpec' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['cronSpec'],
                properties: {
                  cronSpec: { type: 'string', pattern: '^[a-z]+$' },
                  replicas: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
                  ports: {
                    type: 'array',
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['port'],
                    items: {
                      type: 'object',
                      required: ['port'],
                      properties: { port: { type: 'integer' }, name: { type: 'string' } },
                    },
                  },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
      {
        name: 'v2',
        served: true,
        storage: false,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

/** Waits for what the watch of the definitions says; never longer than the test. */
async function untilDefinition(holds: (object: Loose | undefined) => boolean): Promise<void> {
  for (;;) {
    const found = await get(`${definitions}/${crd.metadata.name}`).catch(() => undefined);
    if (holds(found)) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function get(path: string): Promise<Loose> {
  return (await client.raw('GET', path)) as Loose;
}

function conditionsOf(object: Loose | undefined): readonly { readonly type: string; readonly reason: string }[] {
  return (object?.status as { conditions?: { type: string; reason: string }[] } | undefined)?.conditions ?? [];
}

/** Names and verbs of what a version has, in order. */
async function discovered(): Promise<readonly (readonly [name: string, verbs: readonly string[]])[]> {
  const { resources } = (await get('/apis/stable.example.com/v1')) as unknown as {
    readonly resources: readonly { readonly name: string; readonly verbs: readonly string[] }[];
  };
  return resources.map(({ name, verbs }) => [name, verbs]);
}

/** The same kind in aggregated discovery. */
async function aggregated(): Promise<unknown> {
  const answer = await server.handler({
    method: 'GET',
    path: '/apis',
    query: new URLSearchParams(),
    headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
    peer: { address: '', inProcess: { username: 'admin', groups: ['system:masters'] } },
    signal: new AbortController().signal,
  });
  assert.ok(answer.type === 'bytes' && answer.body instanceof Uint8Array);
  const { items } = JSON.parse(new TextDecoder().decode(answer.body)) as {
    readonly items: readonly { readonly metadata: object; readonly versions: readonly { resources: unknown[] }[] }[];
  };
  const group = items.find(({ metadata }) => 'name' in metadata && metadata.name === 'stable.example.com');
  assert.deepEqual(group?.metadata, { name: 'stable.example.com' });
  return group?.versions.at(-1)?.resources[0];
}

before(async () => {
  await server.ready();
  await client.raw('POST', '/api/v1/namespaces', { metadata: { name: 'default' } });
  await client.raw('POST', definitions, crd);
  await untilDefinition((object) => conditionsOf(object).length === 2);
});
after(async () => {
  await server.close();
  await store.close();
});

test('a definition gets its conditions, names and stored versions', async () => {
  const object = await get(`${definitions}/${crd.metadata.name}`);
  const { acceptedNames, storedVersions } = object.status as Record<string, unknown>;
  assert.deepEqual(
    conditionsOf(object).map(({ type, reason }) => `${type} ${reason}`),
    ['NamesAccepted NoConflicts', 'Established InitialNamesAccepted'],
  );
  assert.deepEqual(storedVersions, ['v1']);
  assert.deepEqual(acceptedNames, {
    plural: 'crontabs',
    singular: 'crontab',
    shortNames: ['ct'],
    kind: 'CronTab',
    listKind: 'CronTabList',
  });
});

test('discovery and OpenAPI have it', async () => {
  const all = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
  const some = ['get', 'patch', 'update'];
  assert.deepEqual(await discovered(), [
    ['crontabs', all],
    ['crontabs/status', some],
    ['crontabs/scale', some],
  ]);
  assert.deepEqual(await aggregated(), {
    resource: 'crontabs',
    responseKind: { group: 'stable.example.com', version: 'v1', kind: 'CronTab' },
    scope: 'Namespaced',
    singularResource: 'crontab',
    verbs: all,
    shortNames: ['ct'],
    subresources: [
      {
        subresource: 'status',
        responseKind: { group: 'stable.example.com', version: 'v1', kind: 'CronTab' },
        verbs: some,
      },
      { subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: some },
    ],
  });
  const document = (await get('/openapi/v3/apis/stable.example.com/v1')) as unknown as {
    components: { schemas: Record<string, { properties: Record<string, unknown> }> };
  };
  const { properties } = document.components.schemas['com.example.stable.v1.CronTab'] ?? { properties: {} };
  assert.deepEqual(Object.keys(properties).sort(), ['apiVersion', 'kind', 'metadata', 'spec', 'status']);
});

test('objects are pruned and defaulted, shown in every version, scaled', async () => {
  const created = (await client.raw('POST', tabs, {
    apiVersion: 'stable.example.com/v1',
    kind: 'CronTab',
    metadata: { name: 'one' },
    spec: { cronSpec: 'a', nothing: 1 },
    status: { ready: true },
  })) as Loose;
  assert.deepEqual(
    [created.spec, created.status, created.metadata?.generation],
    [{ cronSpec: 'a', replicas: 1 }, undefined, 1],
  );
  const shown = await get('/apis/stable.example.com/v2/namespaces/default/crontabs/one');
  assert.deepEqual([shown.apiVersion, shown.spec], ['stable.example.com/v2', { cronSpec: 'a', replicas: 1 }]);
  const scale = await get(`${tabs}/one/scale`);
  assert.deepEqual([scale.kind, scale.spec, scale.status], ['Scale', { replicas: 1 }, { replicas: 0 }]);
  await client.raw('PUT', `${tabs}/one/scale`, { ...scale, spec: { replicas: 3 } });
  const scaled = await get(`${tabs}/one`);
  assert.deepEqual([scaled.spec, scaled.metadata?.generation], [{ cronSpec: 'a', replicas: 3 }, 2]);
});

const refused: readonly { readonly spec: unknown; readonly message: string }[] = [
  { spec: {}, message: 'spec.cronSpec: Required value' },
  {
    spec: { cronSpec: 'A' },
    message: `spec.cronSpec: Invalid value: "A": spec.cronSpec in body should match '^[a-z]+$'`,
  },
  {
    spec: { cronSpec: 'a', replicas: 11 },
    message: 'spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10',
  },
  {
    spec: { cronSpec: 1 },
    message: 'spec.cronSpec: Invalid value: "integer": spec.cronSpec in body must be of type string: "integer"',
  },
  { spec: { cronSpec: 'a', ports: [{ port: 1 }, { port: 1 }] }, message: 'spec.ports[1]: Duplicate value: {"port":1}' },
];

for (const { spec, message } of refused) {
  test(`a schema refuses ${JSON.stringify(spec)}`, async () => {
    const body = { apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name: 'two' }, spec };
    await assert.rejects(client.raw('POST', tabs, body), {
      message: `CronTab.stable.example.com "two" is invalid: ${message}`,
    });
  });
}

test('strict validation names unknown fields', async () => {
  const body = {
    apiVersion: 'stable.example.com/v1',
    kind: 'CronTab',
    metadata: { name: 'two', x: 1 },
    spec: { cronSpec: 'a', ports: [{ port: 1, y: 1 }] },
  };
  await assert.rejects(
    client.raw('POST', `${tabs}?fieldValidation=Strict`, body),
    /strict decoding error: unknown field "metadata.x", unknown field "spec.ports\[0\].y"/,
  );
});

/** As transports ask; answers the status and what it comes as. */
async function asked(method: 'GET' | 'POST', path: string, accept: string, body?: object): Promise<string> {
  const [pathname = '', query = ''] = path.split('?');
  const end = new AbortController();
  const response = await server.wire({
    method,
    path: pathname,
    query: new URLSearchParams(query),
    headers: { accept },
    peer: { address: '' },
    signal: end.signal,
    ...(body ? { body: { type: 'object', object: body, contentType: 'application/json' } } : {}),
  });
  end.abort();
  return response.type === 'upgrade' ? 'upgrade' : `${response.status} ${response.headers['content-type']}`;
}

const protobuf = 'application/vnd.kubernetes.protobuf';
const metadataOf = (kind: string): string => `${protobuf};as=${kind};v=v1;g=meta.k8s.io`;

// As client-go asks when it prefers protobuf; recorded from kube-apiserver 1.36.3.
for (const [path, accept, expected] of [
  ['', `${protobuf},application/json`, '200 application/json'],
  ['/one', `${protobuf},application/json`, '200 application/json'],
  ['/one/status', `${protobuf},application/yaml`, '200 application/yaml'],
  ['/one/scale', `${protobuf},application/json`, '200 application/json'],
  ['?watch=1', `${protobuf},application/json`, '200 application/json'],
  ['/none', `${protobuf},application/json`, `404 ${protobuf}`],
  ['', protobuf, `406 ${protobuf}`],
  ['/one', protobuf, `406 ${protobuf}`],
  ['/one/scale', protobuf, `406 ${protobuf}`],
  ['?watch=1', protobuf, `406 ${protobuf}`],
  ['', metadataOf('PartialObjectMetadataList'), `200 ${protobuf}`],
  ['/one', metadataOf('PartialObjectMetadata'), `200 ${protobuf}`],
  ['?watch=1', metadataOf('PartialObjectMetadata'), `200 ${protobuf};stream=watch`],
  ['', `${metadataOf('Table')},application/json`, '200 application/json'],
  ['', metadataOf('Table'), '406 application/json'],
] as const) {
  test(`GET crontabs${path} as ${accept}: ${expected}`, async () => {
    assert.equal(await asked('GET', `${tabs}${path}`, accept), expected);
  });
}

test('what nobody could show is not carried out', async () => {
  const body = { apiVersion: 'stable.example.com/v1', kind: 'CronTab', metadata: { name: 'unseen' } };
  assert.equal(await asked('POST', tabs, protobuf, { ...body, spec: { cronSpec: 'a' } }), `406 ${protobuf}`);
  await assert.rejects(get(`${tabs}/unseen`), { message: 'crontabs.stable.example.com "unseen" not found' });
});

test('a server that starts serves what was established', async () => {
  await server.close();
  server = startServer();
  await server.ready();
  assert.equal((await get(`${tabs}/one`)).kind, 'CronTab');
});

test('a definition that goes takes its objects along', async () => {
  const held = {
    apiVersion: 'stable.example.com/v1',
    kind: 'CronTab',
    metadata: { name: 'held', finalizers: ['plain'] },
    spec: { cronSpec: 'a' },
  };
  const created = (await client.raw('POST', tabs, held)) as Loose;
  await client.raw('DELETE', `${definitions}/${crd.metadata.name}`);
  await untilDefinition((object) => conditionsOf(object).some(({ type }) => type === 'Terminating'));
  await assert.rejects(client.raw('POST', tabs, { ...held, metadata: { name: 'late' } }), {
    message:
      'crontabs.stable.example.com "late" is forbidden: create not allowed while custom resource definition is terminating',
  });
  const [[, verbs] = []] = await discovered();
  assert.deepEqual(verbs, ['delete', 'deletecollection', 'get', 'list', 'watch']);
  const { finalizers: _, ...metadata } = ((await get(`${tabs}/held`)) as typeof held).metadata;
  await client.raw('PUT', `${tabs}/held`, { ...created, metadata });
  await untilDefinition((object) => object === undefined);
  assert.equal(await store.count('/registry/stable.example.com/'), 0);
  await assert.rejects(get('/apis/stable.example.com/v1'), {
    message: 'the server could not find the requested resource',
  });
});
