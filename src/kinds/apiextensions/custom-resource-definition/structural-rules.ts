/**
 * Structural schemas (KEP-1693, apiextensions pkg/apiserver/schema): the structure of an object is said outside of allOf, anyOf,
 * oneOf and not, and inside of those are only conditions on values whose structure is known.
 */

import {
  child,
  entry,
  type FieldError,
  fieldErrorText,
  forbidden,
  index,
  invalid,
  required,
} from '#api/field-error.ts';
import { regexpFault } from '#api/regexp-syntax.ts';
import { itemsOf, type Schema, valuesOf } from './schema-tree.ts';

type Level = 'root' | 'item' | 'field';

const emptyType = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
} as const;

/** Findings come sorted by their text, as upstream sorts them. */
export function checkStructural(schema: Schema, path: string, errors: FieldError[]): void {
  const found: FieldError[] = [];
  checkInvariants(schema, path, 'root', found);
  checkConditionsComplete(schema, schema, path, path, found);
  const texts = new Map(found.map((error) => [error, fieldErrorText(error)]));
  found.sort((left, right) => compareTexts(texts.get(left) ?? '', texts.get(right) ?? ''));
  for (const error of found) errors.push(error);
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

function checkInvariants(schema: Schema, path: string, level: Level, errors: FieldError[]): void {
  const { type = '', properties = {}, additionalProperties } = schema;
  const items = itemsOf(schema);
  if (type === 'array' && !items) errors.push(required(child(path, 'items'), 'must be specified'));
  if (items) checkInvariants(items, child(path, 'items'), 'item', errors);
  for (const [name, property] of Object.entries(properties)) {
    checkInvariants(property, entry(child(path, 'properties'), name), 'field', errors);
  }
  if (additionalProperties !== undefined) {
    const at = child(path, 'additionalProperties');
    if (level === 'root') errors.push(forbidden(at, 'must not be used at the root'));
    const values = valuesOf(schema);
    if (values) checkInvariants(values, at, 'field', errors);
  }
  checkExtensions(schema, path, errors);
  checkConditions(schema, path, skippedAnyOf(schema), errors);
  checkType(schema, path, level, errors);
  checkMeta(schema, path, level, errors);
}

function checkExtensions(schema: Schema, path: string, errors: FieldError[]): void {
  if (!schema['x-kubernetes-int-or-string']) return;
  for (const name of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const) {
    if (schema[name]) {
      errors.push(invalid(child(path, name), true, 'must be false if x-kubernetes-int-or-string is true'));
    }
  }
}

function checkType(schema: Schema, path: string, level: Level, errors: FieldError[]): void {
  const { type = '', additionalProperties } = schema;
  const at = child(path, 'type');
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const needsNone = schema['x-kubernetes-int-or-string'] || schema['x-kubernetes-preserve-unknown-fields'];
  if (embedded && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    errors.push(type === '' ? required(at, detail) : invalid(at, type, detail));
  } else if (type === '' && !needsNone) errors.push(required(at, emptyType[level]));
  if (embedded && additionalProperties !== undefined) {
    const detail = 'must not be used if x-kubernetes-embedded-resource is set';
    errors.push(forbidden(child(path, 'additionalProperties'), detail));
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(at, type, 'must be object at the root'));
  }
}

/** Of kind, apiVersion and metadata a resource's schema says nothing but what names may be. */
function checkMeta(schema: Schema, path: string, level: Level, errors: FieldError[]): void {
  const { properties = {} } = schema;
  const embedded = schema['x-kubernetes-embedded-resource'] === true;
  const isResource = level === 'root' || embedded;
  const at = child(path, 'properties');
  for (const name of ['kind', 'apiVersion']) {
    const type = properties[name]?.type ?? '';
    if (isResource && properties[name] && type !== 'string') {
      errors.push(invalid(child(entry(at, name), 'type'), type, 'must be string'));
    }
  }
  const { metadata } = properties;
  if (metadata) {
    const metadataPath = entry(at, 'metadata');
    if (isResource && metadata.type !== 'object') {
      errors.push(invalid(child(metadataPath, 'type'), metadata.type ?? '', 'must be object'));
    }
    if (level === 'root' && !isPlainMetadata(metadata)) {
      const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
      errors.push(forbidden(metadataPath, detail));
    }
  }
  if (embedded && !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    errors.push(required(at, detail));
  }
}

function isPlainMetadata(metadata: Schema): boolean {
  const { properties = {}, type: _type, default: _default, ...others } = metadata;
  const named = Object.keys(properties).every((name) => name === 'name' || name === 'generateName');
  const isPlain = Object.entries(others).every(([field, value]) => isZero(field, value));
  return named && isPlain && metadata.additionalProperties === undefined;
}

/** Which anyOf may name types: the one that says integer or string. */
function skippedAnyOf({ anyOf, allOf }: Schema): 'own' | 'first of allOf' | 'none' {
  if (isIntOrString(anyOf)) return 'own';
  return isIntOrString(allOf?.[0]?.anyOf) ? 'first of allOf' : 'none';
}

function isIntOrString(alternatives: readonly Schema[] = []): boolean {
  return alternatives.length === 2 && isOnlyType(alternatives[0], 'integer') && isOnlyType(alternatives[1], 'string');
}

function isOnlyType(schema: Schema | undefined, name: string): boolean {
  const { type, ...others } = schema ?? {};
  return type === name && Object.entries(others).every(([field, value]) => isZero(field, value));
}

/** Fields whose empty value is something: pointers in Go. */
const fieldsWithEmptyValues: ReadonlySet<string> = new Set([
  'default',
  'example',
  'externalDocs',
  'not',
  'items',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
]);

/** Is the field as good as absent? */
function isZero(field: string, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (fieldsWithEmptyValues.has(field)) return false;
  if (typeof value === 'object') return Object.keys(value).length === 0;
  return value === '' || value === false;
}

function checkConditions(
  schema: Schema,
  path: string,
  skip: ReturnType<typeof skippedAnyOf>,
  errors: FieldError[],
): void {
  const { anyOf = [], allOf = [], oneOf = [], not, pattern = '' } = schema;
  if (skip !== 'own') {
    anyOf.forEach((one, position) => {
      checkNested(one, index(child(path, 'anyOf'), position), 'none', errors);
    });
  }
  allOf.forEach((one, position) => {
    const isSkipped = skip === 'first of allOf' && position === 0;
    checkNested(one, index(child(path, 'allOf'), position), isSkipped ? 'own' : 'none', errors);
  });
  oneOf.forEach((one, position) => {
    checkNested(one, index(child(path, 'oneOf'), position), 'none', errors);
  });
  if (not) checkNested(not, child(path, 'not'), 'none', errors);
  const fault = regexpFault(pattern);
  if (fault !== undefined) {
    const detail = `must be a valid regular expression, but isn't: ${fault}`;
    errors.push(invalid(child(path, 'pattern'), pattern, detail));
  }
}

/** What conditions may not say, and the words for it. */
const structureFields = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
  ['x-kubernetes-validations', 'must be empty to be structural'],
] as const;

function checkNested(schema: Schema, path: string, skip: ReturnType<typeof skippedAnyOf>, errors: FieldError[]): void {
  checkConditions(schema, path, skip, errors);
  const items = itemsOf(schema);
  if (items) checkNested(items, child(path, 'items'), 'none', errors);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    checkNested(property, entry(child(path, 'properties'), name), 'none', errors);
  }
  for (const [field, detail] of structureFields) {
    const value = schema[field];
    const isEmptyList = Array.isArray(value) && value.length === 0;
    if (!isEmptyList && !isZero(field, value)) errors.push(forbidden(child(path, field), detail));
  }
  if (schema.properties && Object.hasOwn(schema.properties, 'metadata')) {
    errors.push(forbidden(child(path, 'properties[metadata]'), 'must not be specified in a nested context'));
  }
}

/** Every part that conditions are about is there. `structure` is at `path`, the conditions at `conditionPath`. */
function checkConditionsComplete(
  conditions: Schema,
  structure: Schema | undefined,
  path: string,
  conditionPath: string,
  errors: FieldError[],
): void {
  const { not, allOf = [], anyOf = [], oneOf = [] } = conditions;
  if (not) checkComplete(not, structure, path, child(conditionPath, 'not'), errors);
  for (const [name, list] of Object.entries({ allOf, anyOf, oneOf })) {
    list.forEach((one, position) => {
      checkComplete(one, structure, path, index(child(conditionPath, name), position), errors);
    });
  }
}

function checkComplete(
  nested: Schema,
  structure: Schema | undefined,
  path: string,
  conditionPath: string,
  errors: FieldError[],
): void {
  if (!structure) {
    errors.push(required(path, `because it is defined in ${conditionPath}`));
    return;
  }
  checkConditionsComplete(nested, structure, path, conditionPath, errors);
  const items = itemsOf(nested);
  if (items) checkComplete(items, itemsOf(structure), child(path, 'items'), child(conditionPath, 'items'), errors);
  for (const [name, property] of Object.entries(nested.properties ?? {})) {
    const known = structure.properties;
    const there = known && Object.hasOwn(known, name) ? known[name] : undefined;
    const at = entry(child(conditionPath, 'properties'), name);
    checkComplete(property, there, entry(child(path, 'properties'), name), at, errors);
  }
}
