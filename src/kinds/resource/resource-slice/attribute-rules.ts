/** Rules of a device's attributes: one value each, of one type. */

import { child, type FieldError, index, invalid, tooLong } from '#api/field-error.ts';
import { utf8Length } from '#api/label-rules.ts';
import type { DeviceAttribute } from '#kinds/generated/resource-v1.ts';

const maxValueBytes = 64;
const prerelease = '(0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)';
const semver = new RegExp(
  `^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-${prerelease}(\\.${prerelease})*)?(\\+[0-9a-zA-Z-]+(\\.[0-9a-zA-Z-]+)*)?$`,
);
/** In upstream's order: the field here, the one that is printed. */
const fields = [
  ['int', 'IntValue'],
  ['bool', 'BoolValue'],
  ['string', 'StringValue'],
  ['version', 'VersionValue'],
  ['ints', 'IntValues'],
  ['bools', 'BoolValues'],
  ['strings', 'StringValues'],
  ['versions', 'VersionValues'],
] as const;

export function checkAttribute(attribute: DeviceAttribute, path: string, errors: FieldError[]): void {
  const { string, version, strings = [], versions = [] } = attribute;
  if (string !== undefined) checkString(string, child(path, 'string'), errors);
  if (version !== undefined) checkVersion(version, child(path, 'version'), errors);
  strings.forEach((text, position) => {
    checkString(text, index(child(path, 'strings'), position), errors);
  });
  versions.forEach((text, position) => {
    checkVersion(text, index(child(path, 'versions'), position), errors);
  });
  const present = fields.filter(([field]) => attribute[field] !== undefined);
  if (present.length === 1) return;
  const printed = Object.fromEntries(fields.map(([field, name]) => [name, attribute[field] ?? null]));
  errors.push(invalid(path, present.length === 0 ? '' : printed, 'exactly one value must be specified'));
}

/** Values of all attributes: those in lists count one by one. */
export function countValues(attributes: readonly DeviceAttribute[]): number {
  let count = 0;
  for (const { ints = [], bools = [], strings = [], versions = [] } of attributes) {
    count += ints.length + bools.length + strings.length + versions.length || 1;
  }
  return count;
}

function checkString(text: string, path: string, errors: FieldError[]): void {
  if (utf8Length(text) > maxValueBytes) errors.push(tooLong(path, maxValueBytes));
}

function checkVersion(text: string, path: string, errors: FieldError[]): void {
  // Nothing so long is valid, so the expression need not be tried on it.
  if (text.length > 1024 || !semver.test(text)) {
    errors.push(invalid(path, text, 'must be a string compatible with semver.org spec 2.0.0'));
  }
  checkString(text, path, errors);
}
