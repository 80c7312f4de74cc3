/**
 * DeliveryTurn: watchers that have something to send, called one after the other when all changes that came together are in their mailboxes.
 * So a batch of changes is one walk over the watchers, and each sends it in one piece.
 */

export class DeliveryTurn {
  private ready: (() => void)[] = [];

  /** `deliver` must not throw. */
  add(deliver: () => void): void {
    if (this.ready.push(deliver) === 1) queueMicrotask(this.run);
  }

  private readonly run = (): void => {
    const { ready } = this;
    this.ready = [];
    for (const deliver of ready) deliver();
  };
}
