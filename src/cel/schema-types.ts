/**
 * OpenAPI schemas as types of CEL (k8s.io/apiserver/pkg/cel/common/schemas.go): which members expressions see, under which names, of which
 * types, how large their values can be at most, and how JSON becomes values of them. Made once, when a schema is published.
 */

import type { NodeToEstimate, Range } from './environment.ts';
import { escapeFieldName, isReservedWord } from './field-names.ts';
import { bytesFromBase64, JsonList, JsonMap, wrapDyn, wrapperOf } from './json.ts';
import { parseSchemaDuration } from './schema-duration.ts';
import { KeyedList, SchemaObject, SetList } from './schema-lists.ts';
import { timestampFromText } from './time.ts';
import type { CelType, Field, ObjectType } from './types.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  stringType,
  timestampType,
} from './types.ts';
import type { Value } from './values.ts';
import { Duration } from './values.ts';

/** What is read of a schema; the schemas of CustomResourceDefinitions are such. */
export interface SchemaToDeclare {
  readonly type?: string;
  readonly format?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly required?: readonly string[];
  readonly items?: SchemaToDeclare;
  readonly properties?: Readonly<Record<string, SchemaToDeclare>>;
  readonly additionalProperties?: SchemaToDeclare | boolean;
  readonly 'x-kubernetes-embedded-resource'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: string;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

export interface DeclaredType {
  readonly type: CelType;
  /** Characters, bytes, elements or members that a value can have at most; 0 for scalars and objects. */
  readonly maxSize: number;
  /** Bytes of the shortest JSON of a value. */
  readonly minJsonSize: number;
  /** Of objects, by escaped name. */
  readonly fields?: ReadonlyMap<string, DeclaredType>;
  /** Of lists and maps. */
  readonly element?: DeclaredType;
  readonly wrap: (json: unknown) => Value;
}

/** What a request can be at most: values that no schema bounds are bounded by it. */
export const maxRequestSize = 3 * 1024 * 1024;
/** "9999-12-31T23:59:59.999999999Z" with quotes. */
const maxDateTimeSize = 32;
const maxDurationSize = 32;
const dateSize = 12;

/**
 * The type of a schema's values, or undefined when expressions do not see them. `name` is the name of its object type, and the beginning
 * of the names of the types inside. With `isResource`, apiVersion, kind, metadata.name and metadata.generateName are there whatever the
 * schema says.
 */
export function declareSchema(
  schema: SchemaToDeclare,
  name: string,
  { isResource = false }: { readonly isResource?: boolean } = {},
): DeclaredType | undefined {
  if (schema['x-kubernetes-int-or-string']) return intOrString(schema);
  const whole = isResource ? withTypeAndObjectMeta(schema) : schema;
  switch (whole.type) {
    case 'array':
      return declareList(whole, name);
    case 'object':
      return typeof whole.additionalProperties === 'object'
        ? declareMap(whole, whole.additionalProperties, name)
        : declareObject(whole, name);
    case 'string':
      return declareText(whole);
    case 'boolean':
      return { type: boolType, maxSize: 0, minJsonSize: 4, wrap: wrapDyn };
    case 'number':
      return { type: doubleType, maxSize: 0, minJsonSize: 1, wrap: wrapperOf(doubleType) };
    case 'integer':
      return { type: intType, maxSize: 0, minJsonSize: 1, wrap: wrapDyn };
    default:
      return undefined;
  }
}

/** Sizes of values by their path from a variable: what estimateCost asks for. */
export function sizesOf(variables: ReadonlyMap<string, DeclaredType>): (node: NodeToEstimate) => Range | undefined {
  return ({ path }) => {
    const [variable = '', ...steps] = path ?? [];
    let declared = variables.get(variable);
    for (const step of steps) {
      if (!declared) return undefined;
      // Keys of maps are strings that nothing bounds; upstream takes them to be of size 0.
      if (step === '@keys') return declared.type.kind === 'map' ? { min: 0, max: 0 } : undefined;
      declared = step === '@items' || step === '@values' ? declared.element : declared.fields?.get(step);
    }
    return declared && { min: 0, max: declared.maxSize };
  };
}

function intOrString({ maxLength }: SchemaToDeclare): DeclaredType {
  const maxSize = maxLength === undefined ? maxRequestSize - 2 : bytesOfCharacters(maxLength);
  return { type: dynType, maxSize, minJsonSize: 1, wrap: wrapDyn };
}

/** A code point has up to four bytes. */
function bytesOfCharacters(maxLength: number): number {
  return Math.max(0, maxLength) * 4;
}

function declareNested(schema: SchemaToDeclare, name: string): DeclaredType | undefined {
  return declareSchema(schema, name, { isResource: schema['x-kubernetes-embedded-resource'] ?? false });
}

function declareList(schema: SchemaToDeclare, name: string): DeclaredType | undefined {
  const element = schema.items && declareNested(schema.items, `${name}.@idx`);
  if (!element) return undefined;
  const maxSize =
    schema.maxItems === undefined
      ? Math.floor((maxRequestSize - 2) / (element.minJsonSize + 1))
      : Math.max(0, schema.maxItems);
  return { type: listType(element.type), maxSize, minJsonSize: 2, element, wrap: listWrapper(schema, element) };
}

function listWrapper(schema: SchemaToDeclare, { wrap }: DeclaredType): (json: unknown) => Value {
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []).map((key) => escapeFieldName(key) ?? key);
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return (json) => (Array.isArray(json) ? new SetList(new JsonList(json, wrap)) : wrapDyn(json));
    case 'map':
      return (json) => (Array.isArray(json) ? new KeyedList(new JsonList(json, wrap), keys) : wrapDyn(json));
    default:
      return (json) => (Array.isArray(json) ? new JsonList(json, wrap) : wrapDyn(json));
  }
}

function declareMap(schema: SchemaToDeclare, values: SchemaToDeclare, name: string): DeclaredType | undefined {
  const element = declareNested(values, `${name}.@elem`);
  if (!element) return undefined;
  // A key of two bytes with quotes, a colon and a comma.
  const maxSize =
    schema.maxProperties === undefined
      ? Math.floor((maxRequestSize - 2) / (element.minJsonSize + 6))
      : Math.max(0, schema.maxProperties);
  const { wrap } = element;
  return {
    type: mapType(stringType, element.type),
    maxSize,
    minJsonSize: 2,
    element,
    wrap: (json) => (isRecord(json) ? new JsonMap(json, wrap) : wrapDyn(json)),
  };
}

function isRecord(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** A reserved word may be written as it is behind a dot: self.namespace is self.__namespace__. */
export class FieldMap<T> extends Map<string, T> {
  override get(name: string): T | undefined {
    return super.get(name) ?? (isReservedWord(name) ? super.get(`__${name}__`) : undefined);
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}

function declareObject(schema: SchemaToDeclare, name: string): DeclaredType {
  const declared = new FieldMap<DeclaredType>();
  const fields = new FieldMap<Field>();
  const required = new Set(schema.required);
  let minJsonSize = 2;
  for (const [jsonName, property] of Object.entries(schema.properties ?? {})) {
    const escaped = escapeFieldName(jsonName);
    const field = declareNested(property, `${name}.${escaped ?? jsonName}`);
    if (!field) continue;
    if (escaped !== undefined) {
      declared.set(escaped, field);
      fields.set(escaped, {
        type: field.type,
        wrap: field.wrap,
        ...(escaped === jsonName ? {} : { jsonName }),
      });
    }
    if (required.has(jsonName) && (property.default === undefined || property.default === null)) {
      minJsonSize += jsonName.length + field.minJsonSize + 4;
    }
  }
  const type: ObjectType = { kind: 'object', name, fields };
  const wrap = (json: unknown): Value => (isRecord(json) ? new SchemaObject(json, type) : wrapDyn(json));
  return { type, maxSize: 0, minJsonSize, fields: declared, wrap };
}

function declareText(schema: SchemaToDeclare): DeclaredType {
  const { maxLength } = schema;
  switch (schema.format) {
    case 'byte': {
      const maxSize = maxLength === undefined ? maxRequestSize - 2 : Math.max(0, maxLength);
      return { type: bytesType, maxSize, minJsonSize: 2, wrap: texts(bytesFromBase64) };
    }
    case 'duration':
      return { type: durationType, maxSize: maxDurationSize, minJsonSize: 3, wrap: texts(durationOf) };
    case 'date':
      return { type: timestampType, maxSize: dateSize, minJsonSize: dateSize, wrap: texts(dateOf) };
    case 'date-time':
      return { type: timestampType, maxSize: maxDateTimeSize, minJsonSize: 21, wrap: texts(dateTimeOf) };
    default:
      return { type: stringType, maxSize: maxTextSize(schema), minJsonSize: 2, wrap: wrapDyn };
  }
}

function maxTextSize({ maxLength, enum: values = [] }: SchemaToDeclare): number {
  if (maxLength !== undefined) return bytesOfCharacters(maxLength);
  if (values.length === 0) return maxRequestSize - 2;
  const lengths = values.map((value) => (typeof value === 'string' ? new TextEncoder().encode(value).length : 0));
  return Math.max(0, ...lengths);
}

/** A text that is not of its format stays a text: the expression fails where it uses it. */
function texts(read: (text: string) => Value | undefined): (json: unknown) => Value {
  return (json) => (typeof json === 'string' ? (read(json) ?? json) : wrapDyn(json));
}

function durationOf(text: string): Value | undefined {
  const nanos = parseSchemaDuration(text);
  return nanos === undefined ? undefined : new Duration(nanos);
}

function dateOf(text: string): Value | undefined {
  return timestampFromText(`${text}T00:00:00Z`);
}

/** With an offset, or without one in UTC. */
function dateTimeOf(text: string): Value | undefined {
  return timestampFromText(text) ?? timestampFromText(`${text}Z`);
}

const text: SchemaToDeclare = { type: 'string' };
const objectMeta: SchemaToDeclare = { type: 'object', properties: { name: text, generateName: text } };

function withTypeAndObjectMeta(schema: SchemaToDeclare): SchemaToDeclare {
  const { kind, apiVersion, metadata } = schema.properties ?? {};
  const isDeclared =
    kind?.type === 'string' &&
    apiVersion?.type === 'string' &&
    metadata?.type === 'object' &&
    metadata.properties?.name?.type === 'string' &&
    metadata.properties.generateName?.type === 'string';
  if (isDeclared) return schema;
  return { ...schema, properties: { ...schema.properties, kind: text, apiVersion: text, metadata: objectMeta } };
}
