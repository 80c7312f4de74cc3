/** A machine with a scripted runtime, on which one kubelet after the other may live; its disk outlives them. */

import type { KubeletPorts, Machine, PodCgroups, ProbeNetwork } from '#kubelet/ports.ts';
import type { SimProcess } from '#platform/sim/process.ts';
import { SimulatedFiles, SimulatedMounts } from '../machine/files.ts';
import { SimulatedCgroups } from '../machine/kubelet-ports.ts';
import type { ScriptedRuntime } from './scripted-runtime.ts';

export class NodeWorld {
  readonly runtime: ScriptedRuntime;
  readonly files = new SimulatedFiles({
    '/etc/resolv.conf': 'nameserver 10.0.0.2\n',
    '/etc/hosts': '127.0.0.1\tlocalhost\n',
  });
  readonly cgroups: PodCgroups = new SimulatedCgroups();
  private readonly mounts = new SimulatedMounts(this.files);
  private readonly machine: Machine;
  private readonly network: ProbeNetwork;

  constructor(runtime: ScriptedRuntime, machine: Machine, network: ProbeNetwork) {
    this.runtime = runtime;
    this.machine = machine;
    this.network = network;
  }

  /** The ports as a process has them: what it waits for when it dies never comes. */
  portsOf(process: SimProcess): KubeletPorts {
    return {
      runtime: inProcess(this.runtime, process),
      images: inProcess(this.runtime, process),
      files: inProcess(this.files, process),
      mounts: inProcess(this.mounts, process),
      cgroups: inProcess(this.cgroups, process),
      machine: inProcess(this.machine, process),
      network: inProcess(this.network, process),
    };
  }
}

function inProcess<T extends object>(port: T, process: SimProcess): T {
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      return (...args: readonly unknown[]) => {
        const result: unknown = Reflect.apply(member, target, args);
        return result instanceof Promise ? process.outcome(result) : result;
      };
    },
  });
}
