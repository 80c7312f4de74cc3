/**
 * When an embedded store compacts itself: by age, so that a client may resume a watch or a paged list for some minutes; by
 * count, so that the key index stays small; by size, so that history gives way before writes are refused.
 *
 * By age works as in upstream's API server (apiserver storage/etcd3/compact.go): at every interval, compact to the revision of
 * one interval ago. The timer runs only while there is something to drop: an idle store does nothing.
 */

import type { Env, Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';

export interface CompactionPolicy {
  /** History is kept this long, and at most twice as long. */
  readonly intervalMs: number;
  /** Most superseded revisions kept. */
  readonly maxSuperseded: number;
  /** Revisions that are kept when the medium is nearly full. */
  readonly minRevisions: number;
}

export const defaultCompaction: CompactionPolicy = {
  intervalMs: 5 * 60_000,
  maxSuperseded: 200_000,
  minRevisions: 1000,
};

export interface CompactionTarget {
  readonly revision: number;
  readonly supersededCount: number;
  /** More than three quarters of the quota are used. */
  readonly nearlyFull: boolean;
  compact(revision: number): Promise<void>;
}

export class AutoCompaction {
  private readonly policy: CompactionPolicy;
  private readonly env: Env;
  private readonly target: CompactionTarget;
  private timer: Timer | undefined;
  private revisionAtTick = 0;
  private running = false;
  private closed = false;

  constructor(policy: CompactionPolicy, env: Env, target: CompactionTarget) {
    this.policy = policy;
    this.env = env;
    this.target = target;
  }

  /** After every commit. */
  changed(): void {
    if (this.closed) return;
    const { revision, supersededCount, nearlyFull } = this.target;
    if (nearlyFull && supersededCount > 0) this.compactTo(revision - this.policy.minRevisions);
    else if (supersededCount > this.policy.maxSuperseded) {
      this.compactTo(revision - Math.floor(this.policy.maxSuperseded / 4));
    }
    this.arm();
  }

  close(): void {
    this.closed = true;
    this.timer?.cancel();
    this.timer = undefined;
  }

  private arm(): void {
    if (this.timer || this.closed || this.target.supersededCount === 0) return;
    this.revisionAtTick = this.target.revision;
    this.timer = this.env.clock.after(this.policy.intervalMs, () => this.tick());
  }

  private tick(): void {
    this.timer = undefined;
    this.compactTo(this.revisionAtTick);
    this.arm();
  }

  private compactTo(revision: number): void {
    if (revision <= 0 || this.running) return;
    this.running = true;
    this.target
      .compact(revision)
      .catch((error: unknown) =>
        this.env.log.warn('compaction failed; it is tried again', { revision, error: messageOf(error) }),
      )
      .finally(() => {
        this.running = false;
      });
  }
}
