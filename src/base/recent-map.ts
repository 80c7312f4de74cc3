/**
 * RecentMap: what was used lately, by key, within a bound, without a list that every use has to move in.
 *
 * Two maps: what is used goes to the younger one; when that is full it becomes the older one, and what was in there and not used since
 * is forgotten. So at most twice the bound is kept.
 */

interface Entry<V> {
  readonly value: V;
  readonly weight: number;
}

export class RecentMap<K, V> {
  private readonly bound: number;
  private young = new Map<K, Entry<V>>();
  private old = new Map<K, Entry<V>>();
  private weight = 0;

  /** `bound` is the weight of all values after which the longest unused are forgotten. */
  constructor(bound: number) {
    this.bound = bound;
  }

  get(key: K): V | undefined {
    const found = this.young.get(key);
    if (found) return found.value;
    const older = this.old.get(key);
    if (older) this.add(key, older);
    return older?.value;
  }

  /** The key must not be there yet. A value that is heavier than the bound is not kept. */
  set(key: K, value: V, weight: number): void {
    if (weight <= this.bound) this.add(key, { value, weight });
  }

  private add(key: K, entry: Entry<V>): void {
    if (this.weight + entry.weight > this.bound) {
      this.old = this.young;
      this.young = new Map();
      this.weight = 0;
    }
    this.young.set(key, entry);
    this.weight += entry.weight;
  }
}
