/**
 * createCluster: a whole cluster in this process, on simulated time, disk, network and nodes.
 *
 *   using cluster = await createCluster({ nodes: 3, seed: 1 });
 *   await cluster.client.create(Deployments, web);
 *   await cluster.until(() => cluster.running('default').length === 3);
 *
 * `using cluster = ...` ends it with its block. The control plane is the real one; a node is a SimulatedMachine with a simulated kubelet. Time passes only while a call of
 * `cluster.client` is under way, or in `advance` and `until`. Everything that happens follows from the seed: two clusters with
 * the same seed and the same calls have the same history, byte for byte.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import type { KubeObject } from '#api/object.ts';
import { quantityValue } from '#api/quantity.ts';
import type { ApiHandler } from '#api/request.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { Nodes } from '#kinds/core/node/definition.ts';
import { ServiceAccounts } from '#kinds/core/service-account/definition.ts';
import type { Node } from '#kinds/generated/core-v1.ts';
import { kubeletConfig } from '#kubelet/config.ts';
import { createKubelet } from '#kubelet/kubelet.ts';
import { SimDisk } from '#platform/sim/disk.ts';
import { createSimEnv, type SimEnv, type SimEnvOptions } from '#platform/sim/env.ts';
import { SimNetwork } from '#platform/sim/network.ts';
import { SimProcess } from '#platform/sim/process.ts';
import { startControllers } from '#runtime/controller.ts';
import { clientOf, startApiServer, startManagers } from './control-plane.ts';
import { kubeletPorts } from './machine/kubelet-ports.ts';
import { type MachineObserver, type RunningPod, SimulatedMachine } from './machine/machine.ts';
import { defaultNodeConfig, type SimulatedNodeConfig, simulatedKubelet } from './simulated-kubelet.ts';

export interface ClusterOptions extends SimEnvOptions {
  /** node-0, node-1, ...; 1 unless told. */
  readonly nodes?: number;
  readonly node?: Partial<SimulatedNodeConfig>;
  /** 'simulated': what a kubelet does as the API sees it; 'real': src/kubelet itself on the machine's simulated runtime. */
  readonly kubelet?: 'simulated' | 'real';
  /** 'server': controllers and scheduler live with the API server and call it directly, as `kubets up` does; 'apart': across the network. */
  readonly controllers?: 'server' | 'apart';
}

/** A node and the agent on it. */
export interface SimulatedNode {
  readonly machine: SimulatedMachine;
  /** The agent dies; containers run on. */
  killAgent(): void;
  /** The machine dies with everything on it. */
  powerOff(): void;
  /** Idempotent: the machine and its agent run. */
  start(): void;
}

/** Longest simulated time that a call of `cluster.client` may take, in ms. */
const callLimitMs = 120_000;

/** Longest simulated time until a new cluster is ready, in ms. */
const readyLimitMs = 60_000;

export async function createCluster(options: ClusterOptions = {}): Promise<SimulatedCluster> {
  const cluster = new SimulatedCluster(options);
  await cluster.env.clock.drivenTo(cluster.start(), readyLimitMs);
  return cluster;
}

export class SimulatedCluster {
  readonly env: SimEnv;
  readonly disk: SimDisk;
  readonly network: SimNetwork;
  readonly nodes: readonly SimulatedNode[];
  /** The administrator, on a network without faults of its own; its calls let time pass until they are answered. */
  readonly client: Client;
  /** What must never be and was, as sentences: two pods of one name at a time. */
  readonly violations: string[] = [];
  private readonly options: ClusterOptions;
  private server: SimProcess | undefined;
  private managers: SimProcess | undefined;
  private handler: ApiHandler | undefined;
  private readonly processes: SimProcess[] = [];

  constructor(options: ClusterOptions) {
    this.options = options;
    this.env = createSimEnv(options);
    this.disk = new SimDisk(this.env);
    this.network = new SimNetwork(this.env);
    this.nodes = Array.from({ length: options.nodes ?? 1 }, (_, index) => this.createNode(index));
    const handler: ApiHandler = (request) => {
      if (!this.handler) return Promise.reject(new Error('the API server is down'));
      return this.env.clock.drivenTo(this.handler(request), callLimitMs);
    };
    this.client = clientOf(handler, 'kubernetes-admin', ['system:masters']);
  }

  /** Resolves when the API answers, controllers work and every node is ready. */
  async start(): Promise<void> {
    await this.startServer();
    await this.startManagers();
    for (const node of this.nodes) node.start();
    const process = this.process('starter');
    const client = clientOf(this.network.handlerFor(process, 'starter'), 'kubernetes-admin', ['system:masters']);
    const names = this.nodes.map(({ machine }) => machine.name);
    await Promise.all([
      seen(client, Nodes, names, isReadyNode),
      // Without it no pod is admitted.
      seen(client, ServiceAccounts, ['default'], ({ metadata }) => metadata?.namespace === 'default'),
    ]);
  }

  /** Lets simulated time pass. */
  advance(ms: number): Promise<void> {
    return this.env.clock.advance(ms);
  }

  /** Lets time pass until the condition holds; throws when it does not within the limit of simulated time. */
  async until(condition: () => boolean, limitMs = 120_000): Promise<void> {
    if (await this.env.clock.advanceUntil(condition, limitMs)) return;
    throw new Error(`it did not come to pass within ${limitMs} ms of simulated time: ${condition}`);
  }

  /** What runs on all machines: 'namespace/name' and the pod, of one namespace or all. */
  running(namespace?: string): (RunningPod & { readonly node: string })[] {
    return this.nodes.flatMap(({ machine }) =>
      machine
        .running()
        .filter(({ key }) => namespace === undefined || key.startsWith(`${namespace}/`))
        .map(({ key, uid, podIP, startedAtMs }) => ({ key, uid, podIP, startedAtMs, node: machine.name })),
    );
  }

  /** A client of a process on another host, with the faults of the network. Time does not pass by itself. */
  clientOn(host: string, process: SimProcess, username: string): Client {
    return clientOf(this.network.handlerFor(process, host), username);
  }

  /** A process of its own; `name` tells its randomness apart. */
  process(name: string): SimProcess {
    const process = new SimProcess(`${name}/${this.processes.length}`, this.env);
    this.processes.push(process);
    return process;
  }

  /** kill -9 of the API server (and of controllers and scheduler, where they live with it). */
  killServer(): void {
    this.server?.kill();
    this.server = undefined;
    this.handler = undefined;
    this.network.listen(undefined);
  }

  /** kill -9 of controllers and scheduler; where they live with the server, of the server. */
  killManagers(): void {
    if (this.options.controllers !== 'apart') {
      this.killServer();
      return;
    }
    this.managers?.kill();
    this.managers = undefined;
  }

  /** What the supervisor does: starts the server when it is down. */
  async startServer(): Promise<void> {
    if (this.server) return;
    const process = this.process('server');
    this.server = process;
    const { handler } = await startApiServer(process, this.disk);
    if (this.server !== process) return;
    this.handler = handler;
    this.network.listen({ process, handler });
    if (this.options.controllers !== 'apart') await startManagers(process, handler);
  }

  async startManagers(): Promise<void> {
    if (this.options.controllers !== 'apart') return this.startServer();
    if (this.managers) return;
    const process = this.process('managers');
    this.managers = process;
    await startManagers(process, this.network.handlerFor(process, 'managers'));
  }

  /** Ends every process, so that nothing keeps the cluster in memory. */
  [Symbol.dispose](): void {
    for (const process of this.processes) process.kill();
  }

  private readonly observer: MachineObserver = {
    podStarts: ({ name }, key, uid) => {
      for (const other of this.running()) {
        if (other.key !== key) continue;
        this.violations.push(`${key} (uid ${uid}) starts on ${name} while uid ${other.uid} runs on ${other.node}`);
      }
    },
    violation: (text) => this.violations.push(text),
  };

  private createNode(index: number): SimulatedNode {
    const config = { ...defaultNodeConfig, ...this.options.node };
    const machine = new SimulatedMachine(`node-${index}`, index, this.env, config, this.observer);
    let agent: SimProcess | undefined;
    const killAgent = () => {
      agent?.kill();
      agent = undefined;
    };
    return {
      machine,
      killAgent,
      powerOff: () => {
        killAgent();
        machine.powerOff();
      },
      start: () => {
        if (agent) return;
        agent = this.process(machine.name);
        const client = this.clientOn(machine.name, agent, `system:node:${machine.name}`);
        const start = this.options.kubelet === 'real' ? startRealKubelet : startSimulatedKubelet;
        start(machine, config, this.env, agent, client);
      },
    };
  }
}

type StartKubelet = (
  machine: SimulatedMachine,
  config: SimulatedNodeConfig,
  world: SimEnv,
  process: SimProcess,
  client: Client,
) => void;

/** They end by the death of their process only. */
const neverAborted = () => new AbortController().signal;

const startSimulatedKubelet: StartKubelet = (machine, config, _, { env }, client) => {
  const controllers = simulatedKubelet(machine, config);
  void startControllers({ env, client, clientFor: () => client, controllers }, neverAborted());
};

const startRealKubelet: StartKubelet = (machine, { cpu, memory, pods, labels }, world, process, client) => {
  const size = { cpus: Number(quantityValue(cpu)), memoryBytes: Number(quantityValue(memory)) };
  const config = kubeletConfig({
    nodeName: machine.name,
    nodeIPs: [machine.ip],
    maxPods: pods,
    clusterDNS: ['10.96.0.10'],
    ...(labels ? { nodeLabels: labels } : {}),
  });
  const kubelet = createKubelet(config, kubeletPorts(world, process, machine, size));
  kubelet.start({ env: process.env, client }, neverAborted()).catch((error: unknown) => {
    process.env.log.error('the kubelet ended', { error: messageOf(error) });
  });
};

/** Resolves when each of the named objects was seen as it should be. */
async function seen<T extends KubeObject>(
  client: Client,
  definition: ResourceDefinition<T>,
  names: readonly string[],
  isThere: (object: T) => boolean,
): Promise<void> {
  const waiting = new Set(names);
  if (waiting.size === 0) return;
  for await (const { type, object } of client.watch(definition, { resourceVersion: '0' })) {
    if (type !== 'DELETED' && isThere(object)) waiting.delete(object.metadata?.name ?? '');
    if (waiting.size === 0) return;
  }
  throw new Error(`the watch on ${definition.plural} ended`);
}

function isReadyNode({ status }: Node): boolean {
  return status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}
