/**
 * What a checked expression may cost, before it runs: cel-go's checker/cost.go. Sizes come from the expression where it tells them, else
 * from the caller, who knows the schema of its variables; what nobody knows is unbounded.
 */

import type { CallExpr, CheckedExpression, ComprehensionExpr, Expr, ListExpr, MapExpr, SelectExpr } from './ast.ts';
import { accumulatorName } from './ast.ts';
import type { CallEstimate, CallToEstimate, Environment, NodeToEstimate, Overload, Range } from './environment.ts';
import { isBinding } from './fold.ts';
import { addRanges, exactly, maxCost, multiplyRanges, unionOfRanges } from './range.ts';
import { listCreateCost, mapCreateCost, structCreateCost } from './runtime-cost.ts';
import { standardEstimate } from './standard-cost.ts';
import type { CelType } from './types.ts';
import { dynType } from './types.ts';
import { codePoints } from './values.ts';

/** Sizes that a schema knows, of the strings, bytes, lists and maps at a node's path. undefined: not known. */
export type SizeOf = (node: NodeToEstimate) => Range | undefined;

/** The least and the most that an evaluation may cost. */
export function estimateCost(checked: CheckedExpression, environment: Environment, sizeOf: SizeOf): Range {
  return new Estimator(checked, environment, sizeOf).cost(checked.expr);
}

/** Sizes of the keys (or indices) and values inside a list or map. */
interface EntrySizes {
  readonly container: 'list' | 'map';
  readonly key: Range;
  readonly value: Range;
}

interface LocalVariable {
  readonly path: readonly string[] | undefined;
  readonly size: Range | undefined;
  readonly entries: EntrySizes | undefined;
}

const noCost = exactly(0);
const selection = exactly(1);
const unknownSize: Range = { min: 0, max: maxCost };

class Estimator {
  readonly #checked: CheckedExpression;
  readonly #environment: Environment;
  readonly #sizeOf: SizeOf;
  readonly #paths = new Map<number, readonly string[]>();
  readonly #sizes = new Map<number, Range>();
  readonly #entries = new Map<number, EntrySizes>();
  readonly #locals = new Map<string, LocalVariable[]>();

  constructor(checked: CheckedExpression, environment: Environment, sizeOf: SizeOf) {
    this.#checked = checked;
    this.#environment = environment;
    this.#sizeOf = sizeOf;
  }

  cost(expr: Expr): Range {
    switch (expr.kind) {
      case 'literal':
        return noCost;
      case 'ident':
        this.#paths.set(expr.id, this.#locals.get(expr.name)?.at(-1)?.path ?? [this.#fullName(expr.id, expr.name)]);
        return selection;
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return expr.fields.reduce(
          (total, field) => addRanges(total, this.cost(field.value)),
          exactly(structCreateCost),
        );
      case 'comprehension':
        return isBinding(expr) ? this.#binding(expr) : this.#comprehension(expr);
    }
  }

  #fullName(id: number, name: string): string {
    return this.#checked.references.get(id)?.name ?? name;
  }

  #select(expr: SelectExpr): Range {
    const declared = this.#checked.references.get(expr.id)?.name;
    if (declared !== undefined) {
      this.#paths.set(expr.id, [declared]);
      return selection;
    }
    const operand = this.cost(expr.operand);
    if (expr.testOnly) return addRanges(operand, exactly(this.#environment.options.presenceTestHasCost ? 1 : 0));
    const path = this.#pathOf(expr.operand);
    this.#paths.set(expr.id, [...(path ?? []), expr.field]);
    const { kind } = this.#typeOf(expr.operand);
    return kind === 'map' || kind === 'object' || kind === 'parameter' ? addRanges(operand, selection) : operand;
  }

  #call(expr: CallExpr): Range {
    if (expr.function === 'dyn' && expr.args[0]) {
      const inner = this.cost(expr.args[0]);
      this.#copySizes(expr, expr.args[0]);
      return addRanges(inner, exactly(1));
    }
    const argCosts = expr.args.map((arg) => this.cost(arg));
    const args = expr.args.map((arg) => this.#node(arg));
    const overloads = this.#overloads(expr);
    const isMember = expr.target !== undefined && (overloads[0]?.member ?? false);
    const targetCost = isMember && expr.target ? this.cost(expr.target) : noCost;
    const target = isMember && expr.target ? this.#node(expr.target) : undefined;
    let total: Range | undefined;
    let size: Range | undefined;
    for (const overload of overloads) {
      const call = { target, args, sizeOf: (node: NodeToEstimate) => this.#sizeOfNode(node) };
      const estimate = this.#estimate(expr, overload, call, argCosts);
      total = total ? unionOfRanges(total, estimate) : estimate;
      if (estimate.resultSize) size = size ? unionOfRanges(size, estimate.resultSize) : estimate.resultSize;
      const [container] = expr.args;
      if (container && (overload.id === 'index_list' || overload.id === 'index_map')) {
        size = this.#entriesOf(container)?.value;
        const part = overload.id === 'index_list' ? '@items' : '@values';
        this.#paths.set(expr.id, [...(this.#pathOf(container) ?? []), part]);
      }
      size ??= this.#size(expr);
    }
    if (size) this.#sizes.set(expr.id, size);
    return addRanges(targetCost, total ?? noCost);
  }

  /** The overloads that the checker found; the optional selection is one that only it knows. */
  #overloads(expr: CallExpr): readonly Overload[] {
    const reference = this.#checked.references.get(expr.id);
    const entry = this.#environment.functions.get(reference?.name ?? expr.function);
    return (reference?.overloads ?? []).flatMap((id) => entry?.overloads.find((overload) => overload.id === id) ?? []);
  }

  /** With the cost of the arguments. */
  #estimate(expr: CallExpr, overload: Overload, call: CallToEstimate, argCosts: readonly Range[]): CallEstimate {
    const custom = this.#environment.costs.get(overload.id)?.estimateCost ?? overload.estimateCost;
    const own = custom?.(call);
    const args = argCosts.reduce(addRanges, noCost);
    if (own) return { ...addRanges(own, args), resultSize: own.resultSize };
    const [first, second, third] = argCosts;
    switch (overload.id) {
      case 'logical_or':
      case 'logical_and':
        if (first && second) return { min: first.min, max: addRanges(first, second).max };
        break;
      case 'conditional': {
        const [, whenTrue, whenFalse] = expr.args;
        if (!first || !second || !third || !whenTrue || !whenFalse) break;
        const entries = unionOfEntries(this.#entriesOf(whenTrue), this.#entriesOf(whenFalse));
        if (entries) this.#entries.set(expr.id, entries);
        const resultSize = unionOfRanges(this.#sizeOrUnknown(whenTrue), this.#sizeOrUnknown(whenFalse));
        return { ...addRanges(first, unionOfRanges(second, third)), resultSize };
      }
      case 'add_list':
      case 'add_string':
      case 'add_bytes': {
        const [left, right] = expr.args;
        const entries = left && right && unionOfEntries(this.#entriesOf(left), this.#entriesOf(right));
        if (entries) this.#entries.set(expr.id, entries);
      }
    }
    const standard = standardEstimate(overload.id, call);
    return { ...addRanges(standard, args), resultSize: standard.resultSize };
  }

  #list(expr: ListExpr): Range {
    let total = exactly(listCreateCost);
    let item: Range | undefined;
    for (const element of expr.elements) {
      total = addRanges(total, this.cost(element));
      item = joined(item, this.#sizeOrUnknown(element));
    }
    this.#entries.set(expr.id, { container: 'list', key: exactly(1), value: item ?? exactly(0) });
    return total;
  }

  #map(expr: MapExpr): Range {
    let total = exactly(mapCreateCost);
    let key: Range | undefined;
    let value: Range | undefined;
    for (const entry of expr.entries) {
      total = addRanges(total, addRanges(this.cost(entry.key), this.cost(entry.value)));
      key = joined(key, this.#sizeOrUnknown(entry.key));
      value = joined(value, this.#sizeOrUnknown(entry.value));
    }
    this.#entries.set(expr.id, { container: 'map', key: key ?? exactly(0), value: value ?? exactly(0) });
    return total;
  }

  #comprehension(expr: ComprehensionExpr): Range {
    const before = addRanges(this.cost(expr.range), this.cost(expr.init));
    this.#push(expr.accumulator, this.#asVariable(expr.init));
    if (expr.variable2 === undefined) {
      this.#push(expr.variable, this.#element(expr.range, this.#isList(expr.range) ? 'value' : 'key'));
    } else {
      this.#push(expr.variable, this.#element(expr.range, 'key'));
      this.#push(expr.variable2, this.#element(expr.range, 'value'));
    }
    const turn = addRanges(this.cost(expr.condition), this.cost(expr.step));
    this.#pop(expr.variable);
    if (expr.variable2 !== undefined) this.#pop(expr.variable2);
    const after = this.cost(expr.result);
    this.#pop(expr.accumulator);

    const turns = this.#sizeOrUnknown(expr.range);
    if (expr.init.kind === 'literal') {
      const size = this.#size(expr.init);
      if (size) this.#sizes.set(expr.id, size);
    } else if (expr.init.kind === 'list' || expr.init.kind === 'map') {
      this.#sizes.set(expr.id, turns);
      const entries = this.#entriesOf(expr.step);
      if (entries) this.#entries.set(expr.id, entries);
    }
    return addRanges(addRanges(before, after), multiplyRanges(turns, turn));
  }

  #binding(expr: ComprehensionExpr): Range {
    const before = addRanges(this.cost(expr.range), this.cost(expr.init));
    this.#push(expr.accumulator, this.#asVariable(expr.init));
    const result = this.cost(expr.result);
    this.#pop(expr.accumulator);
    this.#copySizes(expr, expr.result);
    return addRanges(before, result);
  }

  #isList(range: Expr): boolean {
    return (this.#entriesOf(range)?.container ?? this.#typeOf(range).kind) === 'list';
  }

  /** The variable for the elements of a list, or the keys or values of a map. */
  #element(range: Expr, part: 'key' | 'value'): LocalVariable {
    const isList = this.#isList(range);
    const name = part === 'key' ? (isList ? '@indices' : '@keys') : isList ? '@items' : '@values';
    return {
      path: [...(this.#pathOf(range) ?? []), name],
      size: this.#entriesOf(range)?.[part],
      entries: undefined,
    };
  }

  #asVariable(init: Expr): LocalVariable {
    return { path: this.#pathOf(init), size: this.#size(init), entries: this.#entriesOf(init) };
  }

  #push(name: string, variable: LocalVariable): void {
    const stack = this.#locals.get(name);
    if (stack) stack.push(variable);
    else this.#locals.set(name, [variable]);
  }

  #pop(name: string): void {
    this.#locals.get(name)?.pop();
  }

  #typeOf(expr: Expr): CelType {
    return this.#checked.types.get(expr.id) ?? dynType;
  }

  #pathOf(expr: Expr): readonly string[] | undefined {
    const local = expr.kind === 'ident' ? this.#locals.get(expr.name)?.at(-1) : undefined;
    return local ? local.path : this.#paths.get(expr.id);
  }

  #node(expr: Expr): NodeToEstimate {
    const path = this.#pathOf(expr);
    return {
      expr,
      type: this.#typeOf(expr),
      path: path?.[0] === accumulatorName ? undefined : path,
      computedSize: this.#size(expr),
    };
  }

  #sizeOfNode(node: NodeToEstimate): Range {
    return node.computedSize ?? this.#sizeOf(node) ?? unknownSize;
  }

  #sizeOrUnknown(expr: Expr): Range {
    return this.#size(expr) ?? unknownSize;
  }

  #size(expr: Expr): Range | undefined {
    const known = this.#sizes.get(expr.id) ?? sizeOfExpr(expr);
    if (known) return known;
    const node = { expr, type: this.#typeOf(expr), path: this.#pathOf(expr), computedSize: undefined };
    const given = this.#sizeOf(node);
    if (given) {
      this.#sizes.set(expr.id, given);
      return given;
    }
    if (isScalar(node.type)) return exactly(1);
    return expr.kind === 'ident' ? this.#locals.get(expr.name)?.at(-1)?.size : undefined;
  }

  #entriesOf(expr: Expr): EntrySizes | undefined {
    const known = this.#entries.get(expr.id);
    if (known) return known;
    return expr.kind === 'ident' ? this.#locals.get(expr.name)?.at(-1)?.entries : undefined;
  }

  #copySizes(to: Expr, from: Expr): void {
    const size = this.#size(from);
    if (size) this.#sizes.set(to.id, size);
    const entries = this.#entriesOf(from);
    if (entries) this.#entries.set(to.id, entries);
  }
}

function joined(left: Range | undefined, right: Range): Range {
  return left ? unionOfRanges(left, right) : right;
}

function unionOfEntries(left: EntrySizes | undefined, right: EntrySizes | undefined): EntrySizes | undefined {
  if (!left || !right) return undefined;
  return {
    container: left.container,
    key: unionOfRanges(left.key, right.key),
    value: unionOfRanges(left.value, right.value),
  };
}

/** What an expression tells of its own size. */
function sizeOfExpr(expr: Expr): Range | undefined {
  switch (expr.kind) {
    case 'literal':
      if (typeof expr.value === 'string') return exactly(codePoints(expr.value));
      return exactly(expr.value instanceof Uint8Array ? expr.value.length : 1);
    case 'list':
      return exactly(expr.elements.length);
    case 'map':
      return exactly(expr.entries.length);
    default:
      return undefined;
  }
}

/** Types whose values all have the size 1. */
function isScalar(type: CelType): boolean {
  switch (type.kind) {
    case 'bool':
    case 'double':
    case 'duration':
    case 'int':
    case 'timestamp':
    case 'uint':
      return true;
    case 'wrapper':
      return isScalar(type.of);
    case 'opaque':
      return type.name === 'optional_type' && type.parameters[0] !== undefined && isScalar(type.parameters[0]);
    default:
      return false;
  }
}
