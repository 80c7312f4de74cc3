/** SimRandom: chance from a seed (xoshiro128**, Blackman and Vigna 2018): the same seed, the same draws, everywhere. */

import type { Random } from '#base/env.ts';

export class SimRandom implements Random {
  private readonly state: Uint32Array;

  constructor(seed: number | string) {
    this.state = expand(String(seed));
  }

  next(): number {
    return this.draw() / 2 ** 32;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) bytes[i] = this.draw() >>> 24;
    return bytes;
  }

  /** An integer in [low, high]. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T;
  }

  /** A generator of its own, so that one user's draws do not shift another's. */
  fork(name: string): SimRandom {
    return new SimRandom(`${this.draw()}/${name}`);
  }

  private draw(): number {
    const s = this.state as unknown as [number, number, number, number];
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return result;
  }
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** Four words from a text (FNV-1a over the text and the word's number, then murmur's finalizer). */
function expand(seed: string): Uint32Array {
  const state = new Uint32Array(4);
  for (let word = 0; word < 4; word++) {
    let hash = 0x811c9dc5 ^ word;
    for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    state[word] = (hash ^ (hash >>> 16)) >>> 0 || 0x9e3779b9;
  }
  return state;
}
