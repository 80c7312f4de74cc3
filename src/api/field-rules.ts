/**
 * Rules that fields of many kinds share (apimachinery api/validation). Every rule appends what is wrong to `errors`, so that
 * validating a valid object allocates next to nothing.
 */

import { type FieldError, invalid, notSupported, required } from './field-error.ts';
import type { NameRule } from './name-format.ts';
import { semanticallyEqual } from './semantic-equal.ts';

export const immutableMessage = 'field is immutable';
export const negativeMessage = 'must be greater than or equal to 0';
export const notPositiveMessage = 'must be greater than zero';

export function checkNonNegative(value: number | undefined, path: string, errors: FieldError[]): void {
  if (value !== undefined && value < 0) errors.push(invalid(path, value, negativeMessage));
}

export function checkPositive(value: number, path: string, errors: FieldError[]): void {
  if (value <= 0) errors.push(invalid(path, value, notPositiveMessage));
}

/** One error for each message of a rule of name-format.ts. */
export function checkFormat(rule: NameRule, value: string, path: string, errors: FieldError[]): void {
  for (const message of rule(value)) errors.push(invalid(path, value, message));
}

/** Required, and then by the rule. */
export function checkRequiredFormat(
  rule: NameRule,
  value: string | undefined,
  path: string,
  errors: FieldError[],
): void {
  if (!value) errors.push(required(path));
  else checkFormat(rule, value, path, errors);
}

export function checkRequired(value: string | undefined, path: string, errors: FieldError[]): void {
  if (!value) errors.push(required(path));
}

/** One of a closed set of words; required when empty. */
export function checkWord(
  value: string | undefined,
  supported: ReadonlySet<string>,
  path: string,
  errors: FieldError[],
): void {
  if (!value) errors.push(required(path));
  else if (!supported.has(value)) errors.push(notSupported(path, value, [...supported]));
}

/** One of a closed set of words, when there is one. */
export function checkOptionalWord(
  value: string | undefined,
  supported: ReadonlySet<string>,
  path: string,
  errors: FieldError[],
): void {
  if (value !== undefined && !supported.has(value)) errors.push(notSupported(path, value, [...supported]));
}

/** `print`: how upstream prints the value, where its internal type differs from what is sent. */
export function checkImmutable<T>(
  value: T,
  old: T,
  path: string,
  errors: FieldError[],
  print: (value: T) => unknown = (same) => same,
): void {
  if (!semanticallyEqual(value, old)) errors.push(invalid(path, print(value), immutableMessage));
}
