/**
 * DeliveryTurn: changes that came together, put to the watchers when all of them are there. So a batch of changes is one walk over the
 * watchers, and each is touched once, however many changes it gets.
 */

import type { Change } from './change.ts';

export class DeliveryTurn {
  private readonly deliver: (changes: readonly Change[]) => void;
  private changes: Change[] = [];

  constructor(deliver: (changes: readonly Change[]) => void) {
    this.deliver = deliver;
  }

  add(change: Change): void {
    if (this.changes.push(change) === 1) queueMicrotask(this.finish);
  }

  /** What waits is put to the watchers there are now: before another comes, who knows it already. */
  readonly finish = (): void => {
    const { changes } = this;
    if (changes.length === 0) return;
    this.changes = [];
    this.deliver(changes);
  };
}
