/** DecodeError: input that is no object of the expected type. The message is upstream's; the server answers 400 with it. */

import { newRequestEntityTooLarge } from '../errors.ts';

export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** Deepest nesting that is read. Upstream stops at 10,000, which no object comes near; ours keeps recursion off the stack's end. */
export const maxDepth = 1000;

/**
 * Most values (fields, elements, entries of maps) of a client's body. Upstream has no such bound, and a thread for each request; here what
 * others wait for grows with the number of values and hardly with their length.
 */
export const maxValues = 100_000;

export function tooManyValues(): Error {
  return newRequestEntityTooLarge(`limit is ${maxValues} values`);
}

/** Most findings of strict decoding that are reported (sigs.k8s.io/json). */
export const maxStrictErrors = 100;

export function unknownField(path: string): string {
  return `unknown field ${JSON.stringify(path)}`;
}

export function duplicateField(path: string): string {
  return `duplicate field ${JSON.stringify(path)}`;
}
