/**
 * Back-off of one kind of thing by key (client-go util/flowcontrol Backoff): the wait doubles from its first value to its last, and
 * a key that was quiet for twice the longest wait starts anew.
 */

interface Entry {
  waitMs: number;
  readonly lastMs: number;
}

export class RestartBackoff {
  private readonly entries = new Map<string, Entry>();
  private readonly initialMs: number;
  private readonly maxMs: number;

  constructor(config: { readonly initialMs: number; readonly maxMs: number }) {
    this.initialMs = config.initialMs;
    this.maxMs = config.maxMs;
  }

  /** End of the wait that runs at `nowMs`; undefined when there is none. `eventMs`: what the wait counts from, else the last `next`. */
  waitingUntil(key: string, nowMs: number, eventMs?: number): number | undefined {
    const entry = this.entries.get(key);
    if (!entry || this.isForgotten(entry, eventMs ?? nowMs)) return undefined;
    const fromMs = eventMs ?? entry.lastMs;
    // An event of the future: the clock was set back. Waiting for it could take hours.
    if (fromMs - nowMs > this.initialMs) return undefined;
    const until = fromMs + entry.waitMs;
    return nowMs < until ? until : undefined;
  }

  waitMs(key: string): number {
    return this.entries.get(key)?.waitMs ?? 0;
  }

  /** Counts one more failure, which happened at `eventMs`; answers until when to wait. */
  next(key: string, nowMs: number, eventMs = nowMs): number {
    const entry = this.entries.get(key);
    const waitMs = !entry || this.isForgotten(entry, eventMs) ? this.initialMs : Math.min(this.maxMs, entry.waitMs * 2);
    this.entries.set(key, { waitMs, lastMs: nowMs });
    return nowMs + waitMs;
  }

  /** Forgets all keys that begin so. */
  forget(prefix: string): void {
    for (const key of this.entries.keys()) if (key.startsWith(prefix)) this.entries.delete(key);
  }

  private isForgotten(entry: Entry, nowMs: number): boolean {
    return nowMs - entry.lastMs > 2 * this.maxMs;
  }
}
