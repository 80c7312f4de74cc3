/**
 * The type checker: gives every node a type, every name what it refers to, every call the overloads it may reach (cel-go's
 * checker/checker.go for the rules and the wording).
 */

import type {
  CallExpr,
  CheckedExpression,
  ComprehensionExpr,
  Expr,
  ListExpr,
  Literal,
  MapExpr,
  ParsedExpression,
  Reference,
  SelectExpr,
  StructExpr,
} from './ast.ts';
import type { Environment, FunctionEntry } from './environment.ts';
import { candidateNames, findType } from './environment.ts';
import type { Issue } from './issues.ts';
import { issueAt, maxIssues } from './issues.ts';
import { maxTypeSize, typeSize } from './type-size.ts';
import type { CelType } from './types.ts';
import {
  boolType,
  bytesType,
  doubleType,
  dynType,
  errorType,
  formatType,
  intType,
  isDyn,
  isSameType,
  listType,
  mapType,
  nullType,
  optionalOf,
  optionalType,
  stringType,
  typeType,
  uintType,
} from './types.ts';
import { moreGeneral, TypeBindings } from './unification.ts';
import { Uint } from './values.ts';

export type Checked =
  | { readonly ok: true; readonly checked: CheckedExpression; readonly outputType: CelType }
  | { readonly ok: false; readonly issues: readonly Issue[] };

export function checkExpression(parsed: ParsedExpression, environment: Environment): Checked {
  return new Checker(parsed, environment).run();
}

/** A chain of names as one name: a.b.c; undefined when there is anything else in it. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.testOnly) return undefined;
  const prefix = qualifiedName(expr.operand);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}

/** The declared variable or type of a name, by the container's namespaces. */
export function resolveName(
  environment: Environment,
  name: string,
): { readonly name: string; readonly type: CelType } | undefined {
  for (const candidate of candidateNames(environment.options.container, name)) {
    const variable = environment.variables.get(candidate);
    if (variable) return { name: candidate, type: variable };
    const type = findType(environment, candidate);
    if (type) return { name: candidate, type: typeType(type) };
  }
  return undefined;
}

export function resolveFunction(environment: Environment, name: string): FunctionEntry | undefined {
  for (const candidate of candidateNames(environment.options.container, name)) {
    const found = environment.functions.get(candidate);
    if (found) return found;
  }
  return undefined;
}

interface Scope {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly outer: Scope | undefined;
}

class Checker {
  readonly #parsed: ParsedExpression;
  readonly #environment: Environment;
  readonly #types = new Map<number, CelType>();
  readonly #references = new Map<number, Reference>();
  readonly #bindings = new TypeBindings();
  readonly #issues: Issue[] = [];
  #scope: Scope | undefined;

  constructor(parsed: ParsedExpression, environment: Environment) {
    this.#parsed = parsed;
    this.#environment = environment;
  }

  run(): Checked {
    const output = this.#bindings.substitute(this.#check(this.#parsed.expr), true);
    if (this.#issues.length > 0) return { ok: false, issues: this.#issues };
    for (const [id, type] of this.#types) this.#types.set(id, this.#bindings.substitute(type, true));
    const checked = { ...this.#parsed, types: this.#types, references: this.#references };
    return { ok: true, checked, outputType: output };
  }

  #check(expr: Expr): CelType {
    const found = this.#typeOf(expr);
    const isTooLarge = typeSize(found) > maxTypeSize;
    if (isTooLarge) this.#report(expr.id, `type size exceeds limit: ${maxTypeSize}`);
    const type = isTooLarge ? errorType : found;
    this.#types.set(expr.id, type);
    return type;
  }

  #typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return literalType(expr.value);
      case 'ident':
        return this.#name(expr.id, expr.name) ?? this.#undeclared(expr.id, expr.name);
      case 'select':
        return this.#select(expr);
      case 'call':
        return this.#call(expr);
      case 'list':
        return this.#list(expr);
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'comprehension':
        return this.#comprehension(expr);
    }
  }

  #name(id: number, name: string): CelType | undefined {
    for (let scope = this.#scope; scope; scope = scope.outer) {
      const local = scope.variables.get(name);
      if (local) return local;
    }
    const found = resolveName(this.#environment, name);
    if (!found) return undefined;
    this.#references.set(id, { name: found.name });
    return found.type;
  }

  #select(expr: SelectExpr): CelType {
    const name = this.#freeName(expr);
    const declared = name === undefined ? undefined : resolveName(this.#environment, name);
    if (declared) {
      this.#references.set(expr.id, { name: declared.name });
      return declared.type;
    }
    const type = this.#field(expr.id, this.#check(expr.operand), expr.field, false);
    return expr.testOnly ? boolType : this.#bindings.substitute(type, false);
  }

  /** The qualified name of an expression unless it begins with a local variable. */
  #freeName(expr: Expr): string | undefined {
    const name = qualifiedName(expr);
    if (name === undefined) return undefined;
    const first = name.split('.', 1)[0] ?? '';
    for (let scope = this.#scope; scope; scope = scope.outer) if (scope.variables.has(first)) return undefined;
    return name;
  }

  #field(id: number, operand: CelType, field: string, optional: boolean): CelType {
    const resolved = this.#bindings.substitute(operand, false);
    const inner = optionalOf(resolved);
    const result = this.#fieldOf(id, inner ?? resolved, field);
    return inner || optional ? optionalType(result) : result;
  }

  #fieldOf(id: number, target: CelType, field: string): CelType {
    switch (target.kind) {
      case 'map':
        return target.value;
      case 'object': {
        const found = target.fields.get(field);
        if (found) return found.type;
        this.#report(id, `undefined field '${field}'`);
        return errorType;
      }
      case 'parameter':
        this.#bindings.isAssignable(dynType, target);
        return dynType;
      case 'dyn':
      case 'any':
      case 'error':
        return dynType;
      default:
        this.#report(id, `type '${formatType(target)}' does not support field selection`);
        return dynType;
    }
  }

  #call(expr: CallExpr): CelType {
    if (expr.function === '_?._') return this.#optionalSelect(expr);
    const args = expr.args.map((arg) => this.#check(arg));
    if (!expr.target) {
      const found = resolveFunction(this.#environment, expr.function);
      return found ? this.#overload(expr, found, args, false) : this.#undeclared(expr.id, expr.function);
    }
    const prefix = this.#freeName(expr.target);
    const namespaced =
      prefix === undefined ? undefined : resolveFunction(this.#environment, `${prefix}.${expr.function}`);
    if (namespaced) {
      return this.#overload(expr, namespaced, args, false);
    }
    const target = this.#check(expr.target);
    const found = this.#environment.functions.get(expr.function);
    return found ? this.#overload(expr, found, [target, ...args], true) : this.#undeclared(expr.id, expr.function);
  }

  #optionalSelect(expr: CallExpr): CelType {
    const [operand, field] = expr.args;
    if (!operand || field?.kind !== 'literal' || typeof field.value !== 'string') {
      this.#report(expr.id, 'unsupported optional field selection');
      return errorType;
    }
    const type = this.#field(expr.id, this.#check(operand), field.value, true);
    this.#types.set(field.id, stringType);
    this.#references.set(expr.id, { overloads: ['select_optional_field'] });
    return this.#bindings.substitute(type, false);
  }

  #overload(expr: CallExpr, entry: FunctionEntry, args: readonly CelType[], member: boolean): CelType {
    if (entry.name === '_&&_' || entry.name === '_||_') return this.#logic(expr, entry, args);
    const reached: string[] = [];
    let result: CelType | undefined;
    for (const overload of entry.overloads) {
      if ((overload.member ?? false) !== member || overload.parameters.length !== args.length) continue;
      const signature = this.#fresh([...overload.parameters, overload.result]);
      const parameters = signature.slice(0, -1);
      if (!this.#bindings.areAssignable(args, parameters)) continue;
      reached.push(overload.id);
      const type = this.#bindings.substitute(signature.at(-1) ?? errorType, false);
      if (result === undefined) result = type;
      else if (!isDyn(result) && !isSameType(result, type)) result = dynType;
    }
    if (result === undefined) {
      const types = args.map((arg) => formatType(this.#bindings.substitute(arg, true)));
      const signature = member ? `${types[0]}.(${types.slice(1).join(', ')})` : `(${types.join(', ')})`;
      this.#report(expr.id, `found no matching overload for '${entry.name}' applied to '${signature}'`);
      return errorType;
    }
    this.#references.set(expr.id, { name: entry.name, overloads: reached });
    return result;
  }

  #logic(expr: CallExpr, entry: FunctionEntry, args: readonly CelType[]): CelType {
    let failed = false;
    for (const [index, arg] of args.entries()) {
      if (this.#bindings.isAssignable(arg, boolType)) continue;
      failed = true;
      this.#mismatch(expr.args[index] ?? expr, boolType, arg);
    }
    this.#references.set(expr.id, { name: entry.name, overloads: entry.overloads.map(({ id }) => id) });
    return failed ? errorType : boolType;
  }

  /** The types with their parameters renamed to new ones. */
  #fresh(types: readonly CelType[]): readonly CelType[] {
    const renamed = new Map<string, CelType>();
    const rename = (type: CelType): CelType => {
      switch (type.kind) {
        case 'parameter': {
          const known = renamed.get(type.name) ?? this.#bindings.newVariable();
          renamed.set(type.name, known);
          return known;
        }
        case 'list':
          return listType(rename(type.element));
        case 'map':
          return mapType(rename(type.key), rename(type.value));
        case 'opaque':
          return type.parameters.length === 0 ? type : { ...type, parameters: type.parameters.map(rename) };
        case 'type':
          return type.of ? typeType(rename(type.of)) : type;
        default:
          return type;
      }
    };
    return types.map(rename);
  }

  #list(expr: ListExpr): CelType {
    let joined: CelType | undefined;
    for (const [index, element] of expr.elements.entries()) {
      const type = this.#check(element);
      joined = this.#join(joined, expr.optional.includes(index) ? this.#unwrapped(element, type) : type);
    }
    return listType(joined ?? this.#bindings.newVariable());
  }

  #map(expr: MapExpr): CelType {
    let key: CelType | undefined;
    let value: CelType | undefined;
    for (const entry of expr.entries) {
      key = this.#join(key, this.#check(entry.key));
      const type = this.#check(entry.value);
      value = this.#join(value, entry.optional ? this.#unwrapped(entry.value, type) : type);
    }
    return mapType(key ?? this.#bindings.newVariable(), value ?? this.#bindings.newVariable());
  }

  #struct(expr: StructExpr): CelType {
    const found = resolveName(this.#environment, expr.name);
    if (!found) return this.#undeclared(expr.id, expr.name);
    const type = found.type.kind === 'type' ? found.type.of : undefined;
    if (type?.kind !== 'object') {
      this.#report(expr.id, `'${formatType(found.type)}' is not a ${type ? 'message ' : ''}type`);
    }
    this.#references.set(expr.id, { name: found.name });
    for (const field of expr.fields) {
      const given = this.#check(field.value);
      if (type?.kind !== 'object') continue;
      const value = field.optional ? this.#unwrapped(field.value, given) : given;
      const declared = type.fields.get(field.name)?.type;
      if (!declared) {
        this.#report(field.id, `undefined field '${field.name}'`);
      } else if (!this.#bindings.isAssignable(declared, value)) {
        const types = `'${formatType(declared)}' but provided type is '${formatType(value)}'`;
        this.#report(field.id, `expected type of field '${field.name}' is ${types}`);
      }
    }
    return type?.kind === 'object' ? type : errorType;
  }

  #comprehension(expr: ComprehensionExpr): CelType {
    const rangeType = this.#check(expr.range);
    const accumulator = this.#check(expr.init);
    const range = this.#bindings.substitute(rangeType, false);
    const outer = this.#scope;
    const result: Scope = { variables: new Map([[expr.accumulator, accumulator]]), outer };
    const variables = new Map<string, CelType>();
    const [first, second] = this.#variableTypes(expr, range);
    variables.set(expr.variable, first);
    if (expr.variable2 !== undefined) variables.set(expr.variable2, second);
    this.#scope = { variables, outer: result };
    this.#assertType(expr.condition, boolType);
    this.#assertType(expr.step, accumulator);
    this.#scope = result;
    const type = this.#check(expr.result);
    this.#scope = outer;
    return this.#bindings.substitute(type, false);
  }

  /** The types of the one or two variables of a comprehension over that range. */
  #variableTypes(expr: ComprehensionExpr, range: CelType): readonly [CelType, CelType] {
    const isPair = expr.variable2 !== undefined;
    switch (range.kind) {
      case 'list':
        return isPair ? [intType, range.element] : [range.element, errorType];
      case 'map':
        return [range.key, range.value];
      case 'dyn':
      case 'error':
      case 'parameter':
        this.#bindings.isAssignable(dynType, range);
        return [dynType, dynType];
      default:
        this.#report(
          expr.range.id,
          `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        );
        return [errorType, errorType];
    }
  }

  #assertType(expr: Expr, expected: CelType): void {
    const type = this.#check(expr);
    if (!this.#bindings.isAssignable(expected, type)) this.#mismatch(expr, expected, type);
  }

  #join(previous: CelType | undefined, current: CelType): CelType {
    if (previous === undefined) return current;
    if (this.#bindings.isAssignable(previous, current)) return moreGeneral(previous, current);
    return dynType;
  }

  /** The type inside the optional that `?value` must be. */
  #unwrapped(expr: Expr, type: CelType): CelType {
    const resolved = this.#bindings.substitute(type, false);
    const inner = optionalOf(resolved);
    if (inner) return inner;
    if (!isDyn(resolved)) this.#mismatch(expr, optionalType(resolved), resolved);
    return resolved;
  }

  #mismatch(expr: Expr, expected: CelType, found: CelType): void {
    this.#report(expr.id, `expected type '${formatType(expected)}' but found '${formatType(found)}'`);
  }

  #undeclared(id: number, name: string): CelType {
    this.#report(id, `undeclared reference to '${name}' (in container '${this.#environment.options.container}')`);
    return errorType;
  }

  #report(id: number, message: string): void {
    if (this.#issues.length >= maxIssues) return;
    this.#issues.push(issueAt(this.#parsed.source, this.#parsed.positions.get(id) ?? 0, message));
  }
}

function literalType(value: Literal): CelType {
  switch (typeof value) {
    case 'boolean':
      return boolType;
    case 'bigint':
      return intType;
    case 'number':
      return doubleType;
    case 'string':
      return stringType;
    default:
      if (value === null) return nullType;
      return value instanceof Uint ? uintType : bytesType;
  }
}
