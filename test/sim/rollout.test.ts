/**
 * Rolling updates keep their promise at every revision of history, not only at rest: never fewer available pods than replicas
 * minus maxUnavailable, never more pods than replicas plus maxSurge; also when one update overtakes another.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deployments } from '#kinds/apps/deployment/definition.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { createCluster } from '#testing/cluster.ts';
import { historyOf } from '#testing/history.ts';
import { violationsAtRest } from '#testing/invariants.ts';

const replicas = 10;
/** 25 % of ten, as upstream rounds: down for what may be missing, up for what may be too much. */
const [fewest, most] = [8, 13];
const target = { namespace: 'default', name: 'web' };

for (let seed = 1; seed <= 10; seed++) {
  test(`seed ${seed}: a rolling update keeps between ${fewest} available and ${most} pods`, async () => {
    using cluster = await createCluster({ nodes: 3, seed });
    const labels = { app: 'web' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'web:0' }] } };
    const spec = { replicas, selector: { matchLabels: labels }, template };
    await cluster.client.create(Deployments, { metadata: target, spec });
    await cluster.until(() => cluster.running('default').length === replicas);
    await cluster.advance(5000);
    const settled = cluster.disk.history().length;

    for (let update = 1; update <= 4; update++) {
      // A patch: the controller writes the status all the while, so a read version is soon an old one.
      const containers = [{ name: 'web', image: `web:${update}` }];
      await cluster.client.patch(
        Deployments,
        target,
        { spec: { template: { spec: { containers } } } },
        { type: 'merge' },
      );
      await cluster.advance(cluster.env.random.between(100, 6000));
    }
    await cluster.advance(60_000);

    let lowest = replicas;
    let highest = 0;
    const pods = new Map<string, Pod>();
    for (const { revision, key, object } of historyOf(cluster.disk)) {
      if (!key.startsWith('/registry/core/pods/')) continue;
      if (object) pods.set(key, object);
      else pods.delete(key);
      if (revision <= settled) continue;
      const active = [...pods.values()].filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
      lowest = Math.min(lowest, active.filter(isReady).length);
      highest = Math.max(highest, active.length);
    }
    assert.ok(lowest >= fewest, `only ${lowest} pods were available`);
    assert.ok(highest <= most, `there were ${highest} pods`);
    assert.ok(lowest < replicas || highest > replicas, 'nothing was replaced');
    assert.deepEqual(await violationsAtRest(cluster), []);
  });
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}
