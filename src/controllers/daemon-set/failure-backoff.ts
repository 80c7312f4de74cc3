/** How soon a failed daemon pod of a node may be replaced again: 1 s, doubling to 15 minutes, forgotten after twice that. */

import type { Clock } from '#base/env.ts';

const initialMs = 1000;
const maxMs = 15 * 60_000;

interface Entry {
  readonly delayMs: number;
  readonly sinceMs: number;
}

export class FailureBackoff {
  private readonly clock: Clock;
  private readonly entries = new Map<string, Map<string, Entry>>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Milliseconds to wait; 0 when a replacement may be made now. */
  waitMs(owner: string, node: string): number {
    const entry = this.entries.get(owner)?.get(node);
    return entry ? Math.max(0, entry.sinceMs + entry.delayMs - this.clock.monotonic()) : 0;
  }

  failed(owner: string, node: string): void {
    let nodes = this.entries.get(owner);
    if (!nodes) {
      nodes = new Map();
      this.entries.set(owner, nodes);
    }
    const nowMs = this.clock.monotonic();
    const before = nodes.get(node);
    const stale = !before || nowMs - before.sinceMs > 2 * maxMs;
    nodes.set(node, { delayMs: stale ? initialMs : Math.min(maxMs, before.delayMs * 2), sinceMs: nowMs });
  }

  forget(owner: string): void {
    this.entries.delete(owner);
  }
}
