/** Validation findings with upstream's wording (apimachinery util/validation/field): one field error is one cause of a 422. */

import { goQuote } from '#base/go-quote.ts';
import { escapeHtml } from '#base/html-escape.ts';
import { goText } from './go-format.ts';
import { int64Text, isInt64 } from './int64.ts';
import { nilList, nilMap } from './schema/zero.ts';

export type FieldErrorType =
  | 'FieldValueNotFound'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

export interface FieldError {
  readonly type: FieldErrorType;
  /** 'spec.containers[0].image' */
  readonly field: string;
  /** Whole text after the field: 'Invalid value: "x": must be ...' */
  readonly message: string;
}

/** How upstream prints the path of findings that are about no field in particular. */
export const wholeObject = '[]';

/** Path builder: `child(path, 'spec')`, `index(path, 0)`, `entry(path, 'key')`. '' is the root. */
export function child(path: string, ...names: readonly string[]): string {
  let result = path;
  for (const name of names) result = result === '' ? name : `${result}.${name}`;
  return result;
}

export function index(path: string, position: number): string {
  return `${path}[${position}]`;
}

export function entry(path: string, key: string): string {
  return `${path}[${key}]`;
}

export function required(field: string, detail = ''): FieldError {
  return { type: 'FieldValueRequired', field, message: withDetail('Required value', detail) };
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, message: withDetail(`Invalid value: ${printed(value)}`, detail) };
}

/** For values that would say nothing in a message. */
export function invalidOmitted(field: string, detail: string): FieldError {
  return { type: 'FieldValueInvalid', field, message: withDetail('Invalid value', detail) };
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { type: 'FieldValueTypeInvalid', field, message: withDetail(`Invalid value: ${printed(value)}`, detail) };
}

export function duplicate(field: string, value: unknown): FieldError {
  return { type: 'FieldValueDuplicate', field, message: `Duplicate value: ${printed(value)}` };
}

export function notFound(field: string, value: unknown, detail = ''): FieldError {
  return { type: 'FieldValueNotFound', field, message: withDetail(`Not found: ${printed(value)}`, detail) };
}

/**
 * The supported values are listed in the order given; most of upstream's lists are sorted. A text is of a type of its own in Go, which prints
 * it as JSON; where it is a plain string, `print` is `goQuote`.
 */
export function notSupported(
  field: string,
  value: unknown,
  supported: readonly string[],
  print: (value: string) => string = goJson,
): FieldError {
  const values = supported.map((item) => JSON.stringify(item)).join(', ');
  const detail = supported.length > 0 ? `supported values: ${values}` : '';
  const shown = typeof value === 'string' ? print(value) : printed(value);
  return { type: 'FieldValueNotSupported', field, message: withDetail(`Unsupported value: ${shown}`, detail) };
}

export function forbidden(field: string, detail: string): FieldError {
  return { type: 'FieldValueForbidden', field, message: withDetail('Forbidden', detail) };
}

/** `max` in bytes; upstream stopped printing the value itself. */
export function tooLong(field: string, max: number): FieldError {
  const unit = max === 1 ? 'byte' : 'bytes';
  return { type: 'FieldValueTooLong', field, message: `Too long: may not be more than ${max} ${unit}` };
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  const unit = max === 1 ? 'item' : 'items';
  return { type: 'FieldValueTooMany', field, message: `Too many: ${actual}: must have at most ${max} ${unit}` };
}

export function internalError(field: string, message: string): FieldError {
  return { type: 'InternalError', field, message: `Internal error: ${message}` };
}

/** 'spec.replicas: Invalid value: -1: must be greater than or equal to 0' */
export function fieldErrorText(error: FieldError): string {
  return `${error.field === '' ? '<nil>' : error.field}: ${error.message}`;
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`;
}

/** As Go prints the bad value: strings quoted, nil as null, the rest as JSON. */
function printed(value: unknown): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number') return isInt64(value) ? int64Text(value) : goText(value);
  return typeof value === 'object' ? goJson(value) : String(value);
}

/** As encoding/json writes it. */
function goJson(value: object | string): string {
  return escapeHtml(
    JSON.stringify(value, (_, inner: unknown) => (inner === nilList || inner === nilMap ? null : inner)),
  );
}
