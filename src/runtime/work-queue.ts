/**
 * Work queue of keys, with client-go's guarantees: a key that is added many times is processed once; a key is never processed
 * by two workers at a time; one added while it is processed is processed again afterwards. Failed keys come back after an
 * exponential delay of their own (5 ms doubling to 1000 s, as client-go's ItemExponentialFailureRateLimiter).
 */

import type { Clock, Timer } from '#base/env.ts';
import type { QueueMetrics } from './work-queue-metrics.ts';

export interface RetryDelays {
  readonly initialMs: number;
  readonly maxMs: number;
}

const defaultDelays: RetryDelays = { initialMs: 5, maxMs: 1_000_000 };

export class WorkQueue {
  private readonly clock: Clock;
  private readonly delays: RetryDelays;
  private readonly metrics: QueueMetrics | undefined;
  private readonly waiting: string[] = [];
  /** Keys that need processing: those waiting, and those added while being processed. */
  private readonly dirty = new Set<string>();
  private readonly processing = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, { readonly timer: Timer; readonly dueMs: number }>();
  private readonly takers: ((key: string | undefined) => void)[] = [];
  private closed = false;

  constructor(clock: Clock, delays: RetryDelays = defaultDelays, metrics?: QueueMetrics) {
    this.metrics = metrics;
    this.clock = clock;
    this.delays = delays;
  }

  /** Keys that wait for a worker now. */
  get length(): number {
    return this.waiting.length;
  }

  /** True when nothing waits, is processed, or is due later. */
  get idle(): boolean {
    return this.dirty.size === 0 && this.processing.size === 0 && this.timers.size === 0;
  }

  add(key: string): void {
    if (this.closed || this.dirty.has(key)) return;
    this.dirty.add(key);
    this.metrics?.added(key);
    if (!this.processing.has(key)) this.offer(key);
  }

  /** Adds the key after `delayMs`; of several pending delays of a key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.closed) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const dueMs = this.clock.monotonic() + delayMs;
    const pending = this.timers.get(key);
    if (pending && pending.dueMs <= dueMs) return;
    pending?.timer.cancel();
    const timer = this.clock.after(delayMs, () => {
      this.timers.delete(key);
      this.add(key);
    });
    this.timers.set(key, { timer, dueMs });
  }

  /** Adds the key after its back-off, which doubles with every call until `forget`. */
  addRateLimited(key: string): void {
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    this.metrics?.retried();
    this.addAfter(key, Math.min(this.delays.maxMs, this.delays.initialMs * 2 ** failures));
  }

  /** How often the key failed since it was last forgotten. */
  failuresOf(key: string): number {
    return this.failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.failures.delete(key);
  }

  /** The next key, to be given back with `done`; undefined once the queue is closed. */
  take(): Promise<string | undefined> {
    if (this.closed) return Promise.resolve(undefined);
    const key = this.waiting.shift();
    if (key !== undefined) {
      this.begin(key);
      return Promise.resolve(key);
    }
    return new Promise((resolve) => this.takers.push(resolve));
  }

  done(key: string): void {
    this.processing.delete(key);
    this.metrics?.done(key);
    if (this.dirty.has(key) && !this.closed) this.offer(key);
  }

  /** Workers get undefined; pending delays are dropped. */
  close(): void {
    this.closed = true;
    this.metrics?.closed();
    for (const { timer } of this.timers.values()) timer.cancel();
    this.timers.clear();
    for (const taker of this.takers.splice(0)) taker(undefined);
  }

  private offer(key: string): void {
    const taker = this.takers.shift();
    if (taker) {
      this.begin(key);
      taker(key);
    } else {
      this.waiting.push(key);
    }
  }

  private begin(key: string): void {
    this.dirty.delete(key);
    this.processing.add(key);
    this.metrics?.begun(key);
  }
}
