/** slice, flatten, sort, sortBy, lists.range, reverse, distinct, first and last of cel-go's lists extension (version 3). */

import { accumulatorName } from '../ast.ts';
import type { CallToEstimate, Library, Macro, NodeToEstimate, Overload, Range } from '../environment.ts';
import { addRanges, exactly, maxCost, multiplyRanges, scaleRange } from '../range.ts';
import { listCreateCost, stringTraversalFactor } from '../runtime-cost.ts';
import type { CelType } from '../types.ts';
import { dynType, intType, listType, parameterType, runtimeTypeName } from '../types.ts';
import type { Result, Value } from '../values.ts';
import { ArrayList, CelError, CelList, equal, sizeForCost, typeOf } from '../values.ts';
import { comparableTypes, compareValues } from './compare.ts';
import type { Costs } from './declare.ts';
import { global, member } from './declare.ts';

function slice(list: CelList, start: bigint, end: bigint): Result {
  const call = `cannot slice(${start}, ${end})`;
  if (start < 0n || end < 0n) return new CelError(`${call}, negative indexes not supported`);
  if (start > end) return new CelError(`${call}, start index must be less than or equal to end index`);
  if (BigInt(list.size) < end) return new CelError(`${call}, list is length ${list.size}`);
  return new ArrayList(Array.from({ length: Number(end - start) }, (_, index) => list.get(Number(start) + index)));
}

/** The same list may be in it again and again, and what flattening costs does not count that (as in cel-go). */
const maxFlattened = 1 << 20;

function flatten(list: CelList, depth = 1n): Result {
  if (depth < 0n) return new CelError('level must be non-negative');
  const items: Value[] = [];
  return collect(list, depth, items) ? new ArrayList(items) : new CelError('list is too long');
}

/** False when they are too many. */
function collect(list: CelList, depth: bigint, into: Value[]): boolean {
  for (const item of list) {
    if (depth > 0n && item instanceof CelList) {
      if (!collect(item, depth - 1n, into)) return false;
    } else if (into.push(item) > maxFlattened) return false;
  }
  return true;
}

function sortByKeys(list: CelList, keys: CelList): Result {
  if (list.size !== keys.size) {
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got ${list.size} and ${keys.size} elements respectively`,
    );
  }
  if (list.size === 0) return list;
  const values = [...keys];
  const type = runtimeTypeName(typeOf(values[0] ?? null));
  if (!comparableTypes.some(([, comparable]) => runtimeTypeName(comparable) === type)) {
    return new CelError('list elements must be comparable');
  }
  if (values.some((value) => runtimeTypeName(typeOf(value)) !== type)) {
    return new CelError('list elements must have the same type');
  }
  const order = values.map((_, index) => index);
  order.sort((left, right) => compareValues(values[left] ?? null, values[right] ?? null) || 0);
  return new ArrayList(order.map((index) => list.get(index)));
}

/** 0, 1, 2 ... without their memory: a range may be asked for that is larger than any. */
class RangeList extends CelList {
  readonly size: number;

  constructor(size: number) {
    super();
    this.size = size;
  }

  get(index: number): Value {
    return BigInt(index);
  }
}

function distinct(list: CelList): Value {
  const unique: Value[] = [];
  for (const item of list) if (!unique.some((known) => equal(known, item))) unique.push(item);
  return new ArrayList(unique);
}

/** A call that makes a list. */
function actual(size: number, factor: number): number {
  return Math.floor(size * factor) + 1 + listCreateCost;
}

function estimate(size: Range, factor: number) {
  return { ...addRanges(scaleRange(size, factor), exactly(1 + listCreateCost)), resultSize: size };
}

/** The value of an integer that is written in the expression; negative ones count as 0. */
function written(node: NodeToEstimate | undefined, otherwise: number): number {
  if (node?.expr.kind !== 'literal' || typeof node.expr.value !== 'bigint') return otherwise;
  return node.expr.value < 0n ? 0 : Number(node.expr.value);
}

const sliceCosts: Costs = {
  actualCost([list, start, end]) {
    const isWithin =
      list instanceof CelList &&
      typeof start === 'bigint' &&
      typeof end === 'bigint' &&
      start >= 0n &&
      start <= end &&
      end <= BigInt(list.size);
    return actual(isWithin ? Number(end - start) : 1, 1);
  },
  estimateCost(call) {
    if (!call.target) return undefined;
    const size = written(call.args[1], call.sizeOf(call.target).max) - written(call.args[0], 0);
    // Upstream subtracts without a sign: a range that ends before it begins is unbounded.
    return estimate(exactly(size < 0 ? maxCost : size), 1);
  },
};

const flattenCosts: Costs = {
  actualCost: ([list = null, depth = 1n]) => actual(sizeForCost(list), Number(depth)),
  estimateCost: (call) =>
    call.target && estimate(call.sizeOf(call.target), call.args.length === 0 ? 1 : written(call.args[0], maxCost)),
};

/** Every element is compared with every other, twice; texts cost a little more. */
function pairwise(keysOf: (call: CallToEstimate) => NodeToEstimate | undefined, textual: boolean, keys: 0 | 1): Costs {
  return {
    actualCost(args) {
      const list = args[keys];
      const first = list instanceof CelList && list.size > 0 ? list.get(0) : null;
      const isText = typeof first === 'string' || first instanceof Uint8Array;
      return actual(sizeForCost(list ?? null) ** 2, isText ? 2 + stringTraversalFactor : 2);
    },
    estimateCost(call) {
      const node = keysOf(call);
      if (!node) return undefined;
      const size = call.sizeOf(node);
      return estimate(multiplyRanges(size, size), textual ? 2 + stringTraversalFactor : 2);
    },
  };
}

function isTextual(type: CelType): boolean {
  return type.kind === 'string' || type.kind === 'bytes';
}

const listOfT = listType(parameterType('T'));

function perType(make: (name: string, type: CelType) => Overload): readonly Overload[] {
  return comparableTypes.map(([, type]) => make(runtimeTypeName(type), type));
}

const sortBy: Macro = {
  name: 'sortBy',
  receiver: true,
  argumentCount: 2,
  expand(context, target, [variable, key]) {
    if (!target || !variable || !key) return undefined;
    if (target.kind === 'literal' || target.kind === 'map' || target.kind === 'struct') {
      return context.fail(
        target,
        'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
      );
    }
    if (variable.kind !== 'ident') return context.fail(variable, 'argument is not an identifier');
    const input = '@__sortBy_input__';
    const keys = context.comprehension({
      range: context.ident(input),
      variable: variable.name,
      accumulator: accumulatorName,
      init: context.list(),
      condition: context.literal(true),
      step: context.call('_+_', context.ident(accumulatorName), context.list(key)),
      result: context.ident(accumulatorName),
    });
    return context.comprehension({
      range: context.list(),
      variable: '#unused',
      accumulator: input,
      init: target,
      condition: context.literal(false),
      step: context.ident(input),
      result: context.memberCall('@sortByAssociatedKeys', context.ident(input), keys),
    });
  },
};

export const extendedListsLibrary: Library = {
  macros: [sortBy],
  functions: [
    { name: 'slice', overloads: [member('list_slice', [listOfT, intType, intType], listOfT, slice, sliceCosts)] },
    {
      name: 'flatten',
      overloads: [
        member('list_flatten', [listType(listOfT)], listOfT, flatten, flattenCosts),
        member('list_flatten_int', [listType(dynType), intType], listType(dynType), flatten, flattenCosts),
      ],
    },
    {
      name: 'sort',
      overloads: perType((name, type) =>
        member(
          `list_${name}_sort`,
          [listType(type)],
          listType(type),
          (list: CelList) => sortByKeys(list, list),
          pairwise((call) => call.target, isTextual(type), 0),
        ),
      ),
    },
    {
      name: '@sortByAssociatedKeys',
      overloads: perType((name, type) =>
        member(
          `list_${name}_sortByAssociatedKeys`,
          [listOfT, listType(type)],
          listOfT,
          sortByKeys,
          pairwise((call) => call.args[0], isTextual(type), 1),
        ),
      ),
    },
    {
      name: 'lists.range',
      overloads: [
        global(
          'lists_range',
          [intType],
          listType(intType),
          (size: bigint) => new RangeList(Math.max(0, Number(size))),
          {
            actualCost: ([size]) => actual(typeof size === 'bigint' ? Math.max(0, Number(size)) : 0, 1),
            estimateCost: (call) => estimate(exactly(written(call.args[0], maxCost)), 1),
          },
        ),
      ],
    },
    {
      name: 'reverse',
      overloads: [
        member('list_reverse', [listOfT], listOfT, (list: CelList) => new ArrayList([...list].reverse()), {
          actualCost: ([list = null]) => actual(sizeForCost(list), 1),
          estimateCost: (call) => call.target && estimate(call.sizeOf(call.target), 1),
        }),
      ],
    },
    {
      name: 'distinct',
      overloads: [
        member(
          'list_distinct',
          [listOfT],
          listOfT,
          distinct,
          pairwise((call) => call.target, false, 0),
        ),
      ],
    },
  ],
};
