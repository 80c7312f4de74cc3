/**
 * The supervisor of a cluster on one machine: makes its nodes and keeps its processes running.
 *
 *     server                     API server, controllers, scheduler; on the host
 *     containerd-NODE            one for each node, inside the node
 *     agent-NODE                 kubelet, service proxy, DNS; inside the node, once its containerd answers
 *
 * Invariants:
 * 1. One supervisor per cluster: it holds an abstract socket, which the kernel frees with the process.
 * 2. Nothing that runs is touched when a supervisor starts: nodes that are complete and processes that live are adopted.
 * 3. When the supervisor dies, all others go on, and its guardian becomes the next one.
 * 4. It is done when the cluster is stopped, and not before.
 */

import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { detectCgroups, enterCgroup } from '#platform/node/cgroups.ts';
import { readIfExists, writeFileAtomic } from '#platform/node/files.ts';
import { hasAppArmor, hasCapability } from '#platform/node/machine-facts.ts';
import { adoptProcess, rotateLiveLog, startProcess } from '#platform/node/process-host.ts';
import { waitForSocket } from '#platform/node/sockets.ts';
import { hasImage, importImages } from '../images/image-store.ts';
import { pauseArchive, pauseReference } from '../images/pause/pause.ts';
import { containerdConfig } from '../machine/containerd-config.ts';
import { type FoundRuntime, findRuntime } from '../machine/find-runtime.ts';
import { type ClusterLayout, nodeLayout } from '../machine/layout.ts';
import type { NodePlan } from '../machine/network-plan.ts';
import { clusterCgroup, type Machine, prepareHost, prepareNode } from '../machine/node-machine.ts';
import type { RoleCommand } from '../roles.ts';
import { type ClusterSettings, machineOf, nodesOf } from '../settings.ts';
import {
  type ControlAnswer,
  type ControlConnection,
  type ControlRequest,
  listenControl,
  type Refusal,
  type SupervisorStatus,
} from './control.ts';
import { startGuardian } from './guardian.ts';
import { type ProcessHost, type ProcessIdentity, Unit, type UnitSpec } from './unit.ts';
import { agentUnit, containerdUnit, serverUnit } from './unit-specs.ts';

export interface SupervisorOptions {
  readonly env: Env;
  readonly layout: ClusterLayout;
  /** Read again on every `reload`. */
  readonly settings: () => ClusterSettings;
  readonly role: RoleCommand;
}

const processHost: ProcessHost = { start: startProcess, adopt: adoptProcess };
const rotationIntervalMs = 10 * 60_000;
const retryMs = 2_000;

/** Runs until the cluster is stopped; at once, with false, when another supervisor of this cluster runs. */
export async function runSupervisor(options: SupervisorOptions, signal: AbortSignal): Promise<boolean> {
  const lock = await takeLock(options.settings().name);
  if (!lock) return false;
  const supervisor = new Supervisor(options);
  try {
    await supervisor.run(signal);
  } finally {
    lock.close();
  }
  return true;
}

class Supervisor {
  private readonly options: SupervisorOptions;
  private readonly env: Env;
  private readonly units = new Map<string, Unit>();
  private readonly watchers = new Set<() => void>();
  /** Linked processes that serve: those of a former supervisor may say so before their unit is here. */
  private readonly serving = new Set<string>();
  private readonly former: ReadonlyMap<string, ProcessIdentity>;
  private readonly stopping = new AbortController();
  private problem: string | undefined;
  private refusal: Refusal | undefined;

  constructor(options: SupervisorOptions) {
    this.options = options;
    this.env = options.env;
    this.former = readFormer(options.layout.processesFile);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { layout } = this.options;
    const settings = this.options.settings();
    enterCgroup(detectCgroups(), `${clusterCgroup(settings.name)}/system`, process.pid);
    mkdirSync(layout.run, { recursive: true, mode: 0o711 });
    rmSync(layout.supervisorSocket, { force: true });
    const stopped = Promise.withResolvers<void>();
    const stop = () => {
      if (this.stopping.signal.aborted) return;
      this.stopping.abort();
      this.stopUnits().then(stopped.resolve, stopped.reject);
    };
    const control = await listenControl(layout.supervisorSocket, (connection) =>
      this.serve(connection, stop, stopped.promise),
    );
    signal.addEventListener('abort', stop, { once: true });
    const guardian = startGuardian(this.options.role('supervise', '--name', settings.name, '--data-dir', layout.data));
    const rotation = setInterval(() => this.rotateLogs(), rotationIntervalMs);
    this.env.log.info('supervisor runs', { cluster: settings.name, nodes: settings.nodes });
    this.bringUp(settings);
    await stopped.promise;
    guardian.dismiss();
    clearInterval(rotation);
    control.close();
    rmSync(layout.supervisorSocket, { force: true });
  }

  /** Starts everything; each part as soon as what it needs is there. Failures are shown as the problem and tried again. */
  private bringUp(settings: ClusterSettings): void {
    this.startLinked(this.unit(serverUnit(this.options.layout, settings, this.options.role)));
    const machine = machineOf(this.options.layout, settings);
    const nodes = nodesOf(settings);
    this.insist('host', async () => {
      const [runtime, pause] = await Promise.all([
        findRuntime(settings.containerdBinDir),
        pauseArchive(join(this.options.layout.cache, 'images')),
        prepareHost(machine, nodes),
      ]);
      for (const node of nodes) this.insist(node.name, () => this.bringUpNode(machine, node, nodes, runtime, pause));
    });
  }

  private async bringUpNode(
    machine: Machine,
    node: NodePlan,
    nodes: readonly NodePlan[],
    runtime: FoundRuntime,
    pause: string,
  ): Promise<void> {
    const layout = nodeLayout(machine.layout, node.name);
    await prepareNode(
      machine,
      node,
      nodes.filter((other) => other !== node),
    );
    writeFileAtomic(
      layout.containerdConfig,
      containerdConfig({
        version: runtime.programs.containerdVersion,
        layout,
        runtimes: runtime.ociRuntimes,
        cniBin: runtime.programs.cniBin,
        pauseImage: pauseReference,
        restrictOomScoreAdj: !hasCapability('sysResource'),
        appArmor: hasAppArmor(),
      }),
    );
    const containerd = this.unit(containerdUnit(machine, node, runtime, this.stopping.signal));
    containerd.start(this.former.get(containerd.spec.name));
    await waitForSocket(layout.containerdSocket, this.stopping.signal);
    const store = { ctr: runtime.programs.ctr, socket: layout.containerdSocket };
    if (!(await hasImage(store, pauseReference))) await importImages(store, pause);
    if (this.stopping.signal.aborted) return;
    const agent = this.unit(agentUnit(machine, node, this.options.role));
    this.startLinked(agent);
  }

  private startLinked(unit: Unit): void {
    const { name } = unit.spec;
    unit.start(this.former.get(name));
    if (this.serving.has(name)) unit.markReady(true);
  }

  private unit(spec: UnitSpec): Unit {
    const known = this.units.get(spec.name);
    if (known) return known;
    const unit = new Unit(spec, this.env, processHost, () => this.changed());
    this.units.set(spec.name, unit);
    return unit;
  }

  /** Does a task until it succeeds; its failure is the cluster's problem meanwhile. */
  private insist(what: string, task: () => Promise<void>): void {
    const attempt = async () => {
      while (!this.stopping.signal.aborted) {
        try {
          await task();
          this.setProblem(what, undefined);
          return;
        } catch (error) {
          if (this.stopping.signal.aborted) return;
          this.env.log.error('cannot be started', { what, error });
          this.setProblem(what, messageOf(error));
          await sleep(this.env.clock, retryMs, this.stopping.signal).catch(() => {});
        }
      }
    };
    void attempt();
  }

  private setProblem(what: string, message: string | undefined): void {
    const next = message === undefined ? undefined : `${what}: ${message}`;
    if (message === undefined && !this.problem?.startsWith(`${what}: `)) return;
    this.problem = next;
    this.changed();
  }

  /** The server before the agents would leave them retrying; containers are left to whoever removes the machine. */
  private async stopUnits(): Promise<void> {
    const named = (prefix: string) => [...this.units.values()].filter((unit) => unit.spec.name.startsWith(prefix));
    await Promise.all(named('agent-').map((unit) => unit.stop()));
    await Promise.all(named('server').map((unit) => unit.stop()));
    this.env.log.info('supervisor ends');
  }

  private async serve(
    connection: ControlConnection<ControlAnswer, ControlRequest>,
    stop: () => void,
    stopped: Promise<void>,
  ): Promise<void> {
    let attached: string | undefined;
    let watcher: (() => void) | undefined;
    try {
      for await (const request of connection.messages) {
        switch (request.op) {
          case 'status':
            connection.send({ type: 'status', status: this.status() });
            break;
          case 'watch':
            watcher = () => connection.send({ type: 'status', status: this.status() });
            this.watchers.add(watcher);
            watcher();
            break;
          case 'reload':
            this.bringUp(this.options.settings());
            connection.send({ type: 'status', status: this.status() });
            break;
          case 'stop':
            stop();
            await stopped;
            connection.send({ type: 'stopped' });
            break;
          case 'attach':
            attached = request.unit;
            break;
          case 'ready':
            if (attached !== undefined) this.serves(attached, true);
            break;
          case 'refused':
            this.refusal = { message: request.message, ...(request.remedy ? { remedy: request.remedy } : {}) };
            this.changed();
            break;
        }
      }
    } finally {
      if (watcher) this.watchers.delete(watcher);
      if (attached !== undefined) this.serves(attached, false);
    }
  }

  /** A process says that it serves, or its link ended. */
  private serves(unit: string, serves: boolean): void {
    if (serves) {
      this.serving.add(unit);
      this.refusal = undefined;
    } else this.serving.delete(unit);
    this.units.get(unit)?.markReady(serves);
  }

  private status(): SupervisorStatus {
    return {
      cluster: this.options.settings().name,
      pid: process.pid,
      units: [...this.units.values()].map((unit) => ({
        name: unit.spec.name,
        state: unit.state.type,
        ready: unit.ready,
        restarts: unit.restarts,
        ...(unit.process ? { pid: unit.process.identity.pid } : {}),
        ...(unit.state.type === 'waiting' ? { reason: unit.state.reason } : {}),
      })),
      ...(this.problem === undefined ? {} : { problem: this.problem }),
      ...(this.refusal ? { refusal: this.refusal } : {}),
    };
  }

  private changed(): void {
    const running = [...this.units.values()].flatMap((unit) =>
      unit.process ? [[unit.spec.name, unit.process.identity] as const] : [],
    );
    // After a stop the file is somebody else's: `down` removes its directory.
    if (!this.stopping.signal.aborted)
      writeFileAtomic(this.options.layout.processesFile, JSON.stringify(Object.fromEntries(running)));
    for (const notify of this.watchers) notify();
  }

  private rotateLogs(): void {
    for (const unit of this.units.values()) rotateLiveLog(unit.spec.command().logFile);
  }
}

/** Undefined when another supervisor holds it. */
function takeLock(clusterName: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const lock = createServer();
    lock.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    lock.listen(`\0kubets/${clusterName}/supervisor`, () => resolve(lock));
  });
}

function readFormer(path: string): ReadonlyMap<string, ProcessIdentity> {
  const text = readIfExists(path);
  if (text === undefined) return new Map();
  try {
    // Written by `changed` above.
    return new Map(Object.entries(JSON.parse(text) as Record<string, ProcessIdentity>));
  } catch {
    return new Map();
  }
}
