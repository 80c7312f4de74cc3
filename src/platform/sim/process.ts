/**
 * SimProcess: a simulated process that can die at any moment.
 *
 * What runs in it gets its Env and reaches the world through ports that know the process. Death means that none of its timers
 * fires and nothing it waits for at a port ever comes: every task stops where it waits, as after kill -9, with no finally, no
 * abort, no last write. What the world outside sees (broken connections) is the network's and the disk's business.
 */

import type { Clock, Env } from '#base/env.ts';
import type { SimEnv } from './env.ts';

export class SimProcess {
  readonly name: string;
  readonly env: Env;
  /** Fires at death, for the world around: never handed to what runs inside. */
  readonly died: AbortSignal;
  private readonly death = new AbortController();

  constructor(name: string, world: SimEnv) {
    this.name = name;
    this.died = this.death.signal;
    const clock: Clock = {
      now: () => world.clock.now(),
      monotonic: () => world.clock.monotonic(),
      after: (delayMs, run) =>
        world.clock.after(delayMs, () => {
          if (this.alive) run();
        }),
    };
    this.env = { clock, random: world.random.fork(name), log: world.log.child({ process: name }) };
  }

  get alive(): boolean {
    return !this.died.aborted;
  }

  kill(): void {
    this.death.abort();
  }

  /** The outcome as the process sees it: after its death there is none. */
  async outcome<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await promise;
      await this.beAlive();
      return value;
    } catch (error) {
      await this.beAlive();
      throw error;
    }
  }

  private beAlive(): Promise<void> {
    return this.alive ? Promise.resolve() : new Promise(() => {});
  }
}
