/** Rules of fields that are a count or a percentage of the replicas (upstream's apis/apps/validation). */

import { type FieldError, invalid } from '#api/field-error.ts';
import { checkFormat, checkNonNegative } from '#api/field-rules.ts';
import type { IntOrString } from '#api/generated/meta-v1.ts';
import { isValidPercent } from '#api/name-format.ts';

/** A count that is not negative, or a percentage. */
export function checkIntOrPercent(value: IntOrString | undefined, path: string, errors: FieldError[]): void {
  if (typeof value === 'string') checkFormat(isValidPercent, value, path, errors);
  else checkNonNegative(value, path, errors);
}

export function checkAtMostAll(value: IntOrString | undefined, path: string, errors: FieldError[]): void {
  if (isPercent(value) && amount(value) > 100) errors.push(invalid(path, value, 'must not be greater than 100%'));
}

/** True for 0, 0%, nothing, and for text that is neither a number nor a percentage. */
export function isZero(value: IntOrString | undefined): boolean {
  return amount(value) === 0;
}

function isPercent(value: IntOrString | undefined): value is string {
  return typeof value === 'string' && isValidPercent(value).length === 0;
}

function amount(value: IntOrString | undefined): number {
  if (typeof value === 'number') return value;
  const text = isPercent(value) ? value.slice(0, -1) : value;
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}
