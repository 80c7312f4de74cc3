/** Chance from a seed, so that what was found is found again. */

export interface Chance {
  /** 0 to bound - 1. */
  draw(bound: number): number;
  pick<T>(items: readonly T[]): T;
  /** As many as drawn, at most `most`. */
  some<T>(most: number, make: () => T): T[];
}

/** Mulberry32: small, and good enough that all parameters vary independently. */
export function chanceOf(seed: number): Chance {
  let state = seed;
  const draw = (bound: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % bound;
  };
  return {
    draw,
    pick: (items) => items[draw(items.length)] as (typeof items)[number],
    some: (most, make) => Array.from({ length: draw(most + 1) }, make),
  };
}

export const fuzzSeed = Number(process.env.KUBETS_FUZZ_SEED ?? 20_261_121);
