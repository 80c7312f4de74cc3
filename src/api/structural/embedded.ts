/**
 * Resources inside of resources (x-kubernetes-embedded-resource): what makes them resources (apiextensions schema/objectmeta).
 *
 * Reading coerces them: kind and apiVersion are texts, and metadata becomes what ObjectMeta has of it. Validation looks at what they say.
 */

import { mutableCopy } from '#base/edit.ts';
import { sortedTree } from '#base/sorted-tree.ts';
import { DecodeError } from '../codec/decode-error.ts';
import { decodeTree } from '../codec/json-decode.ts';
import { child, entry, type FieldError, index, invalid, required } from '../field-error.ts';
import type { ObjectMeta } from '../generated/meta-v1.ts';
import { isDNS1035Label, pathSegmentName } from '../name-format.ts';
import { validateObjectMeta } from '../object-meta-rules.ts';
import { SchemaRegistry } from '../schema/registry.ts';
import { anywhere, isTree, type JsonSchema, type Tree } from './schema.ts';

const objectMeta = new SchemaRegistry([]).meta('ObjectMeta');

/** Whether values of the schema have resources inside; values of others need not be looked at. */
export const hasEmbedded = anywhere((schema) => schema['x-kubernetes-embedded-resource'] === true);

/** The schema of a whole resource as one of a resource inside. */
export function asEmbedded(schema: JsonSchema): JsonSchema {
  return schema['x-kubernetes-embedded-resource'] ? schema : { ...schema, 'x-kubernetes-embedded-resource': true };
}

export interface Coercion {
  /** Members that are not of the right form go, and there are no faults. */
  readonly dropsInvalid?: boolean;
  /** Collects the paths of what metadata does not have. */
  readonly unknown?: string[];
}

/** Coerces the resources in a value, in place; answers the first fault. */
export function coerceEmbedded(
  value: unknown,
  schema: JsonSchema,
  path: string,
  coercion: Coercion = {},
): FieldError | undefined {
  if (isTree(value) && schema['x-kubernetes-embedded-resource']) {
    const fault = coerceResource(value, path, coercion);
    if (fault) return fault;
  }
  for (const [member, memberOf, at] of membersOf(value, schema, path)) {
    const fault = coerceEmbedded(member, memberOf, at, coercion);
    if (fault) return fault;
  }
  return undefined;
}

function coerceResource(value: Tree, path: string, coercion: Coercion): FieldError | undefined {
  const { dropsInvalid = false, unknown } = coercion;
  for (const name of ['apiVersion', 'kind'] as const) {
    if (value[name] === undefined || typeof value[name] === 'string') continue;
    if (!dropsInvalid) return invalid(child(path, name), sortedTree(value[name]), 'must be a string');
    delete value[name];
  }
  const { metadata } = value;
  if (metadata === undefined) return undefined;
  const at = child(path, 'metadata');
  try {
    const { object, strictErrors } = decodeTree(objectMeta, mutableCopy(metadata));
    value['metadata'] = object;
    for (const problem of strictErrors) unknown?.push(child(at, problem.slice(problem.indexOf('"') + 1, -1)));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    if (!dropsInvalid) return invalid(at, sortedTree(metadata), error.message);
    value['metadata'] = readableMetadata(metadata);
  }
  return undefined;
}

/** What can be read of metadata that as a whole cannot. */
function readableMetadata(metadata: unknown): unknown {
  if (!isTree(metadata)) return metadata;
  const kept: Tree = {};
  for (const [name, member] of Object.entries(metadata)) {
    try {
      Object.assign(kept, decodeTree(objectMeta, { [name]: mutableCopy(member) }).object);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return kept;
}

/** Findings on the resources in a value that was coerced. */
export function embeddedFindings(value: unknown, schema: JsonSchema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  check(value, schema, path, errors);
  return errors;
}

function check(value: unknown, schema: JsonSchema, path: string, errors: FieldError[]): void {
  if (isTree(value) && schema['x-kubernetes-embedded-resource']) checkResource(value, path, errors);
  for (const [member, memberOf, at] of membersOf(value, schema, path)) check(member, memberOf, at, errors);
}

/** Members and elements that the schema declares, each with its schema and its path. */
function* membersOf(
  value: unknown,
  { items, properties, additionalProperties }: JsonSchema,
  path: string,
): Generator<readonly [unknown, JsonSchema, string]> {
  if (Array.isArray(value)) {
    if (items) for (let i = 0; i < value.length; i++) yield [value[i], items, index(path, i)];
    return;
  }
  if (!isTree(value)) return;
  for (const [key, member] of Object.entries(value)) {
    const own = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (own) yield [member, own, child(path, key)];
    else if (typeof additionalProperties === 'object') yield [member, additionalProperties, entry(path, key)];
  }
}

function checkResource(value: Tree, path: string, errors: FieldError[]): void {
  for (const name of ['apiVersion', 'kind'] as const) {
    const at = child(path, name);
    const text = value[name];
    if (text === undefined) errors.push(required(at));
    else if (typeof text !== 'string') errors.push(invalid(at, text, 'must be a string'));
    else if (text === '') errors.push(invalid(at, text, 'must not be empty'));
    else if (name === 'apiVersion' && text.split('/').length > 2) {
      errors.push(invalid(at, text, `unexpected GroupVersion string: ${text}`));
    } else if (name === 'kind') {
      const messages = isDNS1035Label(text.toLowerCase());
      const detail = `may have mixed case, but should otherwise match: ${messages.join(',')}`;
      if (messages.length > 0) errors.push(invalid(at, text, detail));
    }
  }
  const { metadata } = value;
  if (!isTree(metadata)) return;
  const meta = metadata as ObjectMeta;
  // It needs no name.
  const named = meta.name ? meta : { ...meta, name: 'unnamed' };
  for (const error of validateObjectMeta(named, Boolean(meta.namespace), pathSegmentName, true))
    errors.push({ ...error, field: child(path, error.field) });
}
