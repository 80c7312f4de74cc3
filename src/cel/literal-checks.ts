/** Constant arguments that can only fail: durations, timestamps and patterns (cel-go's AST validators of those names). */

import { parseDuration } from '../api/duration.ts';
import type { CallExpr, CheckedExpression, Expr } from './ast.ts';
import type { Issue } from './issues.ts';
import { issueAt, maxIssues } from './issues.ts';
import { compilePattern } from './standard/text.ts';
import { timestampFromText } from './time.ts';
import { CelError } from './values.ts';

const checks: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['duration', (text) => parseDuration(text) !== undefined],
  ['timestamp', (text) => timestampFromText(text) !== undefined],
  // As upstream does, the first argument is looked at: of the function matches(text, pattern) that is the text.
  ['matches', (text) => !(compilePattern(text) instanceof CelError)],
]);

export function checkLiterals(checked: CheckedExpression): readonly Issue[] {
  const issues: Issue[] = [];
  visit(checked.expr, (call) => {
    const [arg] = call.args;
    const isValid = checks.get(call.function);
    if (!isValid || arg?.kind !== 'literal' || typeof arg.value !== 'string' || isValid(arg.value)) return;
    if (issues.length >= maxIssues) return;
    const offset = checked.positions.get(arg.id) ?? 0;
    issues.push(issueAt(checked.source, offset, `invalid ${call.function} argument`));
  });
  return issues;
}

function visit(expr: Expr, onCall: (call: CallExpr) => void): void {
  for (const part of partsOf(expr)) visit(part, onCall);
  if (expr.kind === 'call') onCall(expr);
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
