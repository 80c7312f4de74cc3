/**
 * Bounds of numbers as kube-openapi's validator judges them (pkg/validation/validate/values.go): numbers without a fraction are int64 and
 * bounds are made such for them, everything else is compared as float64. A bound that the type cannot hold is a finding of its own.
 */

import { type FieldError, invalid } from '../field-error.ts';
import { goText } from '../go-format.ts';
import { int64Text, isInt64 } from '../int64.ts';
import { formatOf } from './formats.ts';
import type { JsonSchema } from './schema.ts';

const maxInt32 = 2 ** 31 - 1;

/** How a number is shown: whole ones as they are, others as Go prints floats. */
type Show = (value: number) => string;

export function checkNumber(value: number, schema: JsonSchema, path: string, errors: FieldError[]): void {
  outOfRange(value, 'Checked', schema, path, errors);
  const { multipleOf, maximum, minimum } = schema;
  if (multipleOf !== undefined) {
    const isWhole = !outOfRange(multipleOf, 'MultipleOf', schema, path, errors) && isInt64(value);
    if (isWhole) checkMultipleOfWhole(value, toInt64(multipleOf), path, errors);
    else checkMultiple(value, multipleOf, path, errors);
  }
  if (minimum !== undefined) {
    const isWhole = !outOfRange(minimum, 'Minimum boundary', schema, path, errors) && isInt64(value);
    const bound = isWhole ? toInt64(minimum) : minimum;
    const isExclusive = schema.exclusiveMinimum === true;
    if (isExclusive ? value <= bound : value < bound) {
      say(value, `greater than ${isExclusive ? '' : 'or equal to '}`, bound, isWhole ? whole : goText, path, errors);
    }
  }
  if (maximum !== undefined) {
    const isWhole = !outOfRange(maximum, 'Maximum boundary', schema, path, errors) && isInt64(value);
    const bound = isWhole ? toInt64(maximum) : maximum;
    const isExclusive = schema.exclusiveMaximum === true;
    if (isExclusive ? value >= bound : value > bound) {
      say(value, `less than ${isExclusive ? '' : 'or equal to '}`, bound, isWhole ? whole : goText, path, errors);
    }
  }
}

type Checked = 'Checked' | 'MultipleOf' | 'Minimum boundary' | 'Maximum boundary';

/** Is the number none of the schema's type? Says so. */
function outOfRange(value: number, what: Checked, schema: JsonSchema, path: string, errors: FieldError[]): boolean {
  const { type } = schema;
  const format = formatOf(schema);
  // Upstream has bounds as floats: there 2^63 is itself, which no int64 is.
  const isBeyond = what !== 'Checked' && type === 'integer' && value === beyondInt64;
  if (!isBeyond && fits(value, type, format)) return false;
  const wanted = format === undefined ? `${type} (default format)` : `${type} with format ${format}`;
  errors.push(invalid('', '', `${what} value must be of type ${wanted} in ${path}`));
  return true;
}

function fits(value: number, type: string | undefined, format: string | undefined): boolean {
  if (type === 'number') return format !== 'float' || Number.isFinite(Math.fround(value));
  if (type !== 'integer') return true;
  return isInt64(value) && (format !== 'int32' || (value <= maxInt32 && value >= -maxInt32 - 1));
}

function checkMultipleOfWhole(value: number, factor: number, path: string, errors: FieldError[]): void {
  if (factor <= 0) notPositive(factor, whole, path, errors);
  else if (value % factor !== 0) say(value, 'a multiple of ', factor, whole, path, errors);
}

function checkMultiple(value: number, factor: number, path: string, errors: FieldError[]): void {
  if (factor <= 0) notPositive(factor, goText, path, errors);
  else if (!isAlmostWhole(factor < 1 ? (1 / factor) * value : value / factor)) {
    say(value, 'a multiple of ', factor, goText, path, errors);
  }
}

const largestWhole = 2 ** 53 - 1;
const epsilon = 1e-9;

/** As go-openapi judges whether a float is whole: from above only, and only of positive ones. */
function isAlmostWhole(value: number): boolean {
  if (!(Math.abs(value) <= largestWhole)) return false;
  const whole = Math.trunc(value);
  if (whole === value) return true;
  return value > 0 && whole !== 0 && (value - whole) / (value + whole) < epsilon;
}

const beyondInt64 = 2 ** 63;

/** Go's conversion on amd64: what does not fit becomes the least. */
function toInt64(value: number): number {
  return value >= -beyondInt64 && value < beyondInt64 ? Math.trunc(value) : -beyondInt64;
}

const whole: Show = int64Text;

function notPositive(factor: number, show: Show, path: string, errors: FieldError[]): void {
  const detail = `factor MultipleOf declared for ${path} must be positive: ${show(factor)}`;
  errors.push({ type: 'FieldValueInvalid', field: path, message: `Invalid value: ${show(factor)}: ${detail}` });
}

function say(value: number, rule: string, bound: number, show: Show, path: string, errors: FieldError[]): void {
  const detail = `${path} in body should be ${rule}${show(bound)}`;
  errors.push({ type: 'FieldValueInvalid', field: path, message: `Invalid value: ${show(value)}: ${detail}` });
}
