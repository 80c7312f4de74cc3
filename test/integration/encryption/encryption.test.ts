/** Encryption at rest through the API server: what is on disk and in etcd, rotation by changing the file, a KMS plugin on a real socket. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import { SchemaRegistry } from '#api/schema/registry.ts';
import { schemaCodecs } from '#apiserver/registry/schema-codec.ts';
import { createApiServer } from '#apiserver/server.ts';
import type { Env, Logger } from '#base/env.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { createClient } from '#client/api-client.ts';
import type { Client } from '#client/client.ts';
import { Failure } from '#cluster/failure.ts';
import { type Encryption, startEncryption } from '#cluster/server/encryption.ts';
import { builtinDefinitions } from '#kinds/all.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Secrets } from '#kinds/core/secret/definition.ts';
import { builtinTables } from '#kinds/schemas.ts';
import { createNodeEnv } from '#platform/node/env.ts';
import { openEtcdStore } from '#platform/node/etcd/etcd-store.ts';
import { openSqliteStore } from '#platform/node/sqlite-journal.ts';
import type { Store } from '#store/store.ts';
import { startEtcd } from '../etcd/etcd-server.ts';
import { startKmsPlugin } from './kms-plugin.ts';

const schemas = new SchemaRegistry(builtinTables);
const root = mkdtempSync(join(tmpdir(), 'kubets-encryption-'));
after(() => rmSync(root, { recursive: true }));
let directories = 0;

/** An env whose log can be waited for. */
function loggingEnv(): Env & { said(message: string): Promise<void> } {
  const lines: string[] = [];
  let wake = () => {};
  const note = (message: string) => {
    lines.push(message);
    wake();
  };
  const log: Logger = { debug() {}, info: note, warn: note, error: note, child: () => log };
  return {
    ...createNodeEnv({ component: 'test' }),
    log,
    said: async (message) => {
      while (!lines.includes(message)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      lines.splice(lines.indexOf(message), 1);
    },
  };
}

interface World extends AsyncDisposable {
  readonly env: ReturnType<typeof loggingEnv>;
  readonly client: Client;
  readonly below: Store;
  readonly encryption: Encryption;
  /** Replaces the configuration as an editor does. */
  write(config: string): void;
}

function configOf(...providers: readonly string[]): string {
  const items = providers.map((provider) => `      - ${provider}\n`).join('');
  return `apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
  - resources: [secrets]
    providers:
${items}`;
}

const secretOf = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const boxOf = (name: string, fill: number) => `secretbox: {keys: [{name: ${name}, secret: ${secretOf(fill)}}]}`;
const gcmOf = (name: string, fill: number) => `aesgcm: {keys: [{name: ${name}, secret: ${secretOf(fill)}}]}`;

async function openWorld(config: string, below: Store, env = loggingEnv()): Promise<World> {
  const file = join(mkdtempSync(join(root, 'config-')), 'encryption.yaml');
  writeFileSync(file, config);
  const encryption = await startEncryption(env, below, file, new MetricsRegistry());
  const server = createApiServer({
    env,
    store: encryption.store,
    schemas,
    definitions: builtinDefinitions,
    codecs: schemaCodecs(schemas),
    healthChecks: encryption.healthChecks,
    authenticate: () => ({ username: 'admin', groups: ['system:masters'] }),
    authorize: () => ({ decision: 'allow', reason: '' }),
  });
  await server.ready();
  const client = createClient({
    handler: (request) => server.handler(request),
    peer: { address: '', inProcess: { username: 'admin', groups: ['system:masters'] } },
    userAgent: 'test',
  });
  await client.create(Namespaces, { metadata: { name: 'default' } }).catch(() => {});
  return {
    env,
    client,
    below,
    encryption,
    write: (next) => {
      writeFileSync(`${file}.new`, next);
      renameSync(`${file}.new`, file);
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      encryption.close();
    },
  };
}

const password = 'correct-horse-battery-staple';
const encoded = Buffer.from(password).toString('base64');
const secret = (name: string) => ({ metadata: { name, namespace: 'default' }, data: { password: encoded } });

const storedOf = async (store: Store, name: string) =>
  Buffer.from((await store.get(`/registry/core/secrets/default/${name}`))?.value ?? []).toString('latin1');

function grep(directory: string, text: string): boolean {
  return readdirSync(directory, { recursive: true, withFileTypes: true }).some(
    (entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(text),
  );
}

test('SQLite: the files hold no secret; config maps are as they were', async () => {
  const directory = join(root, `store-${directories++}`);
  const below = await openSqliteStore(loggingEnv(), { directory });
  {
    await using world = await openWorld(configOf(boxOf('key1', 1), 'identity: {}'), below);
    await world.client.create(Secrets, secret('a'));
    await world.client.create(ConfigMaps, { metadata: { name: 'm', namespace: 'default' }, data: { plain: password } });
    const read = await world.client.get(Secrets, { namespace: 'default', name: 'a' });
    assert.equal(read.data?.password, encoded);
    assert.match(await storedOf(below, 'a'), /^k8s:enc:secretbox:v1:key1:/);
  }
  await below.close();
  assert.equal(grep(directory, encoded), false);
  assert.equal(grep(directory, password), true, 'the search finds what is there');
});

test('etcd: its data hold no secret', async () => {
  const etcd = await startEtcd();
  const below = await openEtcdStore({ env: loggingEnv(), endpoints: [etcd.endpoint] });
  try {
    await using world = await openWorld(configOf(gcmOf('key1', 1)), below);
    await world.client.create(Secrets, secret('a'));
    await world.client.create(ConfigMaps, { metadata: { name: 'm', namespace: 'default' }, data: { plain: password } });
    assert.match(await storedOf(below, 'a'), /^k8s:enc:aesgcm:v1:key1:/);
    assert.equal((await world.client.list(Secrets)).items[0]?.data?.password, encoded);
    await below.close();
    assert.equal(grep(etcd.directory, encoded), false);
    assert.equal(grep(etcd.directory, password), true, 'the search finds what is there');
  } finally {
    await below.close();
    await etcd.remove();
  }
});

test('rotation: the file changes, all is read, an update that changes nothing writes with the new key', async () => {
  const below = await openSqliteStore(loggingEnv(), { directory: join(root, `store-${directories++}`) });
  await using world = await openWorld(configOf('identity: {}'), below);
  const { client, env } = world;
  const target = { namespace: 'default', name: 'a' };
  const made = await client.create(Secrets, secret('a'));
  const unchanged = await client.update(Secrets, made);
  assert.equal(unchanged.metadata?.resourceVersion, made.metadata?.resourceVersion);

  const reloaded = 'encryption configuration was read again';
  world.write(configOf(boxOf('key1', 1), 'identity: {}'));
  await env.said(reloaded);
  const rewritten = await client.update(Secrets, await client.get(Secrets, target));
  assert.notEqual(rewritten.metadata?.resourceVersion, made.metadata?.resourceVersion);
  assert.match(await storedOf(below, 'a'), /^k8s:enc:secretbox:v1:key1:/);
  const again = await client.update(Secrets, rewritten);
  assert.equal(again.metadata?.resourceVersion, rewritten.metadata?.resourceVersion, 'once is enough');

  world.write(configOf(gcmOf('key2', 2), boxOf('key1', 1)));
  await env.said(reloaded);
  await client.update(Secrets, await client.get(Secrets, target));
  assert.match(await storedOf(below, 'a'), /^k8s:enc:aesgcm:v1:key2:/);

  world.write(configOf('aesgcm: {keys: []}'));
  await env.said('the new encryption configuration is not used');
  assert.equal((await client.get(Secrets, target)).data?.password, encoded);
  assert.equal((await client.create(Secrets, secret('b'))).data?.password, encoded);
  await below.close();
});

test('a wrong key: the answer names the object; a file with faults is refused', async () => {
  const below = await openSqliteStore(loggingEnv(), { directory: join(root, `store-${directories++}`) });
  {
    await using world = await openWorld(configOf(boxOf('key1', 1)), below);
    await world.client.create(Secrets, secret('a'));
  }
  {
    await using world = await openWorld(configOf(boxOf('key1', 2)), below);
    const expected = (error: unknown) =>
      isStatusError(error) &&
      error.code === 500 &&
      error.message.startsWith(
        'Internal error occurred: unable to transform key "/registry/core/secrets/default/a": output array',
      );
    await assert.rejects(world.client.get(Secrets, { namespace: 'default', name: 'a' }), expected);
    await assert.rejects(world.client.list(Secrets), expected);
    await world.client.create(ConfigMaps, { metadata: { name: 'm', namespace: 'default' } });
  }
  await assert.rejects(
    openWorld(configOf('secretbox: {keys: [{name: a, secret: AAAA}]}'), below),
    (error) =>
      error instanceof Failure &&
      error.message.endsWith(
        '.secretbox.keys[0].secret: Invalid value: "REDACTED": secret is not of the expected length, got 3, expected one of [32]',
      ),
  );
  await below.close();
});

test('KMS v2: one seed for many values, rotation by key id, health, and what is read without the plugin', async () => {
  const socket = join(root, 'kms.sock');
  const plugin = await startKmsPlugin(socket, 'key-1');
  const kms = `kms: {apiVersion: v2, name: vault, endpoint: "unix://${socket}", timeout: 1s}`;
  const below = await openSqliteStore(loggingEnv(), { directory: join(root, `store-${directories++}`) });
  const healthz = async (client: Client) =>
    String(await client.raw('GET', '/healthz/kms-providers').catch((error: unknown) => error));
  {
    await using world = await openWorld(configOf(kms, 'identity: {}'), below);
    for (const name of ['a', 'b', 'c']) await world.client.create(Secrets, secret(name));
    assert.deepEqual(plugin.calls, { status: 1, encrypt: 1, decrypt: 0 });
    const stored = await storedOf(below, 'a');
    assert.match(stored, /^k8s:enc:kms:v2:vault:/);
    assert.ok(!stored.includes(encoded));
  }
  plugin.rotate('key-2');
  {
    await using world = await openWorld(configOf(kms, 'identity: {}'), below);
    const { items } = await world.client.list(Secrets);
    assert.deepEqual(
      items.map(({ data }) => data?.password),
      [encoded, encoded, encoded],
    );
    assert.equal(plugin.calls.decrypt, 1, 'three values, one seed of the last run');
    const before = items[0];
    assert.ok(before);
    const written = await world.client.update(Secrets, before);
    assert.notEqual(written.metadata?.resourceVersion, before.metadata?.resourceVersion, 'the key id is another');
    assert.match(await storedOf(below, 'a'), /key-2/);
  }
  plugin.healthz = 'the vault is sealed';
  {
    await using world = await openWorld(configOf(kms, 'identity: {}'), below);
    assert.match(await healthz(world.client), /500|failed/);
    assert.equal((await world.client.get(Secrets, { namespace: 'default', name: 'a' })).data?.password, encoded);
    await assert.rejects(
      world.client.create(Secrets, secret('d')),
      (error) =>
        isStatusError(error) && error.code === 500 && /kmsv2 Provider vault is not healthy.*sealed/.test(error.message),
    );
  }
  await plugin.close();
  {
    await using world = await openWorld(configOf(kms), below);
    await assert.rejects(
      world.client.list(Secrets),
      (error) => isStatusError(error) && /unable to transform key "[^"]+": failed to decrypt DEK/.test(error.message),
    );
  }
  await below.close();
});
