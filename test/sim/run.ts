/** One seed: a cluster, a user, everything that can go wrong, then rest, and what must hold. */

import { Deployments } from '#kinds/apps/deployment/definition.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import type { SimDisk } from '#platform/sim/disk.ts';
import type { SimEnvOptions } from '#platform/sim/env.ts';
import { SimRandom } from '#platform/sim/random.ts';
import { createCluster, type SimulatedCluster } from '#testing/cluster.ts';
import { historyOf } from '#testing/history.ts';
import { violationsAtRest } from '#testing/invariants.ts';
import { WatchWitness } from '#testing/watch-witness.ts';
import { Chaos } from './chaos.ts';
import { Workload } from './workload.ts';

export interface SimRun {
  readonly disk: SimDisk;
  readonly violations: readonly string[];
  readonly faults: ReadonlyMap<string, number>;
  readonly outcomes: ReadonlyMap<string, number>;
}

/**
 * Trouble lasts this long, in ms of simulated time; then there is peace until everything has settled. The long one is enough for
 * pods to be evicted from silent nodes (50 s, then 300 s of toleration).
 */
const troubleMs = { usual: 4 * 60_000, long: 15 * 60_000 };

/** A node that is cut off is noticed after 50 s, its pods are evicted 300 s later: rest is longer than both. */
const restMs = 10 * 60_000;

export async function simulate(seed: number | string, options: Pick<SimEnvOptions, 'onLog'> = {}): Promise<SimRun> {
  const shape = new SimRandom(seed);
  const controllers = shape.chance(0.7) ? 'apart' : 'server';
  const kubelet = shape.chance(0.5) ? 'real' : 'simulated';
  using cluster = await createCluster({ nodes: 3, controllers, kubelet, ...options, seed });
  const user = cluster.process('user');
  const workload = new Workload(user, cluster.clientOn('user', user, 'user'), cluster.env.random.fork('workload'));
  const witnessProcess = cluster.process('witness');
  const witnessClient = cluster.clientOn('witness', witnessProcess, 'witness');
  const pods = new WatchWitness(witnessProcess, witnessClient, Pods);
  const deployments = new WatchWitness(witnessProcess, witnessClient, Deployments);
  const chaos = new Chaos(cluster);
  await cluster.advance(shape.chance(0.15) ? troubleMs.long : troubleMs.usual);
  workload.stop();
  await cluster.env.clock.drivenTo(chaos.stop(), 60_000);
  // Requests of the user that are still under way have an end.
  await cluster.advance(30_000);
  await workload.uncordon(cluster.client);
  await cluster.advance(restMs);
  const violations = [
    ...cluster.violations,
    ...pods.violations,
    ...deployments.violations,
    ...(await violationsAtRest(cluster)),
    ...(await witnessed(cluster, Pods, pods)),
    ...(await witnessed(cluster, Deployments, deployments)),
    ...lost(cluster, workload),
  ];
  return { disk: cluster.disk, violations, faults: chaos.done, outcomes: workload.outcomes };
}

/** At rest a watcher knows exactly what a list shows. */
async function witnessed(
  { client }: SimulatedCluster,
  definition: Parameters<typeof client.list>[0],
  witness: Pick<WatchWitness<never>, 'state'>,
): Promise<string[]> {
  const { items } = await client.list(definition);
  const listed = items
    .map(({ metadata }) => `${metadata?.namespace}/${metadata?.name} ${metadata?.uid} ${metadata?.resourceVersion}`)
    .sort();
  const seen = witness.state();
  if (listed.join('\n') === seen.join('\n')) return [];
  return [`${definition.plural}: a watcher knows\n${seen.join('\n')}\nbut a list shows\n${listed.join('\n')}`];
}

/** Every acknowledged write is in the history as it was answered. */
function lost({ disk }: SimulatedCluster, { acknowledged }: Workload): string[] {
  const history = new Map(historyOf(disk).map((entry) => [entry.revision, entry]));
  return acknowledged
    .filter(({ uid, resourceVersion }) => history.get(resourceVersion)?.object?.metadata?.uid !== uid)
    .map(({ what, resourceVersion }) => `${what} was acknowledged at ${resourceVersion} and is lost`);
}
