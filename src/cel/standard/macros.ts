/** has, all, exists, exists_one, map, filter, cel.bind, and the macros with two variables. */

import type { Expr } from '../ast.ts';
import { accumulatorName } from '../ast.ts';
import type { Macro, MacroContext } from '../environment.ts';

type Expand = Macro['expand'];

function receiver(name: string, argumentCount: number, expand: Expand): Macro {
  return { name, receiver: true, argumentCount, expand };
}

const has: Macro = {
  name: 'has',
  receiver: false,
  argumentCount: 1,
  expand(context, _target, [field]) {
    if (field?.kind === 'select') return context.select(field.operand, field.field, true);
    return field && context.fail(field, 'invalid argument to has() macro');
  },
};

type Quantifier = (context: MacroContext, predicate: Expr) => Pick<Loop, 'init' | 'condition' | 'step' | 'result'>;

type Loop = Parameters<MacroContext['comprehension']>[0];

const accumulated = (context: MacroContext) => context.ident(accumulatorName);

const everyElement: Quantifier = (context, predicate) => ({
  init: context.literal(true),
  condition: context.call('@not_strictly_false', accumulated(context)),
  step: context.call('_&&_', accumulated(context), predicate),
  result: accumulated(context),
});

const someElement: Quantifier = (context, predicate) => ({
  init: context.literal(false),
  condition: context.call('@not_strictly_false', context.call('!_', accumulated(context))),
  step: context.call('_||_', accumulated(context), predicate),
  result: accumulated(context),
});

const oneElement: Quantifier = (context, predicate) => ({
  init: context.literal(0n),
  condition: context.literal(true),
  step: context.call(
    '_?_:_',
    predicate,
    context.call('_+_', accumulated(context), context.literal(1n)),
    accumulated(context),
  ),
  result: context.call('_==_', accumulated(context), context.literal(1n)),
});

/** The name of an iteration variable; undefined after an issue was reported. */
function variableName(context: MacroContext, expr: Expr, refusal: string): string | undefined {
  if (expr.kind !== 'ident') {
    context.fail(expr, refusal);
    return undefined;
  }
  if (expr.name === accumulatorName || expr.name === '__result__') {
    context.fail(expr, 'iteration variable overwrites accumulator variable');
    return undefined;
  }
  return expr.name;
}

const notSimple = 'argument must be a simple name';
const notIdentifier = 'argument is not an identifier';

function quantifier(name: string, kind: Quantifier): Macro {
  return receiver(name, 2, (context, target, [variable, predicate]) => {
    if (!target || !variable || !predicate) return undefined;
    const name = variableName(context, variable, notSimple);
    if (name === undefined) return context.literal(null);
    const parts = kind(context, predicate);
    return context.comprehension({ range: target, variable: name, accumulator: accumulatorName, ...parts });
  });
}

function quantifierOfTwo(name: string, kind: Quantifier): Macro {
  return receiver(name, 3, (context, target, [first, second, predicate]) => {
    if (!target || !first || !second || !predicate) return undefined;
    const names = variablePair(context, first, second);
    if (!names) return context.literal(null);
    return context.comprehension({
      range: target,
      ...names,
      accumulator: accumulatorName,
      ...kind(context, predicate),
    });
  });
}

function variablePair(
  context: MacroContext,
  first: Expr,
  second: Expr,
): { readonly variable: string; readonly variable2: string } | undefined {
  const variable = variableName(context, first, notSimple);
  const variable2 = variable === undefined ? undefined : variableName(context, second, notSimple);
  if (variable === undefined || variable2 === undefined) return undefined;
  if (variable !== variable2) return { variable, variable2 };
  context.fail(second, `duplicate variable name: ${variable}`);
  return undefined;
}

/** A loop that collects: the step adds to the accumulator, where the filter holds. */
function collect(
  context: MacroContext,
  range: Expr,
  variables: Pick<Loop, 'variable' | 'variable2'>,
  parts: { readonly init: Expr; readonly add: Expr; readonly filter: Expr | undefined },
): Expr {
  const { init, add, filter } = parts;
  return context.comprehension({
    range,
    ...variables,
    accumulator: accumulatorName,
    init,
    condition: context.literal(true),
    step: filter ? context.call('_?_:_', filter, add, accumulated(context)) : add,
    result: accumulated(context),
  });
}

const append = (context: MacroContext, element: Expr) =>
  context.call('_+_', accumulated(context), context.list(element));

const map: Expand = (context, target, args) => {
  const [variable, transform] = [args[0], args.at(-1)];
  if (!target || !variable || !transform) return undefined;
  const name = variableName(context, variable, notIdentifier);
  if (name === undefined) return context.literal(null);
  const filter = args.length === 3 ? args[1] : undefined;
  const parts = { init: context.list(), add: append(context, transform), filter };
  return collect(context, target, { variable: name }, parts);
};

const filter: Expand = (context, target, [variable, predicate]) => {
  if (!target || !variable || !predicate) return undefined;
  const name = variableName(context, variable, notIdentifier);
  if (name === undefined) return context.literal(null);
  const parts = { init: context.list(), add: append(context, variable), filter: predicate };
  return collect(context, target, { variable: name }, parts);
};

/** transformList, transformMap and transformMapEntry, each with and without a filter. */
function transform(name: string, init: (context: MacroContext) => Expr, add: TransformStep): readonly Macro[] {
  const expand: Expand = (context, target, args) => {
    const [first, second, element] = [args[0], args[1], args.at(-1)];
    if (!target || !first || !second || !element) return undefined;
    const names = variablePair(context, first, second);
    if (!names) return context.literal(null);
    const filter = args.length === 4 ? args[2] : undefined;
    const parts = { init: init(context), add: add(context, names.variable, element), filter };
    return collect(context, target, names, parts);
  };
  return [receiver(name, 3, expand), receiver(name, 4, expand)];
}

type TransformStep = (context: MacroContext, variable: string, element: Expr) => Expr;

const emptyList = (context: MacroContext) => context.list();
const emptyMap = (context: MacroContext) => context.map();

const bind: Macro = receiver('bind', 3, (context, target, [variable, init, result]) => {
  if (target?.kind !== 'ident' || target.name !== 'cel' || !variable || !init || !result) return undefined;
  if (variable.kind !== 'ident') {
    return context.fail(variable, 'cel.bind() variable names must be simple identifiers');
  }
  return context.comprehension({
    range: context.list(),
    variable: '#unused',
    accumulator: variable.name,
    init,
    condition: context.literal(false),
    step: context.ident(variable.name),
    result,
  });
});

export const standardMacros: readonly Macro[] = [
  has,
  quantifier('all', everyElement),
  quantifier('exists', someElement),
  quantifier('exists_one', oneElement),
  quantifier('existsOne', oneElement),
  receiver('map', 2, map),
  receiver('map', 3, map),
  receiver('filter', 2, filter),
];

export const bindMacros: readonly Macro[] = [bind];

export const twoVariableMacros: readonly Macro[] = [
  quantifierOfTwo('all', everyElement),
  quantifierOfTwo('exists', someElement),
  quantifierOfTwo('exists_one', oneElement),
  quantifierOfTwo('existsOne', oneElement),
  ...transform('transformList', emptyList, (context, _variable, element) => append(context, element)),
  ...transform('transformMap', emptyMap, (context, variable, element) =>
    context.call('cel.@mapInsert', accumulated(context), context.ident(variable), element),
  ),
  ...transform('transformMapEntry', emptyMap, (context, _variable, element) =>
    context.call('cel.@mapInsert', accumulated(context), element),
  ),
];
