/** Deleting: what is judged, what ends a collection's before its end, and that nothing is deleted after the answer. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newForbidden } from '#api/errors.ts';
import type { AdmissionContext } from '#apiserver/admission-plugin.ts';
import { ConfigMaps } from '#kinds/core/config-map/definition.ts';
import { startOpenServer } from './support/open-server.ts';

const user = { username: 'jane', groups: [] };
const count = 200;

/** A namespace of many; `judge` is asked about each that is to be deleted, by how many were before it. */
async function many(judge: (context: AdmissionContext, before: number) => void) {
  let asked = 0;
  const validate = (context: AdmissionContext) => {
    // Others have their turn between any two.
    if (context.operation === 'DELETE') return Promise.resolve().then(() => judge(context, asked++));
    return undefined;
  };
  const open = await startOpenServer(() => ({ admission: [{ name: 'Judge', validate }] }));
  const client = open.clientOf(user);
  const names = Array.from({ length: count }, (_, at) => `c${at}`);
  await Promise.all(names.map((name) => client.create(ConfigMaps, { metadata: { namespace: 'a', name } })));
  const left = async () => (await client.list(ConfigMaps, { namespace: 'a' })).items.length;
  return { client, close: open.close, left };
}

/** What is left, twice: nothing goes on in between. */
async function settled(left: () => Promise<number>): Promise<number> {
  const first = await left();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await left(), first);
  return first;
}

test('the first refusal ends it', async () => {
  const { client, close, left } = await many(({ name }, before) => {
    if (before === 40) throw newForbidden({ group: '', resource: 'configmaps' }, name, 'no');
  });
  await assert.rejects(client.deleteCollection(ConfigMaps, { namespace: 'a' }), { code: 403 });
  const rest = await settled(left);
  assert.ok(rest > count / 2 && rest < count, `${rest}`);
  await close();
});

test('a client that leaves ends it', async () => {
  const ending = new AbortController();
  const { client, close, left } = await many((_, before) => {
    if (before === 40) ending.abort();
  });
  await assert.rejects(client.deleteCollection(ConfigMaps, { namespace: 'a', signal: ending.signal }));
  const rest = await settled(left);
  assert.ok(rest > count / 2 && rest < count, `${rest}`);
  await close();
});

test('what was made anew under the name while admission looked is judged itself', async () => {
  const judged: (string | undefined)[] = [];
  const validate = async ({ operation, oldObject }: AdmissionContext) => {
    if (operation !== 'DELETE') return;
    judged.push(oldObject?.metadata?.uid);
    if (judged.length > 1) throw newForbidden({ group: '', resource: 'configmaps' }, 'c', 'not this one');
    // Another deletes it at the same time, and makes another.
    const stored = open.server.registry.find('', 'v1', 'configmaps');
    await open.store.delete(`${stored?.prefix}${stored?.keyOf('a', 'c')}`, {});
    await client.create(ConfigMaps, { metadata: { namespace: 'a', name: 'c' } });
  };
  const open = await startOpenServer(() => ({ admission: [{ name: 'Judge', validate }] }));
  const client = open.clientOf(user);
  const { metadata } = await client.create(ConfigMaps, { metadata: { namespace: 'a', name: 'c' } });
  await assert.rejects(client.delete(ConfigMaps, { namespace: 'a', name: 'c' }), { code: 403 });
  const left = await client.get(ConfigMaps, { namespace: 'a', name: 'c' });
  assert.deepEqual(judged, [metadata?.uid, left.metadata?.uid]);
  assert.notEqual(left.metadata?.uid, metadata?.uid);
  await open.close();
});
