/** isSorted, sum, min, max, indexOf and lastIndexOf: Kubernetes' own functions on lists. */

import type { Library, Overload } from '../environment.ts';
import { intOf, uintOf } from '../standard/arithmetic.ts';
import { durationOf } from '../time.ts';
import type { CelType } from '../types.ts';
import { boolType, doubleType, durationType, intType, listType, parameterType, uintType } from '../types.ts';
import type { CelList, Result, Value } from '../values.ts';
import { CelError, Duration, equal, Uint } from '../values.ts';
import { comparableTypes, compareValues } from './compare.ts';
import { everyElement } from './costs.ts';
import { member } from './declare.ts';

function isSorted(list: CelList): boolean {
  for (let index = 1; index < list.size; index++) {
    if (compareValues(list.get(index - 1), list.get(index)) > 0) return false;
  }
  return true;
}

/** The first of those elements that no other is further in that direction. */
function extreme(name: string, direction: 1 | -1) {
  return (list: CelList): Result => {
    if (list.size === 0) return new CelError(`${name} called on empty list`);
    let best = list.get(0);
    for (let index = 1; index < list.size; index++) {
      const next = list.get(index);
      if (compareValues(next, best) * direction > 0) best = next;
    }
    return best;
  };
}

type Add = (sum: Value, next: Value) => Result;

const summable: readonly (readonly [name: string, type: CelType, zero: Value, add: Add])[] = [
  [
    'int',
    intType,
    0n,
    (sum, next) => (typeof sum === 'bigint' && typeof next === 'bigint' ? intOf(sum + next) : noOverload),
  ],
  [
    'uint',
    uintType,
    new Uint(0n),
    (sum, next) => (sum instanceof Uint && next instanceof Uint ? uintOf(sum.value + next.value) : noOverload),
  ],
  [
    'double',
    doubleType,
    0,
    (sum, next) => (typeof sum === 'number' && typeof next === 'number' ? sum + next : noOverload),
  ],
  [
    'duration',
    durationType,
    new Duration(0n),
    (sum, next) =>
      sum instanceof Duration && next instanceof Duration ? durationOf(sum.nanos + next.nanos) : noOverload,
  ],
];

const noOverload = new CelError('no such overload');

function total(list: CelList, zero: Value, add: Add): Result {
  let sum = zero;
  for (const item of list) {
    const next = add(sum, item);
    if (next instanceof CelError) return next;
    sum = next;
  }
  return sum;
}

function indexOf(list: CelList, item: Value): bigint {
  for (let index = 0; index < list.size; index++) if (equal(list.get(index), item)) return BigInt(index);
  return -1n;
}

function lastIndexOf(list: CelList, item: Value): bigint {
  for (let index = list.size - 1; index >= 0; index--) if (equal(list.get(index), item)) return BigInt(index);
  return -1n;
}

function ofComparable(make: (name: string, list: CelType, element: CelType) => Overload): readonly Overload[] {
  return comparableTypes.map(([name, type]) => make(name, listType(type), type));
}

const a = parameterType('A');

export const listsLibrary: Library = {
  functions: [
    {
      name: 'isSorted',
      overloads: ofComparable((name, list) =>
        member(`list_${name}_is_sorted_bool`, [list], boolType, isSorted, everyElement),
      ),
    },
    {
      name: 'sum',
      overloads: summable.map(([name, type, zero, add]) =>
        member(
          `list_${name}_sum_${name}`,
          [listType(type)],
          type,
          (list: CelList) => total(list, zero, add),
          everyElement,
        ),
      ),
    },
    {
      name: 'max',
      overloads: ofComparable((name, list, type) =>
        member(`list_${name}_max_${name}`, [list], type, extreme('max', 1), everyElement),
      ),
    },
    {
      name: 'min',
      overloads: ofComparable((name, list, type) =>
        member(`list_${name}_min_${name}`, [list], type, extreme('min', -1), everyElement),
      ),
    },
    {
      name: 'indexOf',
      overloads: [member('list_a_index_of_int', [listType(a), a], intType, indexOf, everyElement)],
    },
    {
      name: 'lastIndexOf',
      overloads: [member('list_a_last_index_of_int', [listType(a), a], intType, lastIndexOf, everyElement)],
    },
  ],
};
