import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '#api/object.ts';
import { aborted } from '#base/abort.ts';
import type { Client } from '#client/client.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import type { ControllerContext } from '#runtime/controller.ts';
import { Informers } from '#runtime/informer.ts';
import { Monitors } from './monitors.ts';

const verbs = ['delete', 'list', 'watch'];

test('a kind that cannot be listed, because its server is gone, is not waited for without end', async () => {
  const env = createSimEnv();
  const end = new AbortController();
  const listed: string[] = [];
  const client: Pick<Client, 'raw' | 'list' | 'watch'> = {
    raw: async (_, path) => {
      if (path === '/apis') return { groups: [{ versions: [{ groupVersion: 'wardle.example.com/v1' }] }] };
      if (path === '/api/v1')
        return { resources: [{ name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs }] };
      return { resources: [{ name: 'flunders', kind: 'Flunder', namespaced: true, verbs }] };
    },
    list: async ({ plural }) => {
      listed.push(plural);
      if (plural === 'flunders') throw new Error('the server is gone');
      return { items: [], resourceVersion: '1' };
    },
    // biome-ignore lint/correctness/useYield: nothing ever changes
    async *watch<T extends KubeObject>(_: unknown, { signal }: { readonly signal?: AbortSignal | undefined } = {}) {
      await aborted(signal as AbortSignal);
      return undefined as T | undefined;
    },
  };
  const informers = new Informers(client as Client, env, end.signal);
  const context = { env, client, informers, signal: end.signal } as unknown as ControllerContext;
  const monitors = new Monitors(context, { observed: () => {}, removed: () => {} });
  let isReady = false;
  const ready = monitors.ready().then(() => {
    isReady = true;
  });
  await env.clock.advance(29_000);
  assert.equal(isReady, false);
  assert.ok(listed.includes('configmaps') && listed.includes('flunders'));
  await env.clock.advance(2_000);
  await ready;
  assert.equal(monitors.resourceOf('wardle.example.com', 'Flunder')?.plural, 'flunders');
  end.abort();
});
