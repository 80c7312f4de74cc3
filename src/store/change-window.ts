/**
 * The recent end of history in memory: watches resume from here without touching the medium, and the values of what changed
 * lately are at hand for reads and conflicts. Bounded by count and bytes; what falls out is read from the medium again.
 *
 * Invariant: the changes are of consecutive revisions, so a revision's place is known by arithmetic.
 */

import type { StoreEvent } from './store.ts';
import { eventRevision } from './store.ts';
import type { Version } from './version-index.ts';

export interface WindowBounds {
  readonly changes: number;
  readonly bytes: number;
}

interface Change {
  readonly event: StoreEvent;
  /** The version that the change made, whose value leaves memory with the change; none for a delete. */
  readonly version: Version | undefined;
  readonly bytes: number;
}

export class ChangeWindow {
  private changes: Change[] = [];
  private head = 0;
  private bytes = 0;
  private readonly bounds: WindowBounds;

  constructor(bounds: WindowBounds) {
    this.bounds = bounds;
  }

  push(event: StoreEvent, version: Version | undefined): void {
    const bytes = eventBytes(event);
    this.changes.push({ event, version, bytes });
    this.bytes += bytes;
    while (this.size > this.bounds.changes || (this.bytes > this.bounds.bytes && this.size > 1)) this.shift();
  }

  get size(): number {
    return this.changes.length - this.head;
  }

  /** The first revision that the window holds; undefined while it is empty. */
  get firstRevision(): number | undefined {
    const first = this.changes[this.head];
    return first && eventRevision(first.event);
  }

  /** The change of this revision, which must be in the window. */
  at(revision: number): StoreEvent | undefined {
    const first = this.firstRevision;
    return first === undefined ? undefined : this.changes[this.head + revision - first]?.event;
  }

  private shift(): void {
    const first = this.changes[this.head] as Change;
    if (first.version) first.version.entry = undefined;
    this.bytes -= first.bytes;
    this.head++;
    if (this.head > 1024 && this.head * 2 > this.changes.length) {
      this.changes = this.changes.slice(this.head);
      this.head = 0;
    }
  }
}

function eventBytes(event: StoreEvent): number {
  return event.type === 'put' ? event.entry.value.length : 0;
}
