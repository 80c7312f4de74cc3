/**
 * What a checked expression's literals may not be (cel-go's AST validators of those names): constant durations, timestamps and patterns that
 * can only fail, formats that do not fit their arguments, and lists and maps whose elements are of several types, dyn being one of its own.
 */

import { parseDuration } from '../api/duration.ts';
import type { CallExpr, CheckedExpression, Expr, ListExpr, MapExpr } from './ast.ts';
import type { EnvironmentOptions } from './environment.ts';
import type { Issue } from './issues.ts';
import { issueAt, maxIssues } from './issues.ts';
import { checkFormatCall } from './libraries/format-checks.ts';
import { compilePattern } from './standard/text.ts';
import { timestampFromText } from './time.ts';
import type { CelType } from './types.ts';
import { dynType, errorType, formatType, isSameType, optionalOf } from './types.ts';
import { CelError } from './values.ts';

const checks: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['duration', (text) => parseDuration(text) !== undefined],
  ['timestamp', (text) => timestampFromText(text) !== undefined],
  // As upstream does, the first argument is looked at: of the function matches(text, pattern) that is the text.
  ['matches', (text) => !(compilePattern(text) instanceof CelError)],
]);

/** Its arguments are of any types, and go by the text. */
const formatFunction = 'format';

export function checkLiterals(
  checked: CheckedExpression,
  options: Pick<EnvironmentOptions, 'checkLiterals' | 'homogeneousLiterals'>,
): readonly Issue[] {
  const issues: Issue[] = [];
  visit(checked.expr, false, (expr, isExempt) => {
    if (expr.kind === 'call') {
      if (options.checkLiterals) checkCall(expr, checked, report);
    } else if (isExempt || !options.homogeneousLiterals) return;
    else if (expr.kind === 'list') checkList(expr, checked, report);
    else if (expr.kind === 'map') checkMap(expr, checked, report);
  });
  return issues;

  function report(at: Expr, message: string): void {
    if (issues.length < maxIssues) issues.push(issueAt(checked.source, checked.positions.get(at.id) ?? 0, message));
  }
}

type Report = (at: Expr, message: string) => void;

function checkCall(call: CallExpr, checked: CheckedExpression, report: Report): void {
  if (call.function === formatFunction) {
    const finding = checkFormatCall(call, checked);
    if (finding) report(finding.at, finding.message);
    return;
  }
  const [arg] = call.args;
  const isValid = checks.get(call.function);
  if (!isValid || arg?.kind !== 'literal' || typeof arg.value !== 'string' || isValid(arg.value)) return;
  report(arg, `invalid ${call.function} argument`);
}

function checkList({ elements, optional }: ListExpr, checked: CheckedExpression, report: Report): void {
  let expected: CelType | undefined;
  for (const [position, element] of elements.entries()) {
    const type = typeOf(checked, element, optional.includes(position));
    expected ??= type;
    if (isSameType(expected, type)) continue;
    report(element, mismatch(expected, type));
    return;
  }
}

function checkMap({ entries }: MapExpr, checked: CheckedExpression, report: Report): void {
  const [first] = entries;
  if (!first) return;
  const expectedKey = typeOf(checked, first.key, false);
  const expectedValue = typeOf(checked, first.value, first.optional);
  for (const { key, value, optional } of entries) {
    const keyType = typeOf(checked, key, false);
    if (!isSameType(expectedKey, keyType)) report(key, mismatch(expectedKey, keyType));
    const valueType = typeOf(checked, value, optional);
    if (!isSameType(expectedValue, valueType)) report(value, mismatch(expectedValue, valueType));
  }
}

function typeOf({ types }: CheckedExpression, expr: Expr, isOptional: boolean): CelType {
  const type = types.get(expr.id) ?? dynType;
  return isOptional ? (optionalOf(type) ?? errorType) : type;
}

function mismatch(expected: CelType, found: CelType): string {
  return `expected type '${formatType(expected)}' but found '${formatType(found)}'`;
}

function visit(expr: Expr, isExempt: boolean, see: (expr: Expr, isExempt: boolean) => void): void {
  const inside = isExempt || (expr.kind === 'call' && expr.function === formatFunction);
  for (const part of partsOf(expr)) visit(part, inside, see);
  see(expr, isExempt);
}

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target ? [expr.target, ...expr.args] : expr.args;
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap(({ key, value }) => [key, value]);
    case 'struct':
      return expr.fields.map(({ value }) => value);
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result];
  }
}
