/**
 * Objects in other versions, for whoever works on fields: generators ask for them by `yield`, and go on at once or when they are there.
 * So what needs none, as nearly every write, waits for nothing.
 */

import type { Place } from './place.ts';

/** An object in one version, with what the version says of its fields. */
export interface Versioned {
  readonly object: unknown;
  readonly place: Place;
}

export interface Conversion {
  /** Decoded, or a JSON tree. */
  readonly object: unknown;
  readonly apiVersion: string;
  /** What cannot be done where the version has not all of the object's fields: 'failed to convert new object'. */
  readonly failure: string;
}

/** undefined is answered when there is no such version. */
export type Converting<T> = Generator<Conversion, T, Versioned | undefined>;

export type Convert = (conversion: Conversion) => Versioned | undefined | Promise<Versioned | undefined>;

/** Runs to the end; a promise only where a conversion is one. */
export function converting<T>(work: Converting<T>, convert: Convert): T | Promise<T> {
  return goOn(work, convert, undefined);
}

function goOn<T>(work: Converting<T>, convert: Convert, first: Versioned | undefined): T | Promise<T> {
  let step = work.next(first);
  while (!step.done) {
    const answer = convert(step.value);
    if (answer instanceof Promise) return answer.then((converted) => goOn(work, convert, converted));
    step = work.next(answer);
  }
  return step.value;
}
