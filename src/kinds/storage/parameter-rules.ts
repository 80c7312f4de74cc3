/** Rules that storage classes and volume attributes classes share: the driver's name and its parameters. */

import { type FieldError, invalid, required, tooLong } from '#api/field-error.ts';
import { checkFormat } from '#api/field-rules.ts';
import { utf8Length } from '#api/label-rules.ts';
import { isQualifiedName } from '#api/name-format.ts';

const maxParameters = 512;
/** Bytes of all keys and values. */
const maxParameterBytes = 256 * 1024;

export function checkDriver(name: string | undefined, path: string, errors: FieldError[]): void {
  if (!name) errors.push(required(path));
  else checkFormat(isQualifiedName, name.toLowerCase(), path, errors);
}

export function checkParameters(
  parameters: Readonly<Record<string, string>> = {},
  path: string,
  errors: FieldError[],
): void {
  const entries = Object.entries(parameters);
  if (entries.length > maxParameters) {
    errors.push(tooLong(path, maxParameters));
    return;
  }
  let size = 0;
  for (const [key, value] of entries) {
    if (key === '') errors.push(invalid(path, key, 'field can not be empty.'));
    size += utf8Length(key) + utf8Length(value);
  }
  if (size > maxParameterBytes) errors.push(tooLong(path, maxParameterBytes));
}
