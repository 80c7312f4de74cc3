/**
 * Range: numbers that are given out one owner each: offsets of cluster IPs, node ports.
 *
 * Two things make a number taken: an object in the store has it (`use`, kept by the cache's changes), or a write that is under way
 * has claimed it. A claim is checked and taken in one step, so concurrent writers in this process never get the same number; it
 * ends when the object that has the number shows up, or by whoever took it.
 *
 * The lower part of a range is left to people who choose numbers themselves; it is used only when the upper part is full
 * (KEP-3070, KEP-3668).
 */

import type { Random } from '#base/env.ts';

/** Whoever claims, told apart by identity: nobody ends another's claim. */
export type Claimant = object;

export interface RangeConfig {
  readonly size: number;
  /** Numbers below this offset are given out last. */
  readonly staticBand: number;
  readonly random: Random;
}

/** Random tries before the range is searched from a random place on. */
const randomTries = 16;

export class Range {
  private readonly config: RangeConfig;
  /** How many objects have the number: a repair may find two. */
  private readonly used = new Map<number, number>();
  private readonly claims = new Map<number, Claimant>();

  constructor(config: RangeConfig) {
    this.config = config;
  }

  get free(): number {
    return this.config.size - this.used.size - this.claims.size;
  }

  has(offset: number): boolean {
    return this.used.has(offset) || this.claims.has(offset);
  }

  /** An object has it; claims do not count. */
  isUsed(offset: number): boolean {
    return this.used.has(offset);
  }

  contains(offset: number): boolean {
    return offset >= 0 && offset < this.config.size;
  }

  /** False when it is taken or outside. */
  claim(offset: number, claimant: Claimant): boolean {
    if (!this.contains(offset) || this.has(offset)) return false;
    this.claims.set(offset, claimant);
    return true;
  }

  /** A free number, claimed; undefined when the range is full. */
  claimNext(claimant: Claimant): number | undefined {
    const { size, staticBand } = this.config;
    return this.claimWithin(staticBand, size, claimant) ?? this.claimWithin(0, staticBand, claimant);
  }

  /** The write is over; nothing where the object with the number has ended the claim before. */
  endClaim(offset: number, claimant: Claimant): void {
    if (this.claims.get(offset) === claimant) this.claims.delete(offset);
  }

  use(offset: number): void {
    if (!this.contains(offset)) return;
    this.used.set(offset, (this.used.get(offset) ?? 0) + 1);
    this.claims.delete(offset);
  }

  release(offset: number): void {
    const count = this.used.get(offset) ?? 0;
    if (count > 1) this.used.set(offset, count - 1);
    else this.used.delete(offset);
  }

  private claimWithin(from: number, to: number, claimant: Claimant): number | undefined {
    const width = to - from;
    if (width <= 0) return undefined;
    const draw = (): number => from + Math.floor(this.config.random.next() * width);
    for (let attempt = 0; attempt < randomTries; attempt++) {
      const offset = draw();
      if (this.claim(offset, claimant)) return offset;
    }
    const start = draw();
    for (let step = 0; step < width; step++) {
      const offset = from + ((start - from + step) % width);
      if (this.claim(offset, claimant)) return offset;
    }
    return undefined;
  }
}

/** Upstream's static band of a range: a sixteenth, at least 16 and at most 256; none of a tiny range. */
export function staticBandOf(size: number, step: number, min: number, max: number): number {
  if (min > size) return 0;
  return Math.min(Math.max(Math.floor(size / step), min), max);
}
