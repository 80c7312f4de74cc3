/** + - * / % and unary minus: integers fail on overflow, doubles follow IEEE 754. */

import type { FunctionDeclaration, Overload } from '../environment.ts';
import { durationOf, timestampOf } from '../time.ts';
import type { CelType } from '../types.ts';
import {
  bytesType,
  doubleType,
  durationType,
  intType,
  listType,
  parameterType,
  stringType,
  timestampType,
  uintType,
} from '../types.ts';
import type { CelList, Duration, Result, Timestamp } from '../values.ts';
import { CelError, Uint } from '../values.ts';

const maxUint64 = 2n ** 64n - 1n;
/** A request has no more elements than a tenth of that; lists that are added to themselves again and again would have any number. */
const maxListSize = 1 << 24;

export function intOf(value: bigint): Result {
  return BigInt.asIntN(64, value) === value ? value : new CelError('integer overflow');
}

export function uintOf(value: bigint): Result {
  return value < 0n || value > maxUint64 ? new CelError('unsigned integer overflow') : new Uint(value);
}

function binary(
  id: string,
  left: CelType,
  right: CelType,
  result: CelType,
  implementation: NonNullable<Overload['implementation']>,
): Overload {
  return { id, parameters: [left, right], result, implementation };
}

const listOfA = listType(parameterType('A'));

function concatenateBytes(left: Uint8Array, right: Uint8Array): Uint8Array {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}

const add: readonly Overload[] = [
  binary('add_int64', intType, intType, intType, (left: bigint, right: bigint) => intOf(left + right)),
  binary('add_string', stringType, stringType, stringType, (left: string, right: string) => left + right),
  binary('add_double', doubleType, doubleType, doubleType, (left: number, right: number) => left + right),
  binary('add_uint64', uintType, uintType, uintType, (left: Uint, right: Uint) => uintOf(left.value + right.value)),
  binary('add_bytes', bytesType, bytesType, bytesType, concatenateBytes),
  binary('add_list', listOfA, listOfA, listOfA, (left: CelList, right: CelList) =>
    left.size + right.size > maxListSize ? new CelError('list is too long') : left.concat(right),
  ),
  binary('add_duration_duration', durationType, durationType, durationType, (left: Duration, right: Duration) =>
    durationOf(left.nanos + right.nanos),
  ),
  binary('add_duration_timestamp', durationType, timestampType, timestampType, (left: Duration, right: Timestamp) =>
    timestampOf(left.nanos + right.nanos),
  ),
  binary('add_timestamp_duration', timestampType, durationType, timestampType, (left: Timestamp, right: Duration) =>
    timestampOf(left.nanos + right.nanos),
  ),
];

const subtract: readonly Overload[] = [
  binary('subtract_int64', intType, intType, intType, (left: bigint, right: bigint) => intOf(left - right)),
  binary('subtract_double', doubleType, doubleType, doubleType, (left: number, right: number) => left - right),
  binary('subtract_uint64', uintType, uintType, uintType, (left: Uint, right: Uint) =>
    uintOf(left.value - right.value),
  ),
  binary('subtract_duration_duration', durationType, durationType, durationType, (left: Duration, right: Duration) =>
    durationOf(left.nanos - right.nanos),
  ),
  binary(
    'subtract_timestamp_duration',
    timestampType,
    durationType,
    timestampType,
    (left: Timestamp, right: Duration) => timestampOf(left.nanos - right.nanos),
  ),
  binary(
    'subtract_timestamp_timestamp',
    timestampType,
    timestampType,
    durationType,
    (left: Timestamp, right: Timestamp) => durationOf(left.nanos - right.nanos),
  ),
];

const multiply: readonly Overload[] = [
  binary('multiply_int64', intType, intType, intType, (left: bigint, right: bigint) => intOf(left * right)),
  binary('multiply_double', doubleType, doubleType, doubleType, (left: number, right: number) => left * right),
  binary('multiply_uint64', uintType, uintType, uintType, (left: Uint, right: Uint) =>
    uintOf(left.value * right.value),
  ),
];

const divide: readonly Overload[] = [
  binary('divide_int64', intType, intType, intType, (left: bigint, right: bigint) =>
    right === 0n ? new CelError('division by zero') : intOf(left / right),
  ),
  binary('divide_double', doubleType, doubleType, doubleType, (left: number, right: number) => left / right),
  binary('divide_uint64', uintType, uintType, uintType, (left: Uint, right: Uint) =>
    right.value === 0n ? new CelError('division by zero') : new Uint(left.value / right.value),
  ),
];

const modulo: readonly Overload[] = [
  binary('modulo_int64', intType, intType, intType, (left: bigint, right: bigint) => {
    if (right === 0n) return new CelError('modulus by zero');
    return right === -1n && left === -(2n ** 63n) ? new CelError('integer overflow') : left % right;
  }),
  binary('modulo_uint64', uintType, uintType, uintType, (left: Uint, right: Uint) =>
    right.value === 0n ? new CelError('modulus by zero') : new Uint(left.value % right.value),
  ),
];

const negate: readonly Overload[] = [
  { id: 'negate_int64', parameters: [intType], result: intType, implementation: (value: bigint) => intOf(-value) },
  { id: 'negate_double', parameters: [doubleType], result: doubleType, implementation: (value: number) => -value },
];

export const arithmetic: readonly FunctionDeclaration[] = [
  { name: '_+_', overloads: add },
  { name: '_-_', overloads: subtract },
  { name: '_*_', overloads: multiply },
  { name: '_/_', overloads: divide },
  { name: '_%_', overloads: modulo },
  { name: '-_', overloads: negate },
];
