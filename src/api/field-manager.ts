/** Names under which fields are owned (apimachinery meta/v1/validation ValidateFieldManager). */

import { type FieldError, invalid, tooLong } from './field-error.ts';
import { utf8Length } from './label-rules.ts';

/** Bytes. */
export const maxFieldManagerLength = 128;

const plain = /^[\x20-\x7e]{0,128}$/;

/** Nearly all names, which need no second look. */
export function isPlainFieldManager(manager: string): boolean {
  return plain.test(manager);
}

export function checkFieldManager(manager: string, path: string, errors: FieldError[]): void {
  if (isPlainFieldManager(manager)) return;
  if (utf8Length(manager) > maxFieldManagerLength) errors.push(tooLong(path, maxFieldManagerLength));
  let position = 0;
  for (const character of manager) {
    if (!isPrintable(character)) {
      const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
      errors.push(invalid(path, manager, `invalid character ${code} (at position ${position})`));
    }
    position += utf8Length(character);
  }
}

/** As Go's unicode.IsPrint has it. */
export function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character);
}
