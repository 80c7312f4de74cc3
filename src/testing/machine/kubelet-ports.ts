/** A simulated machine as the ports of the real kubelet (src/kubelet/ports.ts), reached from a process that may die. */

import { CriError } from '#kubelet/cri/runtime.ts';
import type { KubeletPorts, Machine, PodCgroups, ProbeNetwork } from '#kubelet/ports.ts';
import type { SimEnv } from '#platform/sim/env.ts';
import type { SimProcess } from '#platform/sim/process.ts';
import type { SimulatedMachine } from './machine.ts';

export interface MachineSize {
  readonly cpus: number;
  readonly memoryBytes: number;
}

interface Delay {
  readonly low: number;
  readonly high: number;
}

/** What calls take, in ms. Files mostly take none, and sometimes some, so that death may come between any two of them. */
const callMs = {
  runtime: { low: 1, high: 60 },
  images: { low: 10, high: 800 },
  files: { low: -4, high: 1 },
} as const satisfies Record<string, Delay>;

export function kubeletPorts(
  world: SimEnv,
  process: SimProcess,
  machine: SimulatedMachine,
  size: MachineSize,
): KubeletPorts {
  const reach = <T extends object>(target: T, delay: Delay): T => reachedFrom(world, process, target, delay);
  const checkRuntime = () => {
    if (!machine.runtime.isUp) throw new CriError('Unavailable', 'connection error: connect: connection refused');
  };
  return {
    runtime: reachedFrom(world, process, machine.runtime, callMs.runtime, checkRuntime),
    images: reachedFrom(world, process, machine.runtime, callMs.images, checkRuntime),
    files: reach(machine.files, callMs.files),
    mounts: reach(machine.mounts, callMs.files),
    cgroups: reach(new SimulatedCgroups(), callMs.files),
    machine: reach(machineFacts(machine, size), callMs.files),
    network: reach(probeNetwork(machine), callMs.runtime),
  };
}

/**
 * The same object, each call of which takes time and has no outcome for a process that is dead. The call itself is carried out
 * if the process was alive when it was made; `check` may refuse it.
 */
function reachedFrom<T extends object>(
  world: SimEnv,
  process: SimProcess,
  target: T,
  { low, high }: Delay,
  check = () => {},
): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      if (name === 'events') return (...args: unknown[]) => lived(process, member.apply(target, args), check);
      return (...args: unknown[]) => {
        const delayMs = low + world.random.next() * (high - low);
        const call = async (): Promise<unknown> => {
          if (delayMs > 0) await new Promise<void>((resolve) => world.clock.after(delayMs, resolve));
          check();
          return member.apply(target, args) as unknown;
        };
        return process.outcome(call());
      };
    },
  });
}

/** A stream that neither goes on nor ends for a process that is dead. */
async function* lived<T>(
  process: SimProcess,
  stream: AsyncIterable<T>,
  check: () => void,
): AsyncGenerator<T, void, void> {
  check();
  const iterator = stream[Symbol.asyncIterator]();
  for (;;) {
    const next = await process.outcome(iterator.next());
    if (next.done) return;
    yield next.value;
  }
}

/** Groups exist by name; the kernel behind them is not simulated. */
export class SimulatedCgroups implements PodCgroups {
  readonly version = 2;
  private readonly names = new Set<string>();

  async prepare(): Promise<void> {}

  async setBurstableShares(): Promise<void> {}

  async create(name: string): Promise<void> {
    this.names.add(name);
  }

  async update(): Promise<void> {}

  async exists(name: string): Promise<boolean> {
    return this.names.has(name);
  }

  async remove(name: string): Promise<void> {
    this.names.delete(name);
  }

  async list(): Promise<readonly string[]> {
    return [...this.names];
  }
}

function machineFacts(machine: SimulatedMachine, { cpus, memoryBytes }: MachineSize): Machine {
  return {
    info: async () => ({
      hostname: machine.name,
      machineId: machine.name,
      systemUuid: machine.name,
      bootId: machine.name,
      kernelVersion: '6.18.0-simulated',
      osImage: 'Simulated',
      architecture: 'amd64',
      cpus,
      memoryBytes,
      swapBytes: 0,
      hugepages: {},
    }),
    usage: async () => ({
      bootTimeMs: 0,
      cpuNanoSeconds: 0,
      memoryUsageBytes: memoryBytes / 4,
      memoryWorkingSetBytes: memoryBytes / 4,
      memoryAvailableBytes: (memoryBytes / 4) * 3,
      memoryRssBytes: memoryBytes / 4,
      interfaces: [],
    }),
    memoryAvailableBytes: async () => (memoryBytes / 4) * 3,
    processes: async () => ({ max: 32_768, running: 100 }),
    addresses: async () => [machine.ip],
  };
}

/** Every pod that runs answers every probe. */
function probeNetwork(machine: SimulatedMachine): ProbeNetwork {
  const reach = (host: string, port: number) => {
    if (machine.running().some(({ podIP }) => podIP === host)) return;
    throw new Error(`dial tcp ${host}:${port}: connect: connection refused`);
  };
  return {
    async http({ host, port }) {
      reach(host, port);
      return { status: 200, body: 'ok', redirectedElsewhere: false };
    },
    tcp: async (host, port) => reach(host, port),
    async grpcHealth(host, port) {
      reach(host, port);
      return 'SERVING';
    },
  };
}
