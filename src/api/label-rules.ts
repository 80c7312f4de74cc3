/** Rules of labels, annotations and label selectors inside objects (apimachinery meta/v1/validation, api/validation). */

import { child, type FieldError, forbidden, index, invalid, required, tooLong } from './field-error.ts';
import { checkFormat } from './field-rules.ts';
import type { LabelSelector, LabelSelectorRequirement } from './generated/meta-v1.ts';
import { isQualifiedName, isValidLabelValue } from './name-format.ts';

/** Bytes of all annotation keys and values of one object. */
const annotationsBound = 256 * 1024;

export function checkLabelName(key: string, path: string, errors: FieldError[]): void {
  checkFormat(isQualifiedName, key, path, errors);
}

export function checkLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: FieldError[],
): void {
  for (const key in labels) {
    checkLabelName(key, path, errors);
    checkFormat(isValidLabelValue, labels[key] ?? '', path, errors);
  }
}

export function checkAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: FieldError[],
): void {
  let units = 0;
  for (const key in annotations) {
    for (const message of isQualifiedName(key.toLowerCase())) errors.push(invalid(path, key, message));
    units += key.length + (annotations[key] ?? '').length;
  }
  // A UTF-16 unit is at most three bytes: few annotations need counting.
  if (annotations && 3 * units > annotationsBound && sizeOf(annotations) > annotationsBound) {
    errors.push(tooLong(path, annotationsBound));
  }
}

/** Bytes of all keys and values. */
function sizeOf(texts: Readonly<Record<string, string>>): number {
  let size = 0;
  for (const key in texts) size += utf8Length(key) + utf8Length(texts[key] ?? '');
  return size;
}

export interface LabelSelectorRules {
  /** Stored objects from before values were checked keep theirs. */
  readonly allowInvalidValues?: boolean;
}

/** An absent selector is valid; whether one must be there is the kind's matter. */
export function checkLabelSelector(
  selector: LabelSelector | undefined,
  path: string,
  errors: FieldError[],
  rules: LabelSelectorRules = {},
): void {
  if (!selector) return;
  checkLabels(selector.matchLabels, child(path, 'matchLabels'), errors);
  selector.matchExpressions?.forEach((requirement, position) => {
    checkRequirement(requirement, index(child(path, 'matchExpressions'), position), errors, rules);
  });
}

/** True when a stored selector has values that today's rule refuses. */
export function hasInvalidLabelValue(selector: LabelSelector | undefined): boolean {
  return (
    selector?.matchExpressions?.some(({ values }) => values?.some((value) => isValidLabelValue(value).length > 0)) ??
    false
  );
}

function checkRequirement(
  { key, operator, values = [] }: LabelSelectorRequirement,
  path: string,
  errors: FieldError[],
  { allowInvalidValues = false }: LabelSelectorRules,
): void {
  const valuesPath = child(path, 'values');
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        errors.push(required(valuesPath, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        errors.push(forbidden(valuesPath, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
      break;
    default:
      errors.push(invalid(child(path, 'operator'), operator ?? '', 'not a valid selector operator'));
  }
  checkLabelName(key ?? '', child(path, 'key'), errors);
  if (allowInvalidValues) return;
  values.forEach((value, position) => {
    checkFormat(isValidLabelValue, value, index(valuesPath, position), errors);
  });
}

/** Bytes of the text in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let position = 0; position < text.length; position++) {
    const unit = text.charCodeAt(position);
    if (unit < 0x80) continue;
    // A surrogate is half of a four-byte character and one UTF-16 unit.
    length += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return length;
}
