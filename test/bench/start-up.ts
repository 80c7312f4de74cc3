/**
 * How long `kubets up` takes with images cached: until it returns, until the node is Ready, until the cluster's DNS answers, until
 * the default service account is there. A cluster that was made and taken down before is started again, as on any second day.
 *
 * Usage: node test/bench/start-up.ts [RUNS]     root; 5 runs. The cluster bench-start is made and removed.
 *
 * Goal: 2 s. Anchors on a machine of 2 cores, images cached: k3d 20 s; upstream 1.36.3's control plane alone, of five starts
 * on empty data: /readyz 4.38 s, default service account 9.50 s, 5.2 s of CPU time until ready.
 */

import { Resolver } from 'node:dns/promises';
import { agentDnsPort } from '#cluster/server/dns-service.ts';
import { nodesOf } from '#cluster/settings.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { ServiceAccounts } from '#kinds/core/service-account/definition.ts';
import { machineLoad, median, openCluster, runKubets } from './running-cluster.ts';

const runs = Number(process.argv[2] ?? 5);
const name = 'bench-start';
const limitMs = 60_000;
const upArgs = ['up', '--name', name, '--api-port', '7652', '--no-kubeconfig'];

/** Asks every few milliseconds; milliseconds since `begin` when the answer was yes. */
async function until(begin: number, ask: () => Promise<boolean>): Promise<number> {
  for (;;) {
    if (await ask().catch(() => false)) return performance.now() - begin;
    if (performance.now() - begin > limitMs) throw new Error(`nothing after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function start() {
  const begin = performance.now();
  const up = runKubets(...upArgs).then(() => performance.now() - begin);
  const cluster = openCluster(name);
  const [node] = nodesOf(cluster.settings);
  if (!node) throw new Error('the cluster has no node');
  const resolver = new Resolver({ timeout: 100, tries: 1 });
  resolver.setServers([`${node.address}:${agentDnsPort}`]);
  try {
    const [dns, ready, serviceAccount] = await Promise.all([
      until(begin, async () => (await resolver.resolve4('kubernetes.default.svc.cluster.local')).length > 0),
      // The node of the last time is still in the store and says Ready: it counts when its kubelet has reported since.
      until(begin, async () => {
        const conditions = (await cluster.client.get(Nodes, { name: node.name })).status?.conditions ?? [];
        return conditions.some(
          ({ type, status, lastHeartbeatTime = '' }) =>
            type === 'Ready' && status === 'True' && Date.parse(lastHeartbeatTime) >= started,
        );
      }),
      until(begin, async () => {
        await cluster.client.get(ServiceAccounts, { namespace: 'default', name: 'default' });
        return true;
      }),
    ]);
    return { up: await up, dns, ready, serviceAccount };
  } finally {
    await up.catch(() => {});
    cluster.close();
  }
}

/** Heartbeats are in whole seconds. */
let started = 0;
try {
  await runKubets(...upArgs);
  const results: Awaited<ReturnType<typeof start>>[] = [];
  for (let run = 0; run < runs; run++) {
    await runKubets('down', '--name', name);
    started = Math.floor(Date.now() / 1000) * 1000;
    results.push(await start());
  }
  console.log(`${runs} starts, ${machineLoad()}; ms, median and worst`);
  for (const what of ['up', 'ready', 'dns', 'serviceAccount'] as const) {
    const times = results.map((result) => result[what]);
    console.log(
      `${what.padEnd(15)} ${median(times).toFixed(0).padStart(6)} ${Math.max(...times)
        .toFixed(0)
        .padStart(6)}`,
    );
  }
} finally {
  await runKubets('reset', '--name', name, '--yes');
}
