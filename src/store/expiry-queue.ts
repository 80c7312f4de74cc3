/**
 * Entries with a time to live (events, mostly) and when they end.
 *
 * Ends are rounded up to a sixtieth of the time to live, so that an hour of events wakes the process once a minute at most, and
 * not at all when there are none. Durations are measured by the monotonic clock: a jump of the wall clock expires nothing.
 */

import type { Clock, Timer } from '#base/env.ts';
import { Heap } from '#base/heap.ts';

/** A retry of deletes that failed (a full disk), in ms. */
const retryMs = 10_000;

export class ExpiryQueue {
  private readonly clock: Clock;
  private readonly expire: (key: string, modRevision: number) => Promise<unknown>;
  /** End on the monotonic clock -> key -> the revision that is to end. */
  private readonly buckets = new Map<number, Map<string, number>>();
  private readonly ends = new Map<string, number>();
  private readonly order = new Heap<number>((a, b) => a < b);
  private timer: Timer | undefined;
  private timerEnd = Number.POSITIVE_INFINITY;
  private closed = false;

  /** `expire` deletes the key if it is still at the revision; a rejection means: try again later. */
  constructor(clock: Clock, expire: (key: string, modRevision: number) => Promise<unknown>) {
    this.clock = clock;
    this.expire = expire;
  }

  /** `remainingMs` differs from the time to live only after a restart. */
  schedule(key: string, modRevision: number, ttlSeconds: number, remainingMs = ttlSeconds * 1000): void {
    this.forget(key);
    const grainMs = Math.max(1, Math.floor((ttlSeconds * 1000) / 60));
    const end = Math.ceil((this.clock.monotonic() + remainingMs) / grainMs) * grainMs;
    this.add(key, modRevision, end);
  }

  /** The key was deleted, or put again to stay. */
  forget(key: string): void {
    const end = this.ends.get(key);
    if (end === undefined) return;
    this.ends.delete(key);
    this.buckets.get(end)?.delete(key);
  }

  /** What is scheduled afterwards, by writes that were under way, does not end any more. */
  close(): void {
    this.closed = true;
    this.timer?.cancel();
    this.timer = undefined;
    this.buckets.clear();
    this.ends.clear();
  }

  private add(key: string, modRevision: number, end: number): void {
    if (this.closed) return;
    const bucket = this.buckets.get(end);
    if (bucket) bucket.set(key, modRevision);
    else {
      this.buckets.set(end, new Map([[key, modRevision]]));
      this.order.push(end);
    }
    this.ends.set(key, end);
    this.arm();
  }

  private arm(): void {
    const end = this.order.peek();
    if (end === undefined || end >= this.timerEnd) return;
    this.timer?.cancel();
    this.timerEnd = end;
    this.timer = this.clock.after(end - this.clock.monotonic(), () => this.fire());
  }

  private fire(): void {
    this.timer = undefined;
    this.timerEnd = Number.POSITIVE_INFINITY;
    const now = this.clock.monotonic();
    for (let end = this.order.peek(); end !== undefined && end <= now; end = this.order.peek()) {
      this.order.pop();
      const due = this.buckets.get(end);
      this.buckets.delete(end);
      for (const [key, modRevision] of due ?? []) {
        this.ends.delete(key);
        this.expire(key, modRevision).catch(() => this.retry(key, modRevision));
      }
    }
    this.arm();
  }

  private retry(key: string, modRevision: number): void {
    if (!this.ends.has(key)) this.add(key, modRevision, this.clock.monotonic() + retryMs);
  }
}
