/** Calls of functions: the overload is chosen by the checker where it can be, else by the values; errors of arguments pass through. */

import type { Environment, FunctionEntry, Overload } from './environment.ts';
import type { Plan, Step } from './frame.ts';
import { constantOf, stepOf } from './frame.ts';
import { runtimeCost } from './runtime-cost.ts';
import { conversionNames } from './standard/conversion.ts';
import type { CelType } from './types.ts';
import { runtimeTypeName } from './types.ts';
import type { Result, Value } from './values.ts';
import { CelError, isOfType, typeOf } from './values.ts';

export interface CallToPlan {
  readonly entry: FunctionEntry;
  readonly member: boolean;
  /** Ids from the checker; undefined without a checker. */
  readonly reached: readonly string[] | undefined;
  readonly args: readonly Plan[];
  readonly node: number;
}

type Fits = (value: Value) => boolean;

/** An overload made ready: predicates for its parameters, its cost rule. */
interface Candidate {
  readonly overload: Overload;
  readonly fits: readonly Fits[];
  readonly cost: CostRule | undefined;
}

/** undefined: 1. */
type CostRule = (args: readonly Value[]) => number;

/** The plan, and the error of a conversion whose argument is a constant that it cannot convert. */
export function planCall(
  call: CallToPlan,
  environment: Environment,
): { readonly plan: Plan; readonly fault: CelError | undefined } {
  const { entry, args, member } = call;
  const shaped = entry.overloads.filter(
    (overload) => (overload.member ?? false) === member && overload.parameters.length === args.length,
  );
  const single = call.reached?.length === 1 ? call.reached[0] : undefined;
  const candidates = shaped.map((overload): Candidate => {
    const custom = environment.costs.get(overload.id)?.actualCost ?? overload.actualCost;
    // Where several overloads are possible upstream knows no id, and its rules by size do not hold.
    const standard = overload.id === single || isEquality(overload.id) ? runtimeCost(overload.id) : undefined;
    return {
      overload,
      fits: overload.parameters.map(predicateOf),
      cost: custom ? (values) => custom(values) ?? standard?.(values) ?? 1 : standard,
    };
  });
  const first = candidates.find(({ overload }) => overload.id === single) ?? candidates[0];
  const ordered = first ? [first, ...candidates.filter((candidate) => candidate !== first)] : [];
  const step = planStep(call, ordered, first);
  const plan: Plan = { kind: 'step', step };
  if (!isFoldable(call)) return { plan, fault: undefined };
  const value = constantOf(step);
  if (value instanceof CelError) return { plan, fault: value };
  return { plan: { kind: 'constant', value }, fault: undefined };
}

function isEquality(id: string): boolean {
  return id === 'equals' || id === 'not_equals';
}

function isFoldable({ entry, args }: CallToPlan): boolean {
  return conversionNames.has(entry.name) && args.length === 1 && args[0]?.kind === 'constant';
}

function planStep(call: CallToPlan, candidates: readonly Candidate[], first: Candidate | undefined): Step {
  const steps = call.args.map(stepOf);
  const lazily = first?.overload.lazily;
  if (first && lazily) return planLazy(first, steps, call);
  const [left, right] = steps;
  if (steps.length === 1 && left) return planUnary(call, candidates, first, left);
  if (steps.length === 2 && left && right) return planBinary(call, candidates, first, left, right);
  return (frame) => {
    const values: Value[] = [];
    for (const step of steps) {
      const value = step(frame);
      if (value instanceof CelError) return value;
      values.push(value);
    }
    return dispatch(call, candidates, values, frame);
  };
}

function planUnary(call: CallToPlan, candidates: readonly Candidate[], first: Candidate | undefined, arg: Step): Step {
  const fits = first?.fits[0];
  const cost = first?.cost;
  const overload = first?.overload;
  return (frame) => {
    const value = arg(frame);
    if (value instanceof CelError) {
      frame.cost += 1;
      return value;
    }
    if (fits?.(value) && overload?.implementation) {
      frame.cost += cost ? cost([value]) : 1;
      if (cost) frame.checkCost();
      return overload.implementation(value);
    }
    return dispatch(call, candidates, [value], frame);
  };
}

function planBinary(
  call: CallToPlan,
  candidates: readonly Candidate[],
  first: Candidate | undefined,
  left: Step,
  right: Step,
): Step {
  const fitsLeft = first?.fits[0];
  const fitsRight = first?.fits[1];
  const cost = first?.cost;
  const overload = first?.overload;
  return (frame) => {
    const one = left(frame);
    const two = right(frame);
    if (one instanceof CelError || two instanceof CelError) {
      frame.cost += 1;
      return one instanceof CelError ? one : two;
    }
    if (fitsLeft?.(one) && fitsRight?.(two) && overload?.implementation) {
      frame.cost += cost ? cost([one, two]) : 1;
      if (cost) frame.checkCost();
      return overload.implementation(one, two);
    }
    return dispatch(call, candidates, [one, two], frame);
  };
}

/** The second argument is evaluated when the function asks for it. */
function planLazy(candidate: Candidate, steps: readonly Step[], call: CallToPlan): Step {
  const [first, second] = steps;
  const { overload } = candidate;
  if (!first || !second) throw new Error(`${overload.id}: a function that is lazy has two parameters`);
  return (frame) => {
    const value = first(frame);
    if (value instanceof CelError) return value;
    if (!candidate.fits[0]?.(value)) return noSuchOverload(call, [value]);
    return overload.lazily?.(value, () => second(frame)) ?? null;
  };
}

function dispatch(
  call: CallToPlan,
  candidates: readonly Candidate[],
  values: readonly Value[],
  frame: { cost: number; checkCost(): void },
): Result {
  const chosen = choose(candidates, values);
  frame.cost += chosen?.cost?.(values) ?? 1;
  frame.checkCost();
  return chosen ? invoke(chosen, values) : noSuchOverload(call, values);
}

function choose(candidates: readonly Candidate[], values: readonly Value[]): Candidate | undefined {
  return candidates.find(({ fits }) => fits.every((fit, index) => fit(values[index] ?? null)));
}

function invoke({ overload }: Candidate, values: readonly Value[]): Result {
  return overload.implementation?.(...values) ?? null;
}

/** Functions that upstream dispatches by the value: their error names no types. */
const textFunctions = new Set(['contains', 'startsWith', 'endsWith', 'matches']);

function noSuchOverload({ entry, node }: CallToPlan, values: readonly Value[]): CelError {
  if (/^[_@!-]/.test(entry.name) || textFunctions.has(entry.name)) return new CelError('no such overload', node);
  if (entry.name === 'size') return new CelError('no such overload: size', node);
  const types = values.map((value) => runtimeTypeName(typeOf(value))).join(', ');
  return new CelError(`no such overload: ${entry.name}(${types})`, node);
}

/** isOfType with the type's kind looked at once. */
function predicateOf(type: CelType): Fits {
  switch (type.kind) {
    case 'dyn':
    case 'any':
    case 'parameter':
      return () => true;
    case 'int':
      return (value) => typeof value === 'bigint';
    case 'string':
      return (value) => typeof value === 'string';
    case 'bool':
      return (value) => typeof value === 'boolean';
    case 'double':
      return (value) => typeof value === 'number';
    default:
      return (value) => isOfType(value, type);
  }
}
