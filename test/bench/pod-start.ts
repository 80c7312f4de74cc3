/**
 * From creating a pod to seeing it Running, against the bare CRI calls for the same on the same runtime in the same run: RunPodSandbox,
 * CreateContainer, StartContainer. One pod alone, and ten at once; also ten in the first moments of an agent.
 *
 * Usage: node test/bench/pod-start.ts [--name NAME] [--rounds 10]     root. Without --name a cluster is made, and removed at the end.
 *
 * Goal: 1.25 times the bare calls. Rounds of both take turns, so that a machine that is busy is busy for both; the ratio is of medians.
 */

import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { pauseReference } from '#cluster/images/pause/pause.ts';
import { nodeLayout } from '#cluster/machine/layout.ts';
import { nodeCgroup } from '#cluster/machine/node-machine.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { ServiceAccounts } from '#kinds/core/service-account/definition.ts';
import type { ContainerConfig, NamespaceOptions, PodSandboxConfig } from '#kubelet/cri/runtime.ts';
import { createCriClient } from '#platform/node/cri-client.ts';
import { startPods, until } from './pods.ts';
import { machineLoad, median, openCluster, processesOf, runKubets } from './running-cluster.ts';

const { values } = parseArgs({ options: { name: { type: 'string' }, rounds: { type: 'string', default: '10' } } });
const rounds = Number(values.rounds);
const name = values.name ?? 'bench-pods';
const namespace = 'default';
const node = 'node1';

const namespaces: NamespaceOptions = { network: 'POD', pid: 'CONTAINER', ipc: 'POD' };

const containerConfig: ContainerConfig = {
  metadata: { name: 'pause', attempt: 0 },
  image: { image: pauseReference },
  command: [],
  args: [],
  workingDir: '',
  envs: [],
  mounts: [],
  devices: [],
  labels: {},
  annotations: {},
  logPath: 'pause.log',
  stdin: false,
  stdinOnce: false,
  tty: false,
  linux: {
    resources: { cpuShares: 2 },
    securityContext: { namespaceOptions: namespaces, maskedPaths: [], readonlyPaths: [] },
  },
};

if (values.name === undefined) await runKubets('up', '--name', name, '--api-port', '7653', '--no-kubeconfig');
const cluster = openCluster(name);
const cri = createCriClient({ endpoint: nodeLayout(cluster.layout, node).containerdSocket });
try {
  await until(() => cluster.client.get(ServiceAccounts, { namespace, name: 'default' }));
  await compare('one pod', 1, rounds);
  await compare('ten at once', 10, Math.ceil(rounds / 3));
  await afterAgentStart();
  console.log(machineLoad());
} finally {
  cri.close();
  cluster.close();
  if (values.name === undefined) await runKubets('reset', '--name', name, '--yes');
}

async function compare(what: string, pods: number, times: number): Promise<void> {
  // The first of each finds cold caches.
  await bareStart(pods);
  await startPods(cluster.client, pods);
  const bare: number[] = [];
  const ours: number[] = [];
  for (let i = 0; i < times; i++) {
    bare.push(await bareStart(pods));
    ours.push(await startPods(cluster.client, pods));
  }
  report(what, bare, ours);
}

/** Ten pods that are created while the agent is away, so that they are the first that it sees. */
async function afterAgentStart(): Promise<void> {
  const bare: number[] = [];
  const ours: number[] = [];
  for (let i = 0; i < Math.ceil(rounds / 3); i++) {
    bare.push(await bareStart(10));
    const agent = (await processesOf(cluster.layout)).get(`agent-${node}`);
    if (agent === undefined) throw new Error('the agent does not run');
    process.kill(agent, 'SIGKILL');
    await until(async () => {
      const now = (await processesOf(cluster.layout)).get(`agent-${node}`);
      const conditions = (await cluster.client.get(Nodes, { name: node })).status?.conditions ?? [];
      return (
        now !== undefined &&
        now !== agent &&
        conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
      );
    });
    ours.push(await startPods(cluster.client, 10));
  }
  report('ten, agent just started', bare, ours);
}

function report(what: string, bare: readonly number[], ours: readonly number[]): void {
  const [anchor, figure] = [median(bare), median(ours)];
  console.log(
    `${what.padEnd(24)} bare CRI ${anchor.toFixed(0).padStart(5)} ms, pods ${figure.toFixed(0).padStart(5)} ms, ` +
      `ratio ${(figure / anchor).toFixed(2)} (medians of ${ours.length})`,
  );
}

/** Milliseconds for the same containers by three calls each, all pods at once. They are removed before this returns. */
async function bareStart(pods: number): Promise<number> {
  const { runtime } = cri;
  const configs = Array.from({ length: pods }, () => sandboxConfig(randomUUID()));
  const begin = performance.now();
  const sandboxes = await Promise.all(
    configs.map(async (config) => {
      const sandbox = await runtime.runPodSandbox(config, '');
      const container = await runtime.createContainer(sandbox, containerConfig, config);
      await runtime.startContainer(container);
      return sandbox;
    }),
  );
  const end = performance.now();
  await Promise.all(
    sandboxes.map(async (sandbox) => {
      await runtime.stopPodSandbox(sandbox);
      await runtime.removePodSandbox(sandbox);
    }),
  );
  return end - begin;
}

function sandboxConfig(uid: string): PodSandboxConfig {
  return {
    metadata: { name: `bare-${uid}`, namespace: 'bench', uid, attempt: 0 },
    hostname: 'bare',
    logDirectory: `/var/log/pods/bench_bare_${uid}`,
    portMappings: [],
    labels: {},
    annotations: {},
    linux: {
      cgroupParent: `${nodeCgroup(name, node)}/bench`,
      securityContext: { namespaceOptions: namespaces },
      sysctls: {},
    },
  };
}
