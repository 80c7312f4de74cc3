/**
 * SecondChance: a bound on what many holders keep because it may be needed again (the clock algorithm). What was used since it was last
 * looked at stays for another round; the order depends on nothing but the calls, so that a simulation repeats itself.
 */

export interface SecondChancePolicy<T> {
  /** Whether the item was used since this was last asked. */
  readonly wasUsed: (item: T) => boolean;
  readonly drop: (item: T) => void;
}

export class SecondChance<T> {
  private items: T[] = [];
  private sizes: number[] = [];
  private head = 0;
  private total = 0;
  private readonly bound: number;
  private readonly policy: SecondChancePolicy<T>;

  /** `bound` is in the unit of the items' sizes. */
  constructor(bound: number, policy: SecondChancePolicy<T>) {
    this.bound = bound;
    this.policy = policy;
  }

  /** Of all items together. */
  get size(): number {
    return this.total;
  }

  /** The item must not be in it: it is until it is dropped. */
  add(item: T, size: number): void {
    this.push(item, size);
    // Each item gets one more round at most, so this ends.
    while (this.total > this.bound && this.head < this.items.length) this.turn();
    if (this.head > 1024 && this.head * 2 > this.items.length) this.compact();
  }

  private turn(): void {
    const item = this.items[this.head] as T;
    const size = this.sizes[this.head] as number;
    this.head++;
    this.total -= size;
    if (this.policy.wasUsed(item)) this.push(item, size);
    else this.policy.drop(item);
  }

  private push(item: T, size: number): void {
    this.items.push(item);
    this.sizes.push(size);
    this.total += size;
  }

  private compact(): void {
    this.items = this.items.slice(this.head);
    this.sizes = this.sizes.slice(this.head);
    this.head = 0;
  }
}
