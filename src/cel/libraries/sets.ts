/** sets.contains, sets.equivalent and sets.intersects: lists as sets (cel-go's ext). */

import type { Library } from '../environment.ts';
import { addRanges, exactly, multiplyRanges, scaleRange } from '../range.ts';
import { boolType, listType, parameterType } from '../types.ts';
import type { CelList } from '../values.ts';
import { sizeForCost } from '../values.ts';
import type { Costs } from './declare.ts';
import { global } from './declare.ts';

function contains(list: CelList, part: CelList): boolean {
  for (const item of part) if (!list.contains(item)) return false;
  return true;
}

function intersects(left: CelList, right: CelList): boolean {
  for (const item of left) if (right.contains(item)) return true;
  return false;
}

/** Every element is compared with every element of the other list, that often. */
function comparisons(times: number): Costs {
  return {
    actualCost: ([left = null, right = null]) => 1 + sizeForCost(left) * sizeForCost(right) * times,
    estimateCost(call) {
      const [left, right] = call.args;
      if (!left || !right) return undefined;
      const pairs = multiplyRanges(call.sizeOf(left), call.sizeOf(right));
      return addRanges(scaleRange(pairs, times), exactly(1));
    },
  };
}

const lists = [listType(parameterType('T')), listType(parameterType('T'))];

export const setsLibrary: Library = {
  functions: [
    {
      name: 'sets.contains',
      overloads: [global('list_sets_contains_list', lists, boolType, contains, comparisons(1))],
    },
    {
      name: 'sets.equivalent',
      overloads: [
        global(
          'list_sets_equivalent_list',
          lists,
          boolType,
          (left: CelList, right: CelList) => contains(left, right) && contains(right, left),
          comparisons(2),
        ),
      ],
    },
    {
      name: 'sets.intersects',
      overloads: [global('list_sets_intersects_list', lists, boolType, intersects, comparisons(1))],
    },
  ],
};
