/**
 * RunsByName: work that is done again and again for each of several names: one run of a name at a time, and one that waits for its time. Whoever
 * asks while a name's run is under way gets another one after it, however often it is asked for.
 */

import type { Clock, Timer } from '#base/env.ts';

export class RunsByName {
  private readonly clock: Clock;
  private readonly run: (name: string) => Promise<void>;
  private readonly running = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();
  private readonly timers = new Map<string, Timer>();
  private closed = false;

  /** `run` must not reject. */
  constructor(clock: Clock, run: (name: string) => Promise<void>) {
    this.clock = clock;
    this.run = run;
  }

  now(name: string): void {
    if (this.closed) return;
    this.forget(name);
    if (this.running.has(name)) {
      this.again.add(name);
      return;
    }
    const ended = (): void => {
      this.running.delete(name);
      if (this.again.delete(name)) this.now(name);
    };
    this.running.set(name, this.run(name).then(ended));
  }

  /** Instead of what waited for its time before. */
  later(name: string, delayMs: number): void {
    if (this.closed) return;
    this.forget(name);
    this.timers.set(
      name,
      this.clock.after(delayMs, () => this.now(name)),
    );
  }

  /** What waits for its time does not come. */
  forget(name: string): void {
    this.timers.get(name)?.cancel();
    this.timers.delete(name);
  }

  /** No further runs; resolves when those under way have ended. */
  async close(): Promise<void> {
    this.closed = true;
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
    await Promise.all(this.running.values());
  }
}
