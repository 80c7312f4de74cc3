/**
 * Go's int64 in JavaScript's numbers, which are exact up to 2^53 only. The largest, 2^63 - 1, means "no bound" to those who send it and
 * becomes 2^63 when it is read: so that is taken for it, and written as it. What is written is always an int64 to whoever reads it.
 */

const beyond = 2 ** 63;
const largest = 2n ** 63n - 1n;

export function isInt64(value: number): boolean {
  return Number.isInteger(value) && value >= -beyond && value <= beyond;
}

export function int64Of(value: number): bigint {
  return value >= beyond ? largest : BigInt(value);
}

/** The digits of a number that `isInt64` takes. */
export function int64Text(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : String(int64Of(value));
}
