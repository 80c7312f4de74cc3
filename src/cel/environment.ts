/**
 * What an expression may use: variables, functions, macros, named types. Libraries are lists of declarations; environments
 * are immutable, `extendEnvironment` makes the next one.
 */

import type { Expr, Literal } from './ast.ts';
import type { CelType } from './types.ts';
import type { Result, Value } from './values.ts';

export interface Variable {
  readonly name: string;
  readonly type: CelType;
}

/** One signature of a function. A member's first parameter is its target. */
export interface Overload {
  /** Unique in an environment; upstream's id, since costs and issues go by it. */
  readonly id: string;
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  readonly member?: boolean;
  /**
   * Called with values of the declared parameter types (elements of lists and maps are not checked), never with an error.
   * A method, so that an implementation may name the types of its parameters.
   */
  implementation?(...args: readonly Value[]): Result;
  /** Instead of implementation, where the second argument is evaluated only if the function asks for it. */
  lazily?(first: Value, second: () => Result): Result;
  /** Runtime cost, counted before the call: what is too dear never runs. Undefined for cel-go's own rule (1, or by the sizes of strings). */
  actualCost?(args: readonly Value[]): number | undefined;
  /** Estimated cost without that of the arguments; undefined for cel-go's own rule. */
  estimateCost?(call: CallToEstimate): CallEstimate | undefined;
}

export interface FunctionDeclaration {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

export interface Macro {
  readonly name: string;
  /** target.name(args) or name(args) */
  readonly receiver: boolean;
  /** undefined: any number. */
  readonly argumentCount: number | undefined;
  /** The expression in its place; undefined when it is an ordinary call after all. Errors are reported by context.fail. */
  expand(context: MacroContext, target: Expr | undefined, args: readonly Expr[]): Expr | undefined;
}

/** Makes nodes with new ids at the place of the macro. */
export interface MacroContext {
  literal(value: Literal): Expr;
  ident(name: string): Expr;
  select(operand: Expr, field: string, testOnly?: boolean): Expr;
  call(name: string, ...args: readonly Expr[]): Expr;
  memberCall(name: string, target: Expr, ...args: readonly Expr[]): Expr;
  list(...elements: readonly Expr[]): Expr;
  map(...entries: readonly (readonly [key: Expr, value: Expr])[]): Expr;
  struct(name: string, fields: readonly (readonly [name: string, value: Expr])[]): Expr;
  comprehension(parts: {
    readonly range: Expr;
    readonly variable: string;
    readonly variable2?: string;
    readonly accumulator: string;
    readonly init: Expr;
    readonly condition: Expr;
    readonly step: Expr;
    readonly result: Expr;
  }): Expr;
  /** The same tree with new ids, for a part that is used twice. */
  copy(expr: Expr): Expr;
  /** Reports an issue at that node and gives an expression that stands for the failed macro. */
  fail(at: Expr, message: string): Expr;
}

/** Bounds of a size or a cost; unbounded is `maxCost`. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface CallEstimate extends Range {
  /** Size of the result, where it is a string, bytes, list or map. */
  readonly resultSize?: Range | undefined;
}

/** A node as cost rules see it. */
export interface NodeToEstimate {
  readonly expr: Expr;
  readonly type: CelType;
  /** Variable and fields ('@items', '@keys', '@values' for elements), or undefined when it is not straight from a variable. */
  readonly path: readonly string[] | undefined;
  /** What the expression itself tells of its size. */
  readonly computedSize: Range | undefined;
}

export interface CallToEstimate {
  readonly target: NodeToEstimate | undefined;
  readonly args: readonly NodeToEstimate[];
  /** The node's size by expression or by the size callback, else 0 to unbounded. */
  sizeOf(node: NodeToEstimate): Range;
}

/** Declarations that come and go together. */
export interface Library {
  readonly variables?: readonly Variable[];
  readonly functions?: readonly FunctionDeclaration[];
  readonly macros?: readonly Macro[];
  /** Types that expressions may name and construct: types that are the same for all environments with the library. */
  readonly types?: readonly CelType[];
  /** Types by name that are not listed one by one (Object.spec.template for a patch). */
  readonly findType?: (name: string) => CelType | undefined;
  /** Costs for overloads of other libraries, by overload id. */
  readonly costs?: Readonly<Record<string, Pick<Overload, 'actualCost' | 'estimateCost'>>>;
}

export interface EnvironmentOptions {
  /** Namespace in which names are looked up first; Kubernetes has ''. */
  readonly container: string;
  /** Lists and maps written in an expression must have elements of one type, as Kubernetes asks. */
  readonly homogeneousLiterals: boolean;
  /** Constant durations, timestamps and patterns that cannot be parsed are issues; Kubernetes: since 1.29. */
  readonly checkLiterals: boolean;
  /** `a.?b`, `a[?k]`, `{?k: v}`, `[?v]`. */
  readonly optionalSyntax: boolean;
  /** Field names in backticks. Kubernetes: no, it escapes names another way. */
  readonly identifierEscapes: boolean;
  /** Does has() cost 1? Kubernetes: no. */
  readonly presenceTestHasCost: boolean;
}

/** A function with all its overloads, by library order; later overloads with a known id take its place. */
export interface FunctionEntry {
  readonly name: string;
  readonly overloads: readonly Overload[];
}

export interface Environment {
  readonly options: EnvironmentOptions;
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, FunctionEntry>;
  /** By macroKey. */
  readonly macros: ReadonlyMap<string, Macro>;
  readonly types: ReadonlyMap<string, CelType>;
  readonly typeFinders: readonly ((name: string) => CelType | undefined)[];
  readonly costs: ReadonlyMap<string, Pick<Overload, 'actualCost' | 'estimateCost'>>;
}

const defaultOptions: EnvironmentOptions = {
  container: '',
  homogeneousLiterals: false,
  checkLiterals: false,
  optionalSyntax: true,
  identifierEscapes: false,
  presenceTestHasCost: false,
};

const empty: Environment = {
  options: defaultOptions,
  variables: new Map(),
  functions: new Map(),
  macros: new Map(),
  types: new Map(),
  typeFinders: [],
  costs: new Map(),
};

export function createEnvironment(
  libraries: readonly Library[],
  options: Partial<EnvironmentOptions> = {},
): Environment {
  return extendEnvironment({ ...empty, options: { ...defaultOptions, ...options } }, ...libraries);
}

/** The environment with more libraries. Variables and types of the same name, and overloads of the same id, are replaced. */
export function extendEnvironment(base: Environment, ...libraries: readonly Library[]): Environment {
  const variables = new Map(base.variables);
  const functions = new Map(base.functions);
  const macros = new Map(base.macros);
  const types = new Map(base.types);
  const costs = new Map(base.costs);
  const typeFinders = [...base.typeFinders];
  for (const library of libraries) {
    for (const { name, type } of library.variables ?? []) variables.set(name, type);
    for (const declaration of library.functions ?? []) {
      functions.set(declaration.name, mergeOverloads(functions.get(declaration.name), declaration));
    }
    for (const macro of library.macros ?? []) {
      macros.set(macroKey(macro.name, macro.argumentCount, macro.receiver), macro);
    }
    for (const type of library.types ?? []) if ('name' in type) types.set(type.name, type);
    for (const [id, cost] of Object.entries(library.costs ?? {})) costs.set(id, cost);
    if (library.findType) typeFinders.push(library.findType);
  }
  return { options: base.options, variables, functions, macros, types, typeFinders, costs };
}

function mergeOverloads(known: FunctionEntry | undefined, declared: FunctionDeclaration): FunctionEntry {
  if (!known) return declared;
  const replaced = new Map(known.overloads.map((overload) => [overload.id, overload]));
  for (const overload of declared.overloads) replaced.set(overload.id, overload);
  return { name: known.name, overloads: [...replaced.values()] };
}

/** The macro for a call, or undefined. */
export function findMacro(
  environment: Environment,
  name: string,
  argumentCount: number,
  receiver: boolean,
): Macro | undefined {
  return (
    environment.macros.get(macroKey(name, argumentCount, receiver)) ??
    environment.macros.get(macroKey(name, undefined, receiver))
  );
}

function macroKey(name: string, argumentCount: number | undefined, receiver: boolean): string {
  return `${name}:${argumentCount ?? '*'}:${receiver}`;
}

/** The named type of an environment. */
export function findType(environment: Environment, name: string): CelType | undefined {
  const known = environment.types.get(name);
  if (known) return known;
  for (const find of environment.typeFinders) {
    const found = find(name);
    if (found) return found;
  }
  return undefined;
}

/** The names under which a name may be declared, the innermost namespace of the container first; a leading dot means the root. */
export function candidateNames(container: string, name: string): readonly string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  if (container === '') return [name];
  const names: string[] = [];
  for (let scope = container; ; scope = scope.slice(0, scope.lastIndexOf('.'))) {
    names.push(`${scope}.${name}`);
    if (!scope.includes('.')) break;
  }
  return [...names, name];
}
