/** Calls of format with a constant text and a list literal, checked before they run (cel-go's validator of string formats). */

import type { CallExpr, CheckedExpression, Expr } from '../ast.ts';
import type { CelType } from '../types.ts';
import { dynType, runtimeTypeName } from '../types.ts';
import { FormatFault, readClause, refusals } from './string-format.ts';

type Kind = CelType['kind'];

const stringKinds: readonly Kind[] = [
  'list',
  'map',
  'int',
  'uint',
  'double',
  'bool',
  'string',
  'timestamp',
  'bytes',
  'duration',
  'type',
  'null',
];
/** Texts are numbers too: NaN, Infinity. */
const numberKinds: readonly Kind[] = ['double', 'string'];
const kindsOf: Readonly<Record<string, readonly Kind[]>> = {
  s: stringKinds,
  d: ['int', 'uint'],
  f: numberKinds,
  e: numberKinds,
  b: ['int', 'uint', 'bool'],
  x: ['int', 'uint', 'string', 'bytes'],
  X: ['int', 'uint', 'string', 'bytes'],
  o: ['int', 'uint'],
};

export interface FormatFinding {
  readonly at: Expr;
  readonly message: string;
}

/** What is wrong with the call; undefined for none, and for calls whose text or arguments are not known yet. */
export function checkFormatCall(call: CallExpr, checked: CheckedExpression): FormatFinding | undefined {
  const [list] = call.args;
  const { target } = call;
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || call.args.length !== 1) return undefined;
  if (list?.kind !== 'list') return undefined;
  const template = target.value;
  let count = 0;
  for (let at = 0; at < template.length; at++) {
    if (template[at] !== '%') continue;
    if (template[at + 1] === '%') {
      at++;
      continue;
    }
    if (at + 1 >= template.length) return { at: call, message: 'unexpected end of string' };
    const argument = list.elements[count];
    if (!argument) return { at: call, message: `index ${count} out of range` };
    try {
      const { verb, last } = readClause(template, at + 1);
      const bad = misfit(argument, verb, checked);
      if (bad) return { at: bad, message: refused(bad, verb, checked) };
      at = last;
    } catch (error) {
      if (error instanceof FormatFault) return { at: call, message: error.message };
      throw error;
    }
    count++;
  }
  if (list.elements.length <= count) return undefined;
  const supplied = `expected ${count}, got ${list.elements.length}`;
  return { at: call, message: `too many arguments supplied to string.format (${supplied})` };
}

/** The argument, or the part of it, that the clause cannot print. */
function misfit(expr: Expr, verb: string, checked: CheckedExpression): Expr | undefined {
  const { kind } = unwrapped(typeOf(expr, checked));
  if (kind !== 'dyn' && !kindsOf[verb]?.includes(kind)) return expr;
  if (verb !== 's') return undefined;
  const parts =
    expr.kind === 'list'
      ? expr.elements
      : expr.kind === 'map'
        ? expr.entries.flatMap(({ key, value }) => [key, value])
        : [];
  for (const part of parts) {
    const bad = misfit(part, verb, checked);
    if (bad) return bad;
  }
  return undefined;
}

function refused(expr: Expr, verb: string, checked: CheckedExpression): string {
  return `error during formatting: ${refusals[verb]}, was given ${runtimeTypeName(typeOf(expr, checked))}`;
}

function typeOf(expr: Expr, { types }: CheckedExpression): CelType {
  return types.get(expr.id) ?? dynType;
}

function unwrapped(type: CelType): CelType {
  return type.kind === 'wrapper' ? type.of : type;
}
