/**
 * ReconcileQueue: names that are to be looked at, level-triggered. A name that is queued twice is looked at once; one whose reconcile failed, again
 * after a while. Names of one lane are looked at one after the other, lanes beside each other: what takes long in one holds up no other.
 */

import type { Env, Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';

export interface ReconcileQueueConfig {
  readonly env: Env;
  /** What a failure says in the log. */
  readonly failure: string;
  /** Lanes at work at a time. */
  readonly concurrency: number;
  readonly laneOf: (name: string) => string;
  /** The signal fires when the queue is closed. */
  readonly reconcile: (name: string, signal: AbortSignal) => Promise<void>;
}

/** Between a look and the next that it asked for; between attempts after a failure. */
const retryMs = 1000;

export class ReconcileQueue {
  private readonly config: ReconcileQueueConfig;
  /** Names to look at, by lane: of those that wait and those that are at work. */
  private readonly lanes = new Map<string, Set<string>>();
  private readonly waiting = new Set<string>();
  private readonly working = new Set<Promise<void>>();
  /** One for each name that is to be looked at again. */
  private readonly retries = new Map<string, Timer>();
  private readonly controller = new AbortController();

  constructor(config: ReconcileQueueConfig) {
    this.config = config;
  }

  enqueue(name: string): void {
    if (this.controller.signal.aborted) return;
    const lane = this.config.laneOf(name);
    const queued = this.lanes.get(lane);
    if (queued) {
      queued.add(name);
      return;
    }
    this.lanes.set(lane, new Set([name]));
    this.waiting.add(lane);
    this.begin();
  }

  /** Once more after a while. */
  later(name: string): void {
    if (this.controller.signal.aborted) return;
    this.retries.get(name)?.cancel();
    const retry = (): void => {
      this.retries.delete(name);
      this.enqueue(name);
    };
    this.retries.set(name, this.config.env.clock.after(retryMs, retry));
  }

  /** Resolves when nothing is queued or at work; what is to be looked at again later does not count. */
  async whenIdle(): Promise<void> {
    while (this.working.size > 0) await Promise.all(this.working);
  }

  /** Resolves when nothing is at work any more. */
  async close(): Promise<void> {
    this.controller.abort();
    for (const timer of this.retries.values()) timer.cancel();
    this.waiting.clear();
    await this.whenIdle();
  }

  private begin(): void {
    for (const lane of this.waiting) {
      if (this.working.size >= this.config.concurrency) return;
      this.waiting.delete(lane);
      const work = this.work(lane).finally(() => {
        this.working.delete(work);
        this.begin();
      });
      this.working.add(work);
    }
  }

  private async work(lane: string): Promise<void> {
    const { env, failure, reconcile } = this.config;
    const { signal } = this.controller;
    // Whoever enqueues is inside the feed's delivery: the work is not.
    await Promise.resolve();
    const queued = this.lanes.get(lane) ?? new Set();
    for (const name of queued) {
      queued.delete(name);
      if (signal.aborted) break;
      try {
        await reconcile(name, signal);
      } catch (error) {
        if (signal.aborted) break;
        env.log.warn(failure, { name, error: messageOf(error) });
        this.later(name);
      }
    }
    this.lanes.delete(lane);
  }
}
