/**
 * How long createCluster takes, in real time, until the API answers, controllers and scheduler work and nodes are ready; and
 * how much simulated time a second of real time can carry.
 *
 * Usage: node test/bench/create-cluster.ts
 *
 * Anchors: the goal is 100 ms; upstream's control plane alone takes 4.4 s to ready and 9.5 s to a default service account.
 */

import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { createCluster } from '#testing/cluster.ts';

for (const nodes of [1, 3, 100, 1000]) {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const begin = performance.now();
    using _cluster = await createCluster({ nodes, seed: run });
    times.push(performance.now() - begin);
  }
  const [first = 0, ...later] = times;
  const mean = later.reduce((sum, time) => sum + time, 0) / later.length;
  console.log(`${String(nodes).padStart(4)} nodes: first ${first.toFixed(0)} ms, then ${mean.toFixed(0)} ms`);
}

using cluster = await createCluster({ nodes: 10, seed: 1 });
const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: 'web:1' }] },
};
const spec = { replicas: 300, selector: { matchLabels: { app: 'web' } }, template };
let begin = performance.now();
await cluster.client.create(Deployments, { metadata: { namespace: 'default', name: 'web' }, spec });
await cluster.until(() => cluster.running('default').length === 300);
console.log(`300 pods on 10 nodes run after ${(performance.now() - begin).toFixed(0)} ms of real time`);
begin = performance.now();
await cluster.advance(3_600_000);
console.log(`an hour of that cluster at rest takes ${(performance.now() - begin).toFixed(0)} ms of real time`);
