/** < <= > >=, between numbers of all types too. */

import type { FunctionDeclaration, Overload } from '../environment.ts';
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
import type { Duration, Result, Timestamp, Value } from '../values.ts';
import { CelError, compareBytes, compareNumbers } from '../values.ts';

/** By code points: UTF-16 order differs where surrogates meet U+E000 to U+FFFF. */
export function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const first = left.charCodeAt(index);
    const second = right.charCodeAt(index);
    if (first === second) continue;
    const isSurrogate = first >= 0xd800 && first < 0xe000;
    if (isSurrogate !== (second >= 0xd800 && second < 0xe000) && first >= 0xd800 && second >= 0xd800) {
      return isSurrogate ? 1 : -1;
    }
    return first - second;
  }
  return left.length - right.length;
}

type Compare = (left: Value, right: Value) => number;

function compareNanos(left: Timestamp | Duration, right: Timestamp | Duration): number {
  if (left.nanos === right.nanos) return 0;
  return left.nanos < right.nanos ? -1 : 1;
}

const numbers = [
  ['int64', intType],
  ['uint64', uintType],
  ['double', doubleType],
] as const;

const comparable: readonly (readonly [suffix: string, left: CelType, right: CelType, compare: Compare])[] = [
  ['bool', boolType, boolType, (left, right) => Number(left) - Number(right)],
  ...numbers.flatMap(([first, left]) =>
    numbers.map(
      ([second, right]) =>
        [
          first === second ? first : `${first}_${second}`,
          left,
          right,
          (a: Value, b: Value) => compareNumbers(a, b) ?? Number.NaN,
        ] as const,
    ),
  ),
  ['string', stringType, stringType, (left, right) => compareStrings(left as string, right as string)],
  ['bytes', bytesType, bytesType, (left, right) => compareBytes(left as Uint8Array, right as Uint8Array)],
  ['timestamp', timestampType, timestampType, (left, right) => compareNanos(left as Timestamp, right as Timestamp)],
  ['duration', durationType, durationType, (left, right) => compareNanos(left as Duration, right as Duration)],
];

function ordering(name: string, prefix: string, holds: (order: number) => boolean): FunctionDeclaration {
  const overloads: Overload[] = comparable.map(([suffix, left, right, compare]) => ({
    id: `${prefix}_${suffix}`,
    parameters: [left, right],
    result: boolType,
    implementation(first: Value, second: Value): Result {
      const order = compare(first, second);
      return Number.isNaN(order) ? new CelError('NaN values cannot be ordered') : holds(order);
    },
  }));
  return { name, overloads };
}

export const comparison: readonly FunctionDeclaration[] = [
  ordering('_<_', 'less', (order) => order < 0),
  ordering('_<=_', 'less_equals', (order) => order <= 0),
  ordering('_>_', 'greater', (order) => order > 0),
  ordering('_>=_', 'greater_equals', (order) => order >= 0),
];
