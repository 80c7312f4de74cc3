/**
 * DeliveryTurn: readers of watchers that have something to send, told one after the other when all changes that came together are with the
 * watchers. So a batch of changes is one walk over them, and each sends it in one piece.
 */

import type { EventReader } from '#api/request.ts';

export class DeliveryTurn {
  private readers: EventReader[] = [];

  add(reader: EventReader): void {
    if (this.readers.push(reader) === 1) queueMicrotask(this.run);
  }

  private readonly run = (): void => {
    const { readers } = this;
    this.readers = [];
    for (const reader of readers) reader.ready();
  };
}
