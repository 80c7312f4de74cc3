/** What goes wrong in a simulated cluster: chosen by the seed, undone after a while. */

import { sleep } from '#base/abort.ts';
import { noDiskFaults } from '#platform/sim/disk.ts';
import type { SimEnv } from '#platform/sim/env.ts';
import { quietNetwork } from '#platform/sim/network.ts';
import type { SimRandom } from '#platform/sim/random.ts';
import type { SimulatedCluster } from '#testing/cluster.ts';

/** Pause between two faults, in ms. */
const pauseMs = { low: 500, high: 15_000 };

export class Chaos {
  /** Faults by name, to see that a run tests something. */
  readonly done = new Map<string, number>();
  private readonly cluster: SimulatedCluster;
  private readonly env: SimEnv;
  private readonly random: SimRandom;
  private stopped = false;

  constructor(cluster: SimulatedCluster) {
    this.cluster = cluster;
    this.env = cluster.env;
    this.random = cluster.env.random.fork('chaos');
    void this.run();
  }

  /** Ends every fault and brings up whatever is down. */
  async stop(): Promise<void> {
    this.stopped = true;
    const { cluster } = this;
    cluster.disk.faults = noDiskFaults;
    cluster.network.faults = quietNetwork;
    for (const { machine } of cluster.nodes) {
      cluster.network.partition(machine.name, false);
      machine.runtime.setUp(true);
    }
    cluster.network.partition('managers', false);
    await cluster.startServer();
    await cluster.startManagers();
    for (const node of cluster.nodes) node.start();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await sleep(this.env.clock, this.random.between(pauseMs.low, pauseMs.high));
      if (this.stopped) return;
      const [name, fault] = this.random.pick(this.faults);
      this.done.set(name, (this.done.get(name) ?? 0) + 1);
      void fault();
    }
  }

  private readonly faults: readonly (readonly [name: string, run: () => Promise<void> | void])[] = [
    [
      'server dies',
      () =>
        this.during(
          [100, 5000],
          () => this.cluster.killServer(),
          () => this.cluster.startServer(),
        ),
    ],
    [
      'managers die',
      () =>
        this.during(
          [100, 5000],
          () => this.cluster.killManagers(),
          () => this.cluster.startManagers(),
        ),
    ],
    ['agent dies', () => this.agentDies()],
    ['machine dies', () => this.machineDies()],
    ['runtime down', () => this.runtimeDown()],
    ['container crashes', () => this.random.pick(this.cluster.nodes).machine.runtime.crashOne(this.random)],
    ['node cut off', () => this.cutOff(this.random.pick(this.cluster.nodes).machine.name)],
    ['managers cut off', () => this.cutOff('managers')],
    ['messages lost', () => this.loseMessages()],
    ['disk fails', () => this.failDisk({ ioErrorRate: 0.3, fullRate: 0 })],
    ['disk full', () => this.failDisk({ ioErrorRate: 0, fullRate: 1 })],
    ['clock jumps', () => this.env.clock.jump(this.random.pick([-3_600_000, -5000, 5000, 3_600_000]))],
  ];

  private agentDies(): Promise<void> {
    const node = this.random.pick(this.cluster.nodes);
    return this.during(
      [500, 20_000],
      () => node.killAgent(),
      () => node.start(),
    );
  }

  private machineDies(): Promise<void> {
    const node = this.random.pick(this.cluster.nodes);
    return this.during(
      [5000, this.random.pick([60_000, 120_000, 600_000])],
      () => node.powerOff(),
      () => node.start(),
    );
  }

  private runtimeDown(): Promise<void> {
    const { runtime } = this.random.pick(this.cluster.nodes).machine;
    return this.during(
      [200, 20_000],
      () => runtime.setUp(false),
      () => runtime.setUp(true),
    );
  }

  private cutOff(host: string): Promise<void> {
    const { network } = this.cluster;
    return this.during(
      [1000, this.random.pick([10_000, 90_000, 600_000])],
      () => network.partition(host, true),
      () => network.partition(host, false),
    );
  }

  private loseMessages(): Promise<void> {
    const { network } = this.cluster;
    return this.during(
      [1000, 30_000],
      () => {
        network.faults = {
          lossRate: this.random.pick([0.02, 0.1, 0.3]),
          delayMs: { low: 0.2, high: this.random.pick([5, 500]) },
        };
      },
      () => {
        network.faults = quietNetwork;
      },
    );
  }

  private failDisk(faults: SimulatedCluster['disk']['faults']): Promise<void> {
    const { disk } = this.cluster;
    return this.during(
      [500, 10_000],
      () => {
        disk.faults = faults;
      },
      () => {
        disk.faults = noDiskFaults;
      },
    );
  }

  private async during(
    [low, high]: readonly [number, number],
    begin: () => void,
    end: () => Promise<void> | void,
  ): Promise<void> {
    begin();
    await sleep(this.env.clock, this.random.between(low, high));
    if (!this.stopped) await end();
  }
}
