/**
 * Mailbox: a bounded queue between one producer that must not wait and one consumer that iterates.
 *
 * Watch streams use it: the producer is the event loop that serves writes, the consumer a slow client. When the bound is
 * reached the mailbox overflows: `push` answers false once and the consumer gets what was queued, then the end. Who owns
 * the stream decides what that means (a watch is closed, the client lists again).
 */

const nothing: readonly never[] = [];

export class Mailbox<T> implements AsyncIterable<T> {
  private items: T[] = [];
  private wake: (() => void) | undefined;
  private ended = false;
  private failure: unknown;
  private readonly bound: number;

  constructor(bound: number) {
    this.bound = bound;
  }

  get size(): number {
    return this.items.length;
  }

  /** False when the mailbox has ended or is full; a full one ends. */
  push(item: T): boolean {
    if (this.ended) return false;
    if (this.items.length >= this.bound) {
      this.end();
      return false;
    }
    if (this.items.push(item) === 1) this.signal();
    return true;
  }

  /** No more items; the consumer gets what is queued and then the end. Told once: whoever hears of it may end it again. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.signal();
  }

  /** Like end, but the consumer's iteration throws after what is queued. */
  fail(error: unknown): void {
    this.failure ??= error;
    this.end();
  }

  /** Everything queued now, in order; waits while there is nothing. Undefined at the end. One waiting consumer at a time. */
  async take(): Promise<readonly T[] | undefined> {
    for (;;) {
      const taken = this.takeNow();
      if (taken?.length !== 0) return taken;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** The same without waiting: empty when there is nothing. */
  takeNow(): readonly T[] | undefined {
    if (this.items.length > 0) {
      const taken = this.items;
      this.items = [];
      return taken;
    }
    if (!this.ended) return nothing;
    if (this.failure !== undefined) throw this.failure;
    return undefined;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      const batch = await this.take();
      if (!batch) return;
      yield* batch;
    }
  }

  /** There is something after there was nothing, or the end has come. */
  protected signal(): void {
    const wake = this.wake;
    this.wake = undefined;
    wake?.();
  }
}
