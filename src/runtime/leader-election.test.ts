import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newServiceUnavailable } from '#api/errors.ts';
import type { Client } from '#client/client.ts';
import { Leases } from '#kinds/coordination/lease/definition.ts';
import { createCluster } from '#testing/cluster.ts';
import { runAsLeader } from './leader-election.ts';

async function setup() {
  const cluster = await createCluster({ nodes: 0, seed: 3 });
  /** In steps, in which answers of the server come back. */
  const pass = async (seconds: number, look: () => void = () => {}): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      await cluster.advance(1_000);
      look();
    }
  };
  const leaders: string[] = [];
  const candidate = (identity: string, client: Client = cluster.client) => {
    const stop = new AbortController();
    const lead = async (signal: AbortSignal): Promise<void> => {
      leaders.push(identity);
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      leaders.splice(leaders.indexOf(identity), 1);
    };
    const config = { env: cluster.env, client, namespace: 'kube-system', name: 'kube-scheduler', identity };
    const ended = runAsLeader(config, lead, stop.signal);
    return { stop: () => stop.abort(), ended };
  };
  return { cluster, leaders, candidate, pass };
}

test('one of several leads; when it ends, another follows at once', async () => {
  const { cluster, leaders, candidate, pass } = await setup();
  const a = candidate('a');
  await pass(1);
  const b = candidate('b');
  await pass(60);
  assert.deepEqual(leaders, ['a']);
  const target = { namespace: 'kube-system', name: 'kube-scheduler' };
  const lease = await cluster.client.get(Leases, target);
  assert.equal(lease.spec?.leaseDurationSeconds, 15);
  a.stop();
  await pass(6);
  await a.ended;
  assert.deepEqual(leaders, ['b']);
  assert.equal((await cluster.client.get(Leases, target)).spec?.leaseTransitions, 1);
  b.stop();
  await pass(1);
  await b.ended;
});

test('a leader that cannot renew stops before another begins', async () => {
  const { cluster, leaders, candidate, pass } = await setup();
  let cut = false;
  const flaky = new Proxy(cluster.client, {
    get: (target, method: keyof Client) =>
      cut ? () => Promise.reject(newServiceUnavailable('cut off')) : target[method].bind(target),
  });
  const a = candidate('a', flaky);
  await pass(1);
  const b = candidate('b');
  await pass(10);
  cut = true;
  await pass(60, () => assert(leaders.length <= 1, `two leaders: ${leaders.join(', ')}`));
  assert.deepEqual(leaders, ['b']);
  for (const { stop } of [a, b]) stop();
  await pass(20);
  await Promise.all([a.ended, b.ended]);
});
