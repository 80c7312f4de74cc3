/** TaskPool: asynchronous tasks beside a loop that should not run far ahead of them. */

export class TaskPool {
  private readonly bound: number;
  private running = 0;
  private waiters: (() => void)[] = [];

  constructor(bound: number) {
    this.bound = bound;
  }

  get isFull(): boolean {
    return this.running >= this.bound;
  }

  /** Starts the task now, even beyond the bound; it must not reject. */
  run(task: () => Promise<void>): void {
    this.running++;
    void task().finally(() => {
      this.running--;
      const { waiters } = this;
      this.waiters = [];
      for (const waiter of waiters) waiter();
    });
  }

  async hasRoom(): Promise<void> {
    while (this.isFull) await this.change();
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.running > 0) await this.change();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.waiters.push(resolve));
  }
}
