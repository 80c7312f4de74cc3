/** The ciphers under the encrypting store: what is on the medium, rotation, wrong keys. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isStatusError } from '#api/errors.ts';
import { EncryptedStore } from '#apiserver/encryption/encrypted-store.ts';
import { identity, type ValueTransformer } from '#apiserver/encryption/transformer.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { createMemoryStore } from '#store/revision-store.ts';
import type { Store, StoreEvent } from '#store/store.ts';
import { type CipherName, keyTransformer } from './ciphers.ts';

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

test('secretbox is NaCl', () => {
  // The first case of NaCl's own tests (tests/secretbox.c): key, nonce, and where the sealed bytes begin.
  const secret = Uint8Array.fromHex('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389');
  const nonce = '69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37';
  const sealed =
    'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5';
  const box = keyTransformer('secretbox', { name: 'k', secret });
  const opened = box.decrypt(Uint8Array.fromHex(nonce + sealed), '');
  assert.ok(!(opened instanceof Promise));
  assert.ok(opened.value.toHex().startsWith('be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc'));
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
