/**
 * SimulatedMachine: a node's hardware, kernel and container runtime, apart from the agent that drives them. Containers go on
 * when the agent dies and end when the machine does; files outlive both.
 */

import type { SimEnv } from '#platform/sim/env.ts';
import { SimulatedFiles, SimulatedMounts } from './files.ts';
import { type RuntimeTimes, SimulatedRuntime } from './runtime.ts';

export interface RunningPod {
  /** 'namespace/name'. */
  readonly key: string;
  readonly uid: string;
  readonly podIP: string;
  /** Wall clock, ms. */
  readonly startedAtMs: number;
}

interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Who looks at what machines do. */
export interface MachineObserver {
  /** Before the first container of a pod starts. */
  podStarts(machine: SimulatedMachine, key: string, uid: string): void;
  /** Something happened that must not. */
  violation(text: string): void;
}

export class SimulatedMachine {
  readonly name: string;
  readonly ip: string;
  readonly files = new SimulatedFiles({
    '/etc/resolv.conf': 'nameserver 10.0.0.2\n',
    '/etc/hosts': '127.0.0.1\tlocalhost\n',
  });
  readonly mounts = new SimulatedMounts(this.files);
  readonly runtime: SimulatedRuntime;
  private readonly podPrefix: string;
  private readonly observer: MachineObserver;
  /** What runs, by uid, with the names of the containers that do. */
  private readonly pods = new Map<string, RunningPod & { readonly containers: Set<string> }>();
  private nextIp = 2;

  /** `index` gives the machine its addresses. */
  constructor(name: string, index: number, world: SimEnv, times: RuntimeTimes, observer: MachineObserver) {
    this.name = name;
    this.observer = observer;
    this.ip = `10.0.${(index + 1) >> 8}.${(index + 1) & 255}`;
    this.podPrefix = `10.${128 + ((index >> 8) & 63)}.${index & 255}`;
    this.runtime = new SimulatedRuntime(world, this, times);
  }

  /** Everything that runs is gone. */
  powerOff(): void {
    this.runtime.powerOff();
    this.mounts.powerOff();
    this.pods.clear();
  }

  /** What runs now. */
  running(): readonly RunningPod[] {
    return [...this.pods.values()];
  }

  get(key: string): RunningPod | undefined {
    for (const pod of this.pods.values()) if (pod.key === key) return pod;
    return undefined;
  }

  newAddress(): string {
    const address = `${this.podPrefix}.${this.nextIp}`;
    this.nextIp = this.nextIp >= 254 ? 2 : this.nextIp + 1;
    return address;
  }

  containerStarts({ namespace, name, uid }: PodIdentity, container: string, podIP: string, nowMs: number): void {
    const key = `${namespace}/${name}`;
    const running = this.pods.get(uid);
    if (!running) {
      this.observer.podStarts(this, key, uid);
      this.pods.set(uid, { key, uid, podIP, startedAtMs: nowMs, containers: new Set([container]) });
      return;
    }
    if (running.containers.has(container)) {
      this.observer.violation(`${this.name}: container ${container} of ${key} (uid ${uid}) runs twice`);
    }
    running.containers.add(container);
  }

  containerEnds({ uid }: PodIdentity, container: string): void {
    const running = this.pods.get(uid);
    running?.containers.delete(container);
    if (running?.containers.size === 0) this.pods.delete(uid);
  }
}
