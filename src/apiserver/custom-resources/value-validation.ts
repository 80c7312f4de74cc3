/**
 * Validation of custom resources against their schema, in the words of kube-openapi's validator and of what apiextensions makes of them
 * (apiserver/validation/validation.go). A value that an update did not change is not looked at again (KEP-4008, ratcheting).
 *
 * A schema is compiled once per CRD version; the walk allocates only for findings. Patterns run on a linear-time engine.
 */

import { RE2JS } from 're2js';
import {
  child,
  entry,
  type FieldError,
  index,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '#api/field-error.ts';
import { equalTrees } from '#base/equal.ts';
import { formatProblem } from './formats.ts';
import { isTree, type JsonSchema, memberSchema } from './json-schema.ts';

export class ValueValidator {
  private readonly schema: JsonSchema;
  private readonly patterns = new Map<string, RE2JS | undefined>();

  constructor(schema: JsonSchema) {
    this.schema = schema;
  }

  /** Findings on a whole object; `old` on an update. */
  validate(object: unknown, old?: unknown): FieldError[] {
    const errors: FieldError[] = [];
    this.check(object, old, this.schema, '', errors);
    return errors;
  }

  private check(value: unknown, old: unknown, schema: JsonSchema, path: string, errors: FieldError[]): void {
    if (old !== undefined && equalTrees(value, old)) return;
    if (value === null && schema.nullable === true) return;
    if (!this.checkType(value, schema, path, errors)) return;
    if (schema.enum && !schema.enum.some((allowed) => equalTrees(allowed, value))) {
      const supported = schema.enum.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
      errors.push(notSupported(path, value, supported));
    }
    if (typeof value === 'string') this.checkString(value, schema, path, errors);
    else if (typeof value === 'number') checkNumber(value, schema, path, errors);
    else if (Array.isArray(value)) this.checkList(value, old, schema, path, errors);
    else if (isTree(value)) this.checkObject(value, old, schema, path, errors);
    this.checkCombinations(value, schema, path, errors);
  }

  /** False when the value is of another type, which makes the other rules pointless. */
  private checkType(value: unknown, schema: JsonSchema, path: string, errors: FieldError[]): boolean {
    if (schema['x-kubernetes-int-or-string']) {
      if (typeof value === 'string' || Number.isInteger(value)) return true;
      const actual = typeName(value);
      errors.push(
        typeInvalid(path, actual, `${path} in body must be of type integer,string: ${JSON.stringify(actual)}`),
      );
      return false;
    }
    const { type } = schema;
    if (!type) return true;
    const actual = typeName(value);
    if (actual === type || (type === 'number' && actual === 'integer')) return true;
    errors.push(typeInvalid(path, actual, `${path} in body must be of type ${type}: ${JSON.stringify(actual)}`));
    return false;
  }

  private checkString(value: string, schema: JsonSchema, path: string, errors: FieldError[]): void {
    const { minLength, maxLength, pattern, format } = schema;
    if (maxLength !== undefined || minLength !== undefined) {
      const length = codePoints(value);
      if (maxLength !== undefined && length > maxLength) errors.push(tooLong(path, maxLength));
      if (minLength !== undefined && length < minLength)
        errors.push(invalid(path, value, `${path} in body should be at least ${minLength} chars long`));
    }
    if (pattern !== undefined && this.patternOf(pattern)?.matcher(value).find() === false)
      errors.push(invalid(path, value, `${path} in body should match '${pattern}'`));
    if (format !== undefined && formatProblem(format, value))
      errors.push(typeInvalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`));
  }

  private checkList(
    value: readonly unknown[],
    old: unknown,
    schema: JsonSchema,
    path: string,
    errors: FieldError[],
  ): void {
    const { minItems, maxItems, items } = schema;
    if (maxItems !== undefined && value.length > maxItems) errors.push(tooMany(path, value.length, maxItems));
    if (minItems !== undefined && value.length < minItems)
      errors.push(invalid(path, value.length, `${path} in body should have at least ${minItems} items`));
    if (schema.uniqueItems && hasDuplicates(value))
      errors.push(invalid(path, value, `${path} in body shouldn't contain duplicates`));
    checkIdentities(value, schema, path, errors);
    if (!items) return;
    const before = Array.isArray(old) ? (old as readonly unknown[]) : undefined;
    value.forEach((item, position) => {
      this.check(item, before?.[position], items, index(path, position), errors);
    });
  }

  private checkObject(
    value: Readonly<Record<string, unknown>>,
    old: unknown,
    schema: JsonSchema,
    path: string,
    errors: FieldError[],
  ): void {
    const { minProperties, maxProperties } = schema;
    if (maxProperties !== undefined || minProperties !== undefined) {
      const count = Object.keys(value).length;
      if (maxProperties !== undefined && count > maxProperties) errors.push(tooMany(path, count, maxProperties));
      if (minProperties !== undefined && count < minProperties)
        errors.push(invalid(path, count, `${path} in body should have at least ${minProperties} properties`));
    }
    for (const name of schema.required ?? []) {
      if (!Object.hasOwn(value, name)) errors.push(required(child(path, name)));
    }
    const before = isTree(old) ? old : undefined;
    for (const key of Object.keys(value)) {
      const member = memberSchema(schema, key);
      if (!member) continue;
      const declared = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
      const place = declared || path === '' || !/[.[\]]/.test(key) ? child(path, key) : entry(path, key);
      this.check(value[key], before && Object.hasOwn(before, key) ? before[key] : undefined, member, place, errors);
    }
  }

  private checkCombinations(value: unknown, schema: JsonSchema, path: string, errors: FieldError[]): void {
    const { allOf, anyOf, oneOf, not } = schema;
    for (const each of allOf ?? []) this.check(value, undefined, each, path, errors);
    // Upstream says these about no field, and adds what the first alternative misses.
    const say = (rule: string, alternatives: readonly JsonSchema[] = []): void => {
      errors.push(invalid('', '', `${JSON.stringify(path)} ${rule}`));
      const [first] = alternatives;
      if (first) this.check(value, undefined, first, path, errors);
    };
    if (anyOf && !schema['x-kubernetes-int-or-string'] && !anyOf.some((each) => this.fits(value, each)))
      say('must validate at least one schema (anyOf)', anyOf);
    if (oneOf) {
      const fitting = oneOf.filter((each) => this.fits(value, each)).length;
      if (fitting === 0) say('must validate one and only one schema (oneOf). Found none valid', oneOf);
      else if (fitting > 1) say(`must validate one and only one schema (oneOf). Found ${fitting} valid alternatives`);
    }
    if (not && this.fits(value, not)) say('must not validate the schema (not)');
  }

  private fits(value: unknown, schema: JsonSchema): boolean {
    const errors: FieldError[] = [];
    this.check(value, undefined, schema, '', errors);
    return errors.length === 0;
  }

  private patternOf(pattern: string): RE2JS | undefined {
    if (!this.patterns.has(pattern)) {
      let compiled: RE2JS | undefined;
      try {
        compiled = RE2JS.compile(pattern);
      } catch {
        // Validation of the CRD refuses such patterns; one that is stored all the same matches everything.
      }
      this.patterns.set(pattern, compiled);
    }
    return this.patterns.get(pattern);
  }
}

function checkNumber(value: number, schema: JsonSchema, path: string, errors: FieldError[]): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const say = (rule: string): void => {
    errors.push(invalid(path, value, `${path} in body should be ${rule}`));
  };
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
    say(`less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
    say(`greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) say(`a multiple of ${multipleOf}`);
}

/** Elements of sets and of lists keyed like maps are there once (apiextensions schema/listtype). */
function checkIdentities(value: readonly unknown[], schema: JsonSchema, path: string, errors: FieldError[]): void {
  const listType = schema['x-kubernetes-list-type'];
  if (listType !== 'set' && listType !== 'map') return;
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const seen = new Set<string>();
  value.forEach((item, position) => {
    const identity =
      listType === 'set' ? item : Object.fromEntries(keys.map((key) => [key, isTree(item) ? item[key] : undefined]));
    const text = JSON.stringify(identity);
    if (seen.has(text)) {
      errors.push({ type: 'FieldValueDuplicate', field: index(path, position), message: `Duplicate value: ${text}` });
    }
    seen.add(text);
  });
}

function hasDuplicates(value: readonly unknown[]): boolean {
  return new Set(value.map((item) => JSON.stringify(item))).size !== value.length;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** How the validator names JSON's types. */
function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}
