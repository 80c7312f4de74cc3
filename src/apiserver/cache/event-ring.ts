/**
 * EventRing: the recent changes of one resource, in revision order, so that watches resume where they left off.
 *
 * Invariant: every change with a revision above `floor` is in the ring. Bounded by count and by the bytes it keeps alive;
 * a watch from below the floor is told to list again.
 */

import type { Change } from './change.ts';

export const ringBound = 8192;
export const ringBytesBound = 32 * 1024 * 1024;

export class EventRing {
  private changes: Change[] = [];
  private head = 0;
  private bytes = 0;
  private lowest: number;

  constructor(floor: number) {
    this.lowest = floor;
  }

  get floor(): number {
    return this.lowest;
  }

  push(change: Change): void {
    this.changes.push(change);
    this.bytes += sizeOf(change);
    while (
      this.changes.length - this.head > ringBound ||
      (this.bytes > ringBytesBound && this.changes.length - this.head > 1)
    ) {
      const dropped = this.changes[this.head++] as Change;
      this.bytes -= sizeOf(dropped);
      this.lowest = dropped.revision;
    }
    // Give the dropped front back in large steps, so that a push stays cheap.
    if (this.head >= ringBound) {
      this.changes = this.changes.slice(this.head);
      this.head = 0;
    }
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
}

function sizeOf(change: Change): number {
  return (change.current ?? change.previous)?.value.length ?? 0;
}
