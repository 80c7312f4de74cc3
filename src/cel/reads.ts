/** What an expression looks at, for rules about expressions. */

import type { Expr } from './ast.ts';

/** Does any part select this field, of that variable or (undefined) of anything? Presence tests and `?.` count. */
export function readsField(expr: Expr, field: string, variable?: string): boolean {
  const within = (part: Expr | undefined): boolean => part !== undefined && readsField(part, field, variable);
  const isSubject = (operand: Expr | undefined) =>
    variable === undefined || (operand?.kind === 'ident' && operand.name === variable);
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return false;
    case 'select':
      return (expr.field === field && isSubject(expr.operand)) || within(expr.operand);
    case 'call': {
      const [operand, name] = expr.args;
      const selected = expr.function === '_?._' && name?.kind === 'literal' && name.value === field;
      return (selected && isSubject(operand)) || within(expr.target) || expr.args.some(within);
    }
    case 'list':
      return expr.elements.some(within);
    case 'map':
      return expr.entries.some(({ key, value }) => within(key) || within(value));
    case 'struct':
      return expr.fields.some(({ value }) => within(value));
    case 'comprehension':
      return [expr.range, expr.init, expr.condition, expr.step, expr.result].some(within);
  }
}
