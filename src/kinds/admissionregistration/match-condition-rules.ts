/** Rules of match conditions, which webhooks and admission policies share. */

import { child, duplicate, type FieldError, index, required, tooMany } from '#api/field-error.ts';
import { checkLabelName } from '#api/label-rules.ts';
import type { MatchCondition } from '#kinds/generated/admissionregistration-v1.ts';

const maxConditions = 64;

export function checkMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!conditions) return;
  if (conditions.length > maxConditions) errors.push(tooMany(path, conditions.length, maxConditions));
  const names = new Set<string>();
  conditions.forEach(({ name = '', expression = '' }, position) => {
    const at = index(path, position);
    if (expression.trim() === '') errors.push(required(child(at, 'expression')));
    if (name === '') errors.push(required(child(at, 'name')));
    else {
      checkLabelName(name, child(at, 'name'), errors);
      if (names.has(name)) errors.push(duplicate(child(at, 'name'), name));
      names.add(name);
    }
  });
}
