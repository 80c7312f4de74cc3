/** optional.of, optional.none and what can be done with optionals; first and last of lists. */

import type { Expr } from '../ast.ts';
import type { Library, Macro, MacroContext } from '../environment.ts';
import { formatForMessage } from '../format.ts';
import { optionalSyntaxLibrary } from '../standard/library.ts';
import { timestampFromText } from '../time.ts';
import { boolType, listType, optionalType, parameterType } from '../types.ts';
import type { Result, Value } from '../values.ts';
import { ArrayList, CelError, CelList, CelMap, Duration, OptionalValue, Timestamp, Uint } from '../values.ts';
import { global, member } from './declare.ts';

/** Go's zero time, which is what counts as no timestamp. */
const zeroTime = timestampFromText('0001-01-01T00:00:00Z')?.nanos;

function isZero(value: Value): boolean {
  switch (typeof value) {
    case 'string':
      return value === '';
    case 'boolean':
      return !value;
    case 'bigint':
      return value === 0n;
    case 'number':
      return value === 0;
  }
  if (value === null) return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Duration) return value.nanos === 0n;
  if (value instanceof Timestamp) return value.nanos === zeroTime;
  return (value instanceof CelList || value instanceof CelMap) && value.size === 0;
}

function at(list: CelList, index: number): Value {
  return list.size === 0 ? OptionalValue.none : new OptionalValue(list.get(index));
}

function unwrap(list: CelList): Result {
  const values: Value[] = [];
  for (const item of list) {
    if (!(item instanceof OptionalValue)) return new CelError(`value ${formatForMessage(item)} is not optional`);
    if (item.value !== undefined) values.push(item.value);
  }
  return new ArrayList(values);
}

/** target.hasValue() ? (the expression with the value as its variable) : optional.none() */
function optionalMacro(name: string, wrap: (context: MacroContext, result: Expr) => Expr): Macro {
  return {
    name,
    receiver: true,
    argumentCount: 2,
    expand(context, target, [variable, result]) {
      if (!target || !variable || !result) return undefined;
      if (variable.kind !== 'ident') {
        return context.fail(variable, `${name}() variable name must be a simple identifier`);
      }
      const bound = context.comprehension({
        range: context.list(),
        variable: '#unused',
        accumulator: variable.name,
        init: context.memberCall('value', context.copy(target)),
        condition: context.literal(false),
        step: context.ident(variable.name),
        result,
      });
      return context.call(
        '_?_:_',
        context.memberCall('hasValue', target),
        wrap(context, bound),
        context.call('optional.none'),
      );
    },
  };
}

const v = parameterType('V');
const optionalV = optionalType(v);
const listV = listType(v);
const listOptionalV = listType(optionalV);

export const optionalLibrary: Library = {
  ...optionalSyntaxLibrary,
  macros: [
    ...(optionalSyntaxLibrary.macros ?? []),
    optionalMacro('optMap', (context, result) => context.call('optional.of', result)),
    optionalMacro('optFlatMap', (_context, result) => result),
  ],
  functions: [
    ...(optionalSyntaxLibrary.functions ?? []),
    {
      name: 'optional.of',
      overloads: [global('optional_of', [v], optionalV, (value: Value) => new OptionalValue(value))],
    },
    {
      name: 'optional.ofNonZeroValue',
      overloads: [
        global('optional_ofNonZeroValue', [v], optionalV, (value: Value) =>
          isZero(value) ? OptionalValue.none : new OptionalValue(value),
        ),
      ],
    },
    { name: 'optional.none', overloads: [global('optional_none', [], optionalV, () => OptionalValue.none)] },
    {
      name: 'value',
      overloads: [
        member('optional_value', [optionalV], v, ({ value }: OptionalValue): Result => value ?? noValue(value)),
      ],
    },
    {
      name: 'hasValue',
      overloads: [
        member('optional_hasValue', [optionalV], boolType, ({ value }: OptionalValue) => value !== undefined),
      ],
    },
    {
      name: 'or',
      overloads: [
        {
          id: 'optional_or_optional',
          member: true,
          parameters: [optionalV, optionalV],
          result: optionalV,
          lazily: (first: OptionalValue, second) => (first.value === undefined ? second() : first),
        },
      ],
    },
    {
      name: 'orValue',
      overloads: [
        {
          id: 'optional_orValue_value',
          member: true,
          parameters: [optionalV, v],
          result: v,
          lazily: ({ value }: OptionalValue, second) => (value === undefined ? second() : value),
        },
      ],
    },
    { name: 'first', overloads: [member('list_first', [listV], optionalV, (list: CelList) => at(list, 0))] },
    {
      name: 'last',
      overloads: [member('list_last', [listV], optionalV, (list: CelList) => at(list, list.size - 1))],
    },
    { name: 'optional.unwrap', overloads: [global('optional_unwrap', [listOptionalV], listV, unwrap)] },
    { name: 'unwrapOpt', overloads: [member('optional_unwrapOpt', [listOptionalV], listV, unwrap)] },
  ],
};

function noValue(value: null | undefined): Result {
  return value === null ? null : new CelError('optional.none() dereference');
}
