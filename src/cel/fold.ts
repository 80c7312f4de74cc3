/** Comprehensions: loops over a list or a map, with an accumulator. */

import type { ComprehensionExpr, Expr } from './ast.ts';
import type { Frame, Plan, Step } from './frame.ts';
import type { Locals } from './planner.ts';
import type { Result, Value } from './values.ts';
import { CelError, CelList, CelMap, typeOf } from './values.ts';

interface FoldPlanner {
  plan(expr: Expr, locals: Locals | undefined): Step;
  newSlot(): number;
}

export function planComprehension(expr: ComprehensionExpr, locals: Locals | undefined, planner: FoldPlanner): Plan {
  const range = planner.plan(expr.range, locals);
  const init = planner.plan(expr.init, locals);
  const accumulator = planner.newSlot();
  if (isBinding(expr)) {
    const scope: Locals = { name: expr.accumulator, step: onFirstUse(accumulator, init), outer: locals };
    return planBinding(accumulator, planner.plan(expr.result, scope));
  }
  const withAccumulator: Locals = { name: expr.accumulator, step: read(accumulator), outer: locals };
  const first = planner.newSlot();
  let inside: Locals = { name: expr.variable, step: read(first), outer: withAccumulator };
  const second = expr.variable2 === undefined ? undefined : planner.newSlot();
  if (expr.variable2 !== undefined && second !== undefined) {
    inside = { name: expr.variable2, step: read(second), outer: inside };
  }
  const condition = isTrue(expr.condition) ? undefined : planner.plan(expr.condition, inside);
  const next = planner.plan(expr.step, inside);
  const result = planner.plan(expr.result, withAccumulator);

  /** false: the loop is over. */
  const turn = (frame: Frame, one: Value, two: Value): boolean => {
    frame.slots[first] = one;
    if (second !== undefined) frame.slots[second] = two;
    if (condition?.(frame) === false) return false;
    frame.slots[accumulator] = next(frame);
    frame.checkLoop();
    return true;
  };
  return {
    kind: 'step',
    step(frame) {
      const over = range(frame);
      if (over instanceof CelError) return over;
      frame.slots[accumulator] = init(frame);
      const refused = iterate(over, second !== undefined, (one, two) => turn(frame, one, two));
      return refused ?? result(frame);
    },
  };
}

/** Calls `turn` with each element, or key, or pair of index or key and value, until it says false. */
function iterate(over: Value, pairs: boolean, turn: (one: Value, two: Value) => boolean): CelError | undefined {
  if (over instanceof CelList) {
    for (let index = 0; index < over.size; index++) {
      const item = over.get(index);
      if (!(pairs ? turn(BigInt(index), item) : turn(item, null))) break;
    }
    return undefined;
  }
  if (over instanceof CelMap) {
    for (const key of over.keys()) if (!turn(key, pairs ? (over.get(key) ?? null) : null)) break;
    return undefined;
  }
  return new CelError(`got '${goTypeName(over)}', expected iterable type`);
}

/** Upstream names the type of its implementation. */
function goTypeName(value: Value): string {
  const { kind } = typeOf(value);
  return `types.${kind[0]?.toUpperCase()}${kind.slice(1)}`;
}

/** cel.bind: no loop, and the value is made when it is first used. */
export function isBinding({ range, condition, accumulator }: ComprehensionExpr): boolean {
  return (
    range.kind === 'list' &&
    range.elements.length === 0 &&
    condition.kind === 'literal' &&
    condition.value === false &&
    !accumulator.startsWith('@')
  );
}

function planBinding(slot: number, result: Step): Plan {
  return {
    kind: 'step',
    step(frame) {
      frame.slots[slot] = undefined;
      return result(frame);
    },
  };
}

function onFirstUse(slot: number, init: Step): Step {
  return (frame) => {
    const known = frame.slots[slot];
    if (known !== undefined) return known;
    const made = init(frame);
    frame.slots[slot] = made;
    return made;
  };
}

function read(slot: number): Step {
  return (frame) => frame.slots[slot] as Result;
}

function isTrue(expr: Expr): boolean {
  return expr.kind === 'literal' && expr.value === true;
}
