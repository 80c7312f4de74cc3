/** Rules of match conditions, which webhooks and admission policies share. */

import { child, duplicate, type FieldError, index, required, tooMany } from '#api/field-error.ts';
import { checkLabelName } from '#api/label-rules.ts';
import type { MatchCondition } from '#kinds/generated/admissionregistration-v1.ts';
import { checkExpression } from './expressions/check.ts';
import { conditionResult } from './expressions/compile.ts';

const maxConditions = 64;

export function checkMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  path: string,
  errors: FieldError[],
  { params = false }: { readonly params?: boolean } = {},
): void {
  if (!conditions) return;
  if (conditions.length > maxConditions) errors.push(tooMany(path, conditions.length, maxConditions));
  const names = new Set<string>();
  conditions.forEach(({ name = '', expression = '' }, position) => {
    const at = index(path, position);
    const expressionPath = child(at, 'expression');
    const trimmed = expression.trim();
    if (trimmed === '') errors.push(required(expressionPath));
    else checkExpression(trimmed, conditionResult, { params, authorizer: true }, expressionPath, errors);
    if (name === '') errors.push(required(child(at, 'name')));
    else {
      checkLabelName(name, child(at, 'name'), errors);
      if (names.has(name)) errors.push(duplicate(child(at, 'name'), name));
      names.add(name);
    }
  });
}
