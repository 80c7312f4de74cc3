/**
 * EventRing: the recent changes of one resource, in revision order, so that watches resume where they left off.
 *
 * Invariant: every change with a revision above `floor` is in the ring. Bounded by count, by the bytes it keeps alive and by age: what
 * is older than a client needs to come back is given up, for each change holds two states of its object. A watch from below the floor
 * reads the store's history (history.ts).
 */

import type { Change } from './change.ts';

export const ringBound = 8192;
const ringBytesBound = 16 * 1024 * 1024;
/** A watcher of a quiet resource comes back with the version of its last bookmark, which is a minute old at most. */
export const ringAgeMs = 75_000;

export class EventRing {
  private changes: Change[] = [];
  /** When each was pushed. */
  private times: number[] = [];
  private head = 0;
  private bytes = 0;
  private lowest: number;

  constructor(floor: number) {
    this.lowest = floor;
  }

  get floor(): number {
    return this.lowest;
  }

  get size(): number {
    return this.changes.length - this.head;
  }

  push(change: Change, nowMs: number): void {
    this.changes.push(change);
    this.times.push(nowMs);
    this.bytes += sizeOf(change);
    while (this.size > ringBound || (this.bytes > ringBytesBound && this.size > 1)) this.drop();
    // Give the dropped front back in large steps, so that a push stays cheap.
    if (this.head >= ringBound) this.compact();
  }

  /** Gives up what is too old. */
  trim(nowMs: number): void {
    while (this.size > 0 && nowMs - (this.times[this.head] as number) > ringAgeMs) this.drop();
    this.compact();
  }

  /** Changes with a greater revision, oldest first; `after` must not be below the floor. */
  after(revision: number): Change[] {
    let low = this.head;
    let high = this.changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.changes[middle] as Change).revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.changes.slice(low);
  }

  private drop(): void {
    const dropped = this.changes[this.head++] as Change;
    this.bytes -= sizeOf(dropped);
    this.lowest = dropped.revision;
  }

  private compact(): void {
    if (this.head === 0) return;
    this.changes = this.changes.slice(this.head);
    this.times = this.times.slice(this.head);
    this.head = 0;
  }
}

function sizeOf(change: Change): number {
  return (change.current ?? change.previous)?.value.length ?? 0;
}
