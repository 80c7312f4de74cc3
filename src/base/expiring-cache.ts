/** ExpiringCache: values that are good for a time, a bounded number of them; the longest unused go first. */

import type { Clock } from './env.ts';

interface Entry<V> {
  readonly value: V;
  readonly expiresMs: number;
}

export class ExpiringCache<V> {
  private readonly clock: Clock;
  private readonly capacity: number;
  private readonly entries = new Map<string, Entry<V>>();

  constructor(clock: Clock, capacity: number) {
    this.clock = clock;
    this.capacity = capacity;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    if (this.clock.monotonic() >= entry.expiresMs) return undefined;
    this.entries.set(key, entry);
    return entry.value;
  }

  /** Nothing is kept for a `ttlMs` of 0 or less. */
  set(key: string, value: V, ttlMs: number): void {
    this.entries.delete(key);
    if (ttlMs <= 0) return;
    this.entries.set(key, { value, expiresMs: this.clock.monotonic() + ttlMs });
    if (this.entries.size > this.capacity) this.entries.delete(this.entries.keys().next().value ?? '');
  }
}
