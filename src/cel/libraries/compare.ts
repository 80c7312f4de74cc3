/** The order of values in lists. */

import { compareStrings } from '../standard/comparison.ts';
import type { CelType } from '../types.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  intType,
  stringType,
  timestampType,
  uintType,
} from '../types.ts';
import type { Value } from '../values.ts';
import { compareBytes, compareNumbers, Duration, Timestamp } from '../values.ts';

/** Types with an order, by the name that overload ids have for them. */
export const comparableTypes: readonly (readonly [name: string, type: CelType])[] = [
  ['int', intType],
  ['uint', uintType],
  ['double', doubleType],
  ['bool', boolType],
  ['duration', durationType],
  ['timestamp', timestampType],
  ['string', stringType],
  ['bytes', bytesType],
];

/** Negative, zero or positive; NaN for values that have no order to each other. */
export function compareValues(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  if (
    (left instanceof Duration && right instanceof Duration) ||
    (left instanceof Timestamp && right instanceof Timestamp)
  ) {
    return compareNumbers(left.nanos, right.nanos) ?? Number.NaN;
  }
  return compareNumbers(left, right) ?? Number.NaN;
}
