/** What is asked of the conditions of flow schemas and priority levels: a type each, and each type once. */

import { child, duplicate, type FieldError, index, required } from '#api/field-error.ts';

export function checkConditionTypes(
  conditions: readonly { readonly type?: string | undefined }[] | undefined,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  conditions?.forEach(({ type = '' }, position) => {
    const at = child(index('status.conditions', position), 'type');
    if (seen.has(type)) errors.push(duplicate(at, type));
    seen.add(type);
    if (type === '') errors.push(required(at));
  });
}
