/** In which version and kind upstream 1.36 stores objects: storageVersionHash of its discovery documents, by path and resource. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { allowed } from '#apiserver/authorizer.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { type ApiServer, createApiServer } from '#apiserver/server.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';

const golden = JSON.parse(readFileSync(new URL('./storage-version-hashes.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, string>
>;

/** Upstream still writes the version before, which is not served here. */
const storedOtherwise: readonly string[] = [
  'apis/admissionregistration.k8s.io/v1 mutatingadmissionpolicies',
  'apis/admissionregistration.k8s.io/v1 mutatingadmissionpolicybindings',
  'apis/apiextensions.k8s.io/v1 customresourcedefinitions',
];

let server: ApiServer;

before(async () => {
  const env = createSimEnv();
  const schemas = new SchemaRegistry(builtinTables);
  server = createApiServer({
    env,
    schemas,
    store: createMemoryStore(env),
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    authenticate: () => ({ username: 'tester', groups: [] }),
    authorize: () => allowed,
  });
  await server.ready();
});

after(() => server.close());

test('objects are stored in the versions of upstream', async () => {
  const ours: Record<string, string> = {};
  for (const path of new Set(Object.keys(golden).map((key) => key.split(' ')[0] ?? ''))) {
    const response = await server.handler({
      method: 'GET',
      path: `/${path}`,
      query: new URLSearchParams(),
      headers: {},
      peer: { address: '' },
      signal: new AbortController().signal,
    });
    assert(response.type === 'bytes' && response.body instanceof Uint8Array);
    const { resources } = JSON.parse(new TextDecoder().decode(response.body)) as {
      readonly resources: readonly { readonly name: string; readonly storageVersionHash?: string }[];
    };
    for (const { name, storageVersionHash: hash } of resources) if (hash) ours[`${path} ${name}`] = hash;
  }
  const keys = new Set([...Object.keys(golden), ...Object.keys(ours)]);
  const others = [...keys].filter((key) => ours[key] !== golden[key]);
  assert.deepEqual(others, storedOtherwise);
});
