/**
 * Validation of values against a structural schema, in the words of kube-openapi's validator and of what apiextensions makes of them
 * (apiserver/validation/validation.go). What an update did not change is not looked at again (KEP-4008, ratcheting).
 *
 * A schema is compiled once; the walk allocates only for findings, and on updates for what it knows of the old value. Patterns run on a
 * linear-time engine.
 */

import { RE2JS } from 're2js';
import { equalTrees } from '#base/equal.ts';
import { goQuote } from '#base/go-quote.ts';
import { sortedTree } from '#base/sorted-tree.ts';
import {
  child,
  type FieldError,
  index,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
  typeInvalid,
} from '../field-error.ts';
import { isInt64 } from '../int64.ts';
import { identityOf } from '../patch/json-tree.ts';
import { type Correlation, correlatedElement, correlatedMember, elementsByKey, isUnchanged } from './correlation.ts';
import { formatOf, formatProblem } from './formats.ts';
import { hasType, typeName, typesOf } from './json-type.ts';
import { nearestOf } from './nearest.ts';
import { checkNumber } from './number-rules.ts';
import { isTree, type JsonSchema, memberSchema } from './schema.ts';

export interface ValueOptions {
  /** The value before an update. */
  readonly old?: unknown;
  /** Where the value is. Texts of findings name places in it. */
  readonly path?: string;
}

export class ValueValidator {
  private readonly schema: JsonSchema;
  private readonly patterns = new Map<string, RE2JS | undefined>();
  /** It is asked only whether a value fits: what its nearest alternative misses is nobody's question, and costs as much again at each level. */
  private isProbing = false;

  constructor(schema: JsonSchema) {
    this.schema = schema;
  }

  validate(value: unknown, { old, path = '' }: ValueOptions = {}): FieldError[] {
    const errors: FieldError[] = [];
    const { schema } = this;
    this.check(value, old === undefined ? undefined : { value, old, schema }, schema, '', errors);
    return path === '' ? errors : errors.map((error) => ({ ...error, field: inside(path, error.field) }));
  }

  private check(
    value: unknown,
    before: Correlation | undefined,
    schema: JsonSchema,
    path: string,
    errors: FieldError[],
  ): void {
    if (before && isUnchanged(before)) return;
    if (value === null) {
      if (!schema.nullable) this.checkType(value, schema, path, errors);
      checkEnum(value, schema, path, errors);
      return;
    }
    this.checkType(value, schema, path, errors);
    this.checkCombinations(value, schema, path, errors);
    if (typeof value === 'string') this.checkString(value, schema, path, errors);
    else if (typeof value === 'number') checkNumber(value, schema, path, errors);
    else if (Array.isArray(value)) this.checkList(value, before, schema, path, errors);
    else if (isTree(value)) this.checkObject(value, before, schema, path, errors);
    checkEnum(value, schema, path, errors);
  }

  private checkType(value: unknown, schema: JsonSchema, path: string, errors: FieldError[]): void {
    const types = typesOf(schema);
    if (hasType(value, types)) return;
    const format = value === null ? undefined : formatOf(schema);
    if (format !== undefined) {
      // As upstream has it: with a format, texts and lists are taken, and others are told of the format.
      const isNumeric = types === 'number' || types.startsWith('integer');
      const isTextOrList = typeof value === 'string' || Array.isArray(value);
      if (isTextOrList && !isNumeric) return;
      if (!isTextOrList) {
        const actual = typeof value === 'number' ? (isInt64(value) ? 'int64' : 'float64') : '';
        errors.push(typeInvalid(path, actual, `${path} in body must be of type ${format}: ${JSON.stringify(actual)}`));
        return;
      }
    }
    const actual = typeName(value);
    errors.push(typeInvalid(path, actual, `${path} in body must be of type ${types}: ${JSON.stringify(actual)}`));
  }

  private checkString(value: string, schema: JsonSchema, path: string, errors: FieldError[]): void {
    const { format } = schema;
    this.checkText(value, schema, path, errors);
    if (format !== undefined && formatProblem(format, value))
      errors.push(typeInvalid(path, value, `${path} in body must be of type ${format}: ${goQuote(value)}`));
  }

  /** The first fault of length or pattern is told. */
  private checkText(
    value: string,
    { minLength, maxLength, pattern }: JsonSchema,
    path: string,
    errors: FieldError[],
  ): void {
    if (maxLength !== undefined || minLength !== undefined) {
      const length = codePoints(value);
      if (maxLength !== undefined && length > maxLength) {
        errors.push(tooLong(path, maxLength));
        return;
      }
      if (minLength !== undefined && length < minLength) {
        errors.push(invalid(path, value, `${path} in body should be at least ${minLength} chars long`));
        return;
      }
    }
    if (pattern !== undefined && this.patternOf(pattern)?.matcher(value).find() === false)
      errors.push(invalid(path, value, `${path} in body should match '${pattern}'`));
  }

  private checkList(
    value: readonly unknown[],
    before: Correlation | undefined,
    schema: JsonSchema,
    path: string,
    errors: FieldError[],
  ): void {
    const { minItems, maxItems, items } = schema;
    if (maxItems !== undefined && value.length > maxItems) errors.push(tooMany(path, value.length, maxItems));
    if (minItems !== undefined && value.length < minItems)
      errors.push(invalid(path, value.length, `${path} in body should have at least ${minItems} items`));
    if (schema.uniqueItems && hasDuplicates(value))
      errors.push(invalid(path, sortedTree(value), `${path} in body shouldn't contain duplicates`));
    if (!items) return;
    const oldOf = before && elementsByKey(schema, before.old);
    value.forEach((item, position) => {
      const below = before && oldOf && correlatedElement(before, item, oldOf(item));
      this.check(item, below, items, index(path, position), errors);
    });
  }

  private checkObject(
    value: Readonly<Record<string, unknown>>,
    before: Correlation | undefined,
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
    for (const key of Object.keys(value)) {
      const member = memberSchema(schema, key);
      if (!member) continue;
      // Upstream names members that are not declared behind a dot, be it the first.
      const isDeclared = path !== '' || Object.hasOwn(schema.properties ?? {}, key);
      const at = isDeclared ? child(path, key) : `.${key}`;
      this.check(value[key], before && correlatedMember(before, key), member, at, errors);
    }
  }

  private checkCombinations(value: unknown, schema: JsonSchema, path: string, errors: FieldError[]): void {
    const { allOf, anyOf, oneOf, not } = schema;
    // Upstream says these about no field, and adds what the nearest alternative misses.
    const say = (rule: string, alternatives: readonly JsonSchema[] = []): void => {
      errors.push(invalid('', '', `${JSON.stringify(path)} ${rule}`));
      if (this.isProbing) return;
      const nearest = nearestOf(value, alternatives, (each, of) => this.fits(each, of));
      if (nearest) this.check(value, undefined, nearest.schema, path, errors);
    };
    if (allOf) {
      const faulty = allOf.filter((each) => !this.fits(value, each));
      if (!this.isProbing) for (const each of faulty) this.check(value, undefined, each, path, errors);
      if (faulty.length > 0)
        say(`must validate all the schemas (allOf)${faulty.length === allOf.length ? '. None validated' : ''}`);
    }
    if (anyOf && !anyOf.some((each) => this.fits(value, each))) say('must validate at least one schema (anyOf)', anyOf);
    if (oneOf) {
      const fitting = oneOf.filter((each) => this.fits(value, each)).length;
      if (fitting === 0) say('must validate one and only one schema (oneOf). Found none valid', oneOf);
      else if (fitting > 1) say(`must validate one and only one schema (oneOf). Found ${fitting} valid alternatives`);
    }
    if (not && this.fits(value, not)) say('must not validate the schema (not)');
  }

  private fits(value: unknown, schema: JsonSchema): boolean {
    const errors: FieldError[] = [];
    const outer = this.isProbing;
    this.isProbing = true;
    this.check(value, undefined, schema, '', errors);
    this.isProbing = outer;
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

function checkEnum(value: unknown, schema: JsonSchema, path: string, errors: FieldError[]): void {
  if (!schema.enum || schema.enum.some((allowed) => equalTrees(allowed, value) || convertsTo(value, allowed))) return;
  const supported = schema.enum.map((each) => (typeof each === 'string' ? each : JSON.stringify(sortedTree(each))));
  errors.push(notSupported(path, sortedTree(value), supported, goQuote));
}

/** Upstream's validator takes a number too that Go's conversion makes the allowed value: cut to a whole one, or the letter of that number. */
function convertsTo(value: unknown, allowed: unknown): boolean {
  if (typeof value !== 'number') return false;
  if (typeof allowed === 'number') return isInt64(allowed) && Math.trunc(value) === allowed;
  return typeof allowed === 'string' && isInt64(value) && letterOf(value) === allowed;
}

function letterOf(code: number): string {
  const isLetter = code >= 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return String.fromCodePoint(isLetter ? code : 0xfffd);
}

function inside(path: string, field: string): string {
  return field === '' ? path : child(path, field.startsWith('.') ? field.slice(1) : field);
}

function hasDuplicates(value: readonly unknown[]): boolean {
  return new Set(value.map(identityOf)).size !== value.length;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
