/** Selection and indexing: a.b, a[i], a.?b, a[?i] and has(a.b), on maps, objects, lists and optionals of them. */

import { formatForMessage } from './format.ts';
import type { Attribute, Plan, Step } from './frame.ts';
import { attributeOf, resolveStepOf, stepOf } from './frame.ts';
import { runtimeTypeName } from './types.ts';
import type { Result, Value } from './values.ts';
import { CelError, CelList, CelMap, OptionalValue, typeOf, Uint } from './values.ts';

/** a.field */
export function planSelect(operand: Plan, field: string, node: number): Attribute {
  const { resolve, ownCost } = attributeOf(operand);
  const missing = new CelError(`no such key: ${field}`, node);
  return {
    kind: 'attribute',
    ownCost,
    resolve(frame) {
      const target = resolve(frame);
      if (target instanceof CelError) return target;
      if (target instanceof CelMap) {
        frame.cost += 1;
        const found = target.select(field);
        return found === undefined ? missing : found;
      }
      return selectOther(frame, target, field, missing, false);
    },
  };
}

/** a[key] and a.?field, a[?key] */
export function planIndex(operand: Plan, key: Plan, optional: boolean, node: number): Attribute {
  const { resolve, ownCost } = attributeOf(operand);
  const keyStep = resolveStepOf(key);
  return {
    kind: 'attribute',
    ownCost,
    resolve(frame) {
      const target = resolve(frame);
      if (target instanceof CelError) return target;
      if (target === OptionalValue.none) return target;
      const index = keyStep(frame);
      if (index instanceof CelError) return index;
      return selectOther(frame, target, index, undefined, optional, node);
    },
  };
}

/** has(a.field). Costs what a.field costs, without the one for the whole; with presenceTestHasCost that too. */
export function planPresenceTest(operand: Plan, field: string, hasCost: boolean): Plan {
  const attribute = attributeOf(operand);
  const { resolve } = attribute;
  const step: Step = (frame) => {
    const target = resolve(frame);
    if (hasCost) frame.cost += 1;
    if (target instanceof CelError) return target;
    if (target instanceof OptionalValue) {
      if (target.value === undefined) return false;
      frame.cost += 1;
      return isPresent(target.value, field);
    }
    frame.cost += 1;
    return isPresent(target, field);
  };
  return { kind: 'step', step };
}

function isPresent(target: Value, field: string): Result {
  if (target instanceof CelMap) return target.has(field);
  return target instanceof CelList ? badIndex(field) : false;
}

function selectOther(
  frame: { cost: number },
  target: Value,
  key: Value,
  missing: CelError | undefined,
  optional: boolean,
  node?: number,
): Result {
  if (target instanceof OptionalValue || optional) {
    const inner = target instanceof OptionalValue ? target.value : target;
    if (inner === undefined) return OptionalValue.none;
    const found = find(inner, key);
    if (found instanceof CelError) {
      frame.cost += 1;
      return found;
    }
    if (found === undefined) return OptionalValue.none;
    frame.cost += 1;
    return new OptionalValue(found);
  }
  frame.cost += 1;
  const found = find(target, key);
  if (found !== undefined) return found;
  if (missing) return missing;
  const what = target instanceof CelList ? 'index out of bounds' : 'no such key';
  return new CelError(`${what}: ${formatForMessage(key)}`, node);
}

/** undefined: not there. */
function find(target: Value, key: Value): Result | undefined {
  if (target instanceof CelMap) return target.select(key);
  if (!(target instanceof CelList)) return undefined;
  const index = indexOf(key);
  if (index instanceof CelError) return index;
  return index >= 0 && index < target.size ? target.get(index) : undefined;
}

function indexOf(key: Value): number | CelError {
  if (typeof key === 'bigint') return Number(key);
  if (key instanceof Uint) return Number(key.value);
  if (typeof key !== 'number') return badIndex(key);
  return Number.isInteger(key) ? key : new CelError(`unsupported index value ${formatForMessage(key)} in list`);
}

function badIndex(key: Value): CelError {
  return new CelError(`unsupported index type '${runtimeTypeName(typeOf(key))}' in list`);
}

/** condition ? a : b. No cost of its own; only the branch taken is evaluated. */
export function planConditional(condition: Plan, whenTrue: Plan, whenFalse: Plan): Attribute {
  const test = stepOf(condition);
  const first = resolveStepOf(whenTrue);
  const second = resolveStepOf(whenFalse);
  return {
    kind: 'attribute',
    ownCost: 0,
    resolve(frame) {
      const decided = test(frame);
      if (decided === true) return first(frame);
      if (decided === false) return second(frame);
      return decided instanceof CelError ? decided : new CelError('no such overload');
    },
  };
}
