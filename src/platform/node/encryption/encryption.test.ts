/** The ciphers under the encrypting store: what is on the medium, rotation, wrong keys. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import { EncryptedStore } from '#apiserver/encryption/encrypted-store.ts';
import { TransformationMetrics } from '#apiserver/encryption/metrics.ts';
import { identity, type ValueTransformer } from '#apiserver/encryption/transformer.ts';
import { MetricsRegistry } from '#base/metrics.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { Store, StoreEvent } from '#store/store.ts';
import { type CipherName, keyTransformer } from './ciphers.ts';
import { openDerived } from './kms-v2.ts';

const key = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytes = (value: string) => new TextEncoder().encode(value);
const name = '/registry/core/secrets/default/a';

function over(store: Store, ...chain: readonly ValueTransformer[]): EncryptedStore {
  return new EncryptedStore(store, (group, plural) => (group === '' && plural === 'secrets' ? chain : undefined));
}

async function messageOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (isStatusError(error)) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'none';
}

for (const cipher of ['aesgcm', 'aescbc', 'secretbox'] as const satisfies readonly CipherName[]) {
  test(`${cipher}: nothing is stored in plain, each key reads its own, a value is bound to its place`, async () => {
    const below = createMemoryStore(createSimEnv());
    const first = keyTransformer(cipher, { name: 'one', secret: key(1) });
    const second = keyTransformer(cipher, { name: 'two', secret: key(2) });
    const store = over(below, first, identity);
    await store.put(name, bytes('hunter2'));
    const stored = (await below.get(name))?.value ?? new Uint8Array();
    assert.ok(text(stored).startsWith(`k8s:enc:${cipher}:v1:one:`));
    assert.ok(!Buffer.from(stored).includes('hunter2'));

    const other = over(below, second, first);
    const read = await other.get(name);
    assert.equal(text(read?.value), 'hunter2');
    assert.equal(other.isStale(name, read?.value ?? stored), true, 'another key writes now');
    await other.put(name, read?.value ?? stored);
    const again = await other.get(name);
    assert.equal(other.isStale(name, again?.value ?? stored), false);
    assert.ok(text((await below.get(name))?.value).startsWith(`k8s:enc:${cipher}:v1:two:`));

    const shown = cipher === 'secretbox' ? 'Secretbox' : 'AES';
    assert.equal(
      await messageOf(over(below, first).get(name)),
      `500 Internal error occurred: unable to transform key "${name}": no matching key was found for the provided ${shown} transformer`,
    );
    const forged = over(below, keyTransformer(cipher, { name: 'two', secret: key(3) }));
    assert.match(await messageOf(forged.get(name)), /^500 Internal error occurred: unable to transform key "[^"]+": ./);
    assert.match(
      await messageOf(over(below, identity).list({ prefix: '' })),
      /identity transformer tried to read encrypted data$/,
    );

    // Stored bytes under another object's name.
    const moved = '/registry/core/secrets/default/b';
    await below.put(moved, (await below.get(name))?.value ?? stored);
    const answer = await messageOf(over(below, second).get(moved));
    if (cipher === 'aesgcm') assert.match(answer, /message authentication failed$/);
    for (const cut of [0, 5, 20, 31]) {
      const whole = (await below.get(name))?.value ?? stored;
      await below.put(moved, whole.subarray(0, second.prefix.length + cut));
      assert.match(
        await messageOf(over(below, second).get(moved)),
        /^500 .*"\/registry\/core\/secrets\/default\/b": ./,
      );
    }
  });
}

test('what upstream has stored is read: its transformers of 1.36 with the key 00 01 02 ... 1f', () => {
  const secret = Uint8Array.from({ length: 32 }, (_, i) => i);
  const stored = {
    aescbc: '3f76fa2377a4c01ff6cdb296267262a338e075705cf466e3692eddcafc5d6d176c6c12d02d0a57c756b1e5f35de718ef',
    aesgcm: '45967ee8e864d619c4ddc1a0e481adb6172a3942390841d48ca1fa4763d748577657d9d681e8bdc8ab3cddfbf357',
    secretbox:
      '32b200c05d72dafdd758eddfa247d68eae691ea096f68a3136c202fa50991e8b74763ab994d2eb4217bf1370afe04bf9cf28d5154e55f72de055',
  } as const;
  for (const cipher of ['aescbc', 'aesgcm', 'secretbox'] as const) {
    const opened = keyTransformer(cipher, { name: 'k', secret }).decrypt(Uint8Array.fromHex(stored[cipher]), name);
    assert.ok(!(opened instanceof Promise));
    assert.equal(text(opened.value), 'stored by upstream', cipher);
  }
  const derived =
    'c80e0e6e198b2a9e4f7092e6c4cd22b726d92a404c4c9ccac4e5fe7f6b362e4aa5aefb10f39cf6a6cc8a24b870c63a2d61a77d82a3d9de5d9a3bd59024e98fb998b6f38075a7bb451df26bac1ab2';
  assert.equal(text(openDerived(secret, Uint8Array.fromHex(derived), name)), 'stored by upstream', 'a seed of KMS v2');
  assert.throws(() => openDerived(secret, Uint8Array.fromHex(derived), `${name}2`), /message authentication failed/);
});

test('resources without a rule are stored as they are; plain ones become stale when a rule comes', async () => {
  const below = createMemoryStore(createSimEnv());
  const store = over(below, identity);
  const map = '/registry/core/configmaps/default/a';
  await store.put(map, bytes('{}'));
  await store.put(name, bytes('{}'));
  assert.equal(text((await below.get(map))?.value), '{}');
  const value = (await store.get(name))?.value ?? new Uint8Array();
  assert.equal(store.isStale(name, value), false);
  const box = keyTransformer('secretbox', { name: 'k', secret: key(1) });
  store.configure((_, plural) => (plural === 'secrets' ? [box, identity] : undefined));
  assert.equal(store.isStale(name, value), true);
  assert.equal(store.isStale(map, value), false);
});

test('events carry the array of the writer; one that cannot be read does not stop those after it', async () => {
  const below = createMemoryStore(createSimEnv());
  const store = over(below, keyTransformer('aesgcm', { name: 'k', secret: key(1) }));
  const stranger = over(below, keyTransformer('aesgcm', { name: 'k', secret: key(2) }));
  const ending = new AbortController();
  const value = bytes('mine');
  await store.put(name, value);
  await stranger.put(`${name}2`, bytes('theirs'));
  await store.put(`${name}3`, value);
  const seen: StoreEvent[] = [];
  for await (const { events } of store.watch({ prefix: '', afterRevision: 0 }, ending.signal)) {
    seen.push(...events);
    if (seen.length === 3) ending.abort();
  }
  assert.deepEqual(
    seen.map((event) => event.type),
    ['put', 'unreadable', 'put'],
  );
  const [first] = seen;
  assert.ok(first?.type === 'put' && first.entry.value === value);
});

test('transformations are counted by resource and provider, of resources that a rule speaks of', async () => {
  const env = createSimEnv();
  const below = createMemoryStore(env);
  const registry = new MetricsRegistry();
  const first = keyTransformer('secretbox', { name: 'one', secret: key(1) });
  const store = new EncryptedStore(
    below,
    (group, plural) => (group === '' && plural === 'secrets' ? [first, identity] : undefined),
    new TransformationMetrics(registry, env.clock),
  );
  await store.put(name, bytes('hunter2'));
  await below.put('/registry/core/secrets/default/plain', bytes('{}'));
  await below.put('/registry/core/secrets/default/lost', bytes('k8s:enc:aescbc:v1:one:x'));
  await store.put('/registry/core/configmaps/default/a', bytes('{}'));
  for (const each of ['a', 'plain'])
    await new EncryptedStore(below, () => [first, identity]).get(name.replace(/a$/, each));
  const fresh = new EncryptedStore(
    below,
    (_, plural) => (plural === 'secrets' ? [first, identity] : undefined),
    new TransformationMetrics(registry, env.clock),
  );
  await fresh.get(name);
  await fresh.get('/registry/core/secrets/default/plain');
  await assert.rejects(fresh.get('/registry/core/secrets/default/lost'));
  const lines = registry.expose().split('\n');
  const counted = lines.filter((line) => line.startsWith('apiserver_storage_transformation_operations_total{'));
  const of = (status: string, type: string, prefix: string, count: number) =>
    `apiserver_storage_transformation_operations_total{resource="secrets",status="${status}",transformation_type="${type}",transformer_prefix="${prefix}"} ${count}`;
  assert.deepEqual(counted.sort(), [
    of('OK', 'from_storage', 'identity', 1),
    of('OK', 'from_storage', 'k8s:enc:secretbox:v1:', 1),
    of('OK', 'to_storage', 'k8s:enc:secretbox:v1:', 1),
    of('unknown-non-grpc', 'from_storage', 'identity', 1),
  ]);
});
