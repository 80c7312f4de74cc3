/** Rules of ControllerRevisions. */

import type { HookContext } from '#api/definition.ts';
import { type FieldError, required } from '#api/field-error.ts';
import { checkImmutable, checkNonNegative } from '#api/field-rules.ts';
import type { ControllerRevision } from '#kinds/generated/apps-v1.ts';

export function validateControllerRevision(
  { revision, data }: ControllerRevision,
  _context: HookContext,
  old?: ControllerRevision,
): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(revision, 'revision', errors);
  if (old) return errors;
  const content: unknown = data;
  if (content === undefined || content === null) errors.push(required('data', 'data is mandatory'));
  else if (typeof content !== 'object' || Array.isArray(content)) {
    errors.push(required('data', 'data must be a valid JSON object'));
  }
  return errors;
}

export function validateControllerRevisionUpdate({ data }: ControllerRevision, old: ControllerRevision): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutable(data, old.data, 'data', errors);
  return errors;
}
