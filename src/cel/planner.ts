/**
 * A checked tree to steps: closures that are made once, so that an evaluation looks nothing up by name but variables. What cel-go's
 * optimizer makes constant is constant here too, since constants cost nothing: lists and maps of constants, conversions of constants,
 * membership in constant lists.
 */

import type {
  CallExpr,
  ComprehensionExpr,
  Expr,
  ListExpr,
  MapExpr,
  ParsedExpression,
  Reference,
  StructExpr,
} from './ast.ts';
import { planCall } from './calls.ts';
import { qualifiedName, resolveFunction, resolveName } from './checker.ts';
import type { Environment, FunctionEntry } from './environment.ts';
import { planComprehension } from './fold.ts';
import { formatForMessage } from './format.ts';
import type { Plan, Step } from './frame.ts';
import { constantOf, stepOf } from './frame.ts';
import { listCreateCost, mapCreateCost, structCreateCost } from './runtime-cost.ts';
import { planConditional, planIndex, planPresenceTest, planSelect } from './selection.ts';
import type { MapKey, Value } from './values.ts';
import {
  ArrayList,
  CelError,
  CelList,
  mapKey,
  ObjectValue,
  OptionalValue,
  TypeValue,
  Uint,
  ValueMap,
} from './values.ts';

export interface Planned {
  readonly step: Step;
  /** How many slots its frames have. */
  readonly slots: number;
  /** The first conversion of a constant that fails. */
  readonly fault: CelError | undefined;
}

/** References are absent for an expression that was not checked: names and overloads are then found as it is planned and run. */
export function planExpression(
  parsed: ParsedExpression & { readonly references?: ReadonlyMap<number, Reference> },
  environment: Environment,
): Planned {
  const planner = new Planner(environment, parsed.references);
  const step = stepOf(planner.plan(parsed.expr, undefined));
  return { step, slots: planner.slots, fault: planner.fault };
}

/** Local variables and where their values are. */
export interface Locals {
  readonly name: string;
  readonly step: Step;
  readonly outer: Locals | undefined;
}

class Planner {
  readonly #environment: Environment;
  readonly #references: ReadonlyMap<number, Reference> | undefined;
  slots = 0;
  fault: CelError | undefined;

  constructor(environment: Environment, references: ReadonlyMap<number, Reference> | undefined) {
    this.#environment = environment;
    this.#references = references;
  }

  plan(expr: Expr, locals: Locals | undefined): Plan {
    switch (expr.kind) {
      case 'literal':
        return { kind: 'constant', value: expr.value };
      case 'ident':
        return this.#ident(expr.id, expr.name, locals);
      case 'select': {
        const declared = this.#declared(expr, locals);
        if (declared !== undefined) return this.#global(declared);
        const operand = this.plan(expr.operand, locals);
        if (!expr.testOnly) return planSelect(operand, expr.field, expr.id);
        return planPresenceTest(operand, expr.field, this.#environment.options.presenceTestHasCost);
      }
      case 'call':
        return this.#call(expr, locals);
      case 'list':
        return this.#list(expr, locals);
      case 'map':
        return this.#map(expr, locals);
      case 'struct':
        return this.#struct(expr, locals);
      case 'comprehension':
        return this.#comprehension(expr, locals);
    }
  }

  #ident(id: number, name: string, locals: Locals | undefined): Plan {
    const local = findLocal(locals, name);
    if (local) return { kind: 'attribute', ownCost: 1, resolve: local.step };
    return this.#global(this.#references?.get(id)?.name ?? resolveName(this.#environment, name)?.name ?? name);
  }

  /** The variable or type that a chain of selections names as a whole. */
  #declared(expr: Expr, locals: Locals | undefined): string | undefined {
    if (this.#references) return this.#references.get(expr.id)?.name;
    const name = qualifiedName(expr);
    if (name === undefined || findLocal(locals, name.split('.', 1)[0] ?? '')) return undefined;
    return resolveName(this.#environment, name)?.name;
  }

  /** A variable of the bindings, or a type. */
  #global(name: string): Plan {
    const variable = this.#environment.variables.get(name);
    const type = variable ?? resolveName(this.#environment, name)?.type;
    if (type?.kind === 'type' && type.of) return { kind: 'constant', value: new TypeValue(type.of) };
    const missing = new CelError(`no such attribute(s): ${name}`);
    return {
      kind: 'attribute',
      ownCost: 1,
      resolve(frame) {
        const value = frame.bindings.get(name);
        return value === undefined ? missing : value;
      },
    };
  }

  #call(expr: CallExpr, locals: Locals | undefined): Plan {
    const args = () => expr.args.map((arg) => this.plan(arg, locals));
    switch (expr.function) {
      case '_&&_':
        return planLogic(args(), false);
      case '_||_':
        return planLogic(args(), true);
      case '_?_:_': {
        const [condition, whenTrue, whenFalse] = args();
        if (condition && whenTrue && whenFalse) return planConditional(condition, whenTrue, whenFalse);
        break;
      }
      case '_[_]':
      case '_[?_]':
      case '_?._': {
        const [operand, key] = args();
        if (operand && key) return planIndex(operand, key, expr.function !== '_[_]', expr.id);
        break;
      }
      case '@not_strictly_false': {
        const [value] = args();
        if (value) return planNotStrictlyFalse(stepOf(value));
      }
    }
    const { entry, target } = this.#function(expr, locals);
    if (!entry) {
      const unknown = new CelError(`unbound function: ${expr.function}()`, expr.id);
      return { kind: 'step', step: () => unknown };
    }
    const values = target ? [this.plan(target, locals), ...args()] : args();
    const membership = planMembership(entry, values);
    if (membership) return membership;
    const reached = this.#references?.get(expr.id)?.overloads;
    const call = { entry, member: target !== undefined, reached, args: values, node: expr.id };
    const planned = planCall(call, this.#environment);
    if (planned.fault) this.fault ??= planned.fault;
    return planned.plan;
  }

  /** The function of a call, and its target unless that is the function's namespace. */
  #function(
    expr: CallExpr,
    locals: Locals | undefined,
  ): { readonly entry: FunctionEntry | undefined; readonly target: Expr | undefined } {
    if (!expr.target) return { entry: resolveFunction(this.#environment, expr.function), target: undefined };
    const prefix = qualifiedName(expr.target);
    const namespaced =
      prefix === undefined || findLocal(locals, prefix.split('.', 1)[0] ?? '')
        ? undefined
        : resolveFunction(this.#environment, `${prefix}.${expr.function}`);
    if (namespaced) return { entry: namespaced, target: undefined };
    return { entry: this.#environment.functions.get(expr.function), target: expr.target };
  }

  #list(expr: ListExpr, locals: Locals | undefined): Plan {
    const plans = expr.elements.map((element) => this.plan(element, locals));
    const steps = plans.map(stepOf);
    const optional = new Set(expr.optional);
    const step: Step = (frame) => {
      frame.cost += listCreateCost;
      const items: Value[] = [];
      for (let index = 0; index < steps.length; index++) {
        const item = (steps[index] as Step)(frame);
        if (item instanceof CelError) return item;
        if (!optional.has(index)) items.push(item);
        else if (!(item instanceof OptionalValue)) return notOptional('cannot initialize optional list element', item);
        else if (item.value !== undefined) items.push(item.value);
      }
      return new ArrayList(items);
    };
    return foldIfConstant(step, plans);
  }

  #map(expr: MapExpr, locals: Locals | undefined): Plan {
    const plans = expr.entries.map(({ key, value }) => [this.plan(key, locals), this.plan(value, locals)] as const);
    const entries = plans.map(([key, value], index) => ({
      key: stepOf(key),
      value: stepOf(value),
      optional: expr.entries[index]?.optional ?? false,
    }));
    const step: Step = (frame) => {
      frame.cost += mapCreateCost;
      const made = new Map<MapKey, readonly [Value, Value]>();
      for (const entry of entries) {
        const key = entry.key(frame);
        if (key instanceof CelError) return key;
        const value = entry.value(frame);
        if (value instanceof CelError) return value;
        const normal = mapKey(key);
        if (normal === undefined) return new CelError('unsupported key type', expr.id);
        if (!entry.optional) {
          made.set(normal, [key, value]);
        } else if (!(value instanceof OptionalValue)) {
          return notOptional(`cannot initialize optional entry '${formatForMessage(key)}'`, value);
        } else if (value.value !== undefined) made.set(normal, [key, value.value]);
        else made.delete(normal);
      }
      return new ValueMap(made);
    };
    return foldIfConstant(step, plans.flat());
  }

  #struct(expr: StructExpr, locals: Locals | undefined): Plan {
    const name = this.#references?.get(expr.id)?.name ?? expr.name;
    const declared = resolveName(this.#environment, name)?.type;
    const type = declared?.kind === 'type' && declared.of?.kind === 'object' ? declared.of : undefined;
    if (!type) {
      const unknown = new CelError(`unknown type: ${name}`, expr.id);
      return { kind: 'step', step: () => unknown };
    }
    const fields = expr.fields.map((field) => ({ ...field, step: stepOf(this.plan(field.value, locals)) }));
    const step: Step = (frame) => {
      frame.cost += structCreateCost;
      const values = new Map<string, Value>();
      for (const field of fields) {
        const value = field.step(frame);
        if (value instanceof CelError) return value;
        if (!type.fields.has(field.name)) return new CelError(`no such field: ${field.name}`, field.id);
        if (!field.optional) {
          values.set(field.name, value);
        } else if (!(value instanceof OptionalValue)) {
          return notOptional(`cannot initialize optional entry '${field.name}'`, value);
        } else if (value.value !== undefined) values.set(field.name, value.value);
      }
      return type.construct ? type.construct(values) : new ObjectValue(type, values);
    };
    return { kind: 'step', step };
  }

  #comprehension(expr: ComprehensionExpr, locals: Locals | undefined): Plan {
    return planComprehension(expr, locals, {
      plan: (part, scope) => stepOf(this.plan(part, scope)),
      newSlot: () => this.slots++,
    });
  }
}

function findLocal(locals: Locals | undefined, name: string): Locals | undefined {
  for (let scope = locals; scope; scope = scope.outer) if (scope.name === name) return scope;
  return undefined;
}

function foldIfConstant(step: Step, parts: readonly Plan[]): Plan {
  if (parts.every((part) => part.kind === 'constant')) {
    const value = constantOf(step);
    if (!(value instanceof CelError)) return { kind: 'constant', value };
  }
  return { kind: 'step', step };
}

function notOptional(what: string, value: Value): CelError {
  return new CelError(`${what} from non-optional value ${formatForMessage(value)}`);
}

/** && (decided by false) and || (by true): an operand that decides makes errors of the other irrelevant. */
function planLogic(args: readonly Plan[], decider: boolean): Plan {
  const [left, right] = args.map(stepOf);
  if (!left || !right) throw new Error('logical operators have two operands');
  const step: Step = (frame) => {
    const first = left(frame);
    if (first === decider) return decider;
    const second = right(frame);
    if (second === decider) return decider;
    if (first === !decider && second === !decider) return !decider;
    const fault = typeof first === 'boolean' ? second : first;
    return fault instanceof CelError ? fault : new CelError('no such overload');
  };
  return { kind: 'step', step };
}

function planNotStrictlyFalse(value: Step): Plan {
  const step: Step = (frame) => {
    const result = value(frame);
    frame.cost += 1;
    return result !== false;
  };
  return { kind: 'step', step };
}

/** `x in [constants]`: a look into a set, which costs nothing (cel-go's evalSetMembership). */
function planMembership(entry: FunctionEntry, args: readonly Plan[]): Plan | undefined {
  const [value, list] = args;
  if (entry.name !== '@in' || !value || list?.kind !== 'constant' || !(list.value instanceof CelList)) return undefined;
  if (list.value.size === 0) return { kind: 'constant', value: false };
  const members = new Set<MapKey>();
  for (const item of list.value) {
    const key = memberKey(item);
    if (key === undefined) return undefined;
    members.add(key);
  }
  members.delete(Number.NaN);
  const step = stepOf(value);
  return {
    kind: 'step',
    step(frame) {
      const found = step(frame);
      if (found instanceof CelError) return found;
      const key = memberKey(found);
      return key !== undefined && members.has(key);
    },
  };
}

/** Numbers, strings and booleans; undefined for values that a set does not compare. */
function memberKey(value: Value): MapKey | undefined {
  return value instanceof Uint || typeof value !== 'object' ? mapKey(value) : undefined;
}
