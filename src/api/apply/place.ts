/**
 * Places: what the schema says of a value in an object, and how it merges. A value without a schema (what custom resources leave open)
 * merges objects member by member and replaces lists (structured-merge-diff: the deduced type).
 */

import { isObject, type JsonObject } from '../patch/json-tree.ts';
import type { FieldSchema, ListSchema, MapSchema, Schema, StructSchema } from '../schema/schema.ts';
import { plainZero } from '../schema/zero.ts';
import { keyElement } from './field-set.ts';

/** How a place in an object merges. */
export type Shape =
  /** One value: scalars, atomic lists and maps. */
  | { readonly type: 'leaf' }
  /** `implied`: members that Go writes where nothing is there, with what it writes. */
  | { readonly type: 'map'; readonly child: (key: string) => Place; readonly implied: ReadonlyMap<string, unknown> }
  /** `elementOf`: the path element of an item; undefined for an item that cannot have one. */
  | { readonly type: 'list'; readonly element: Place; readonly elementOf: (item: unknown) => string | undefined };

export interface Place {
  readonly schema: Schema | undefined;
  readonly field: FieldSchema | undefined;
  /** What Go has where JSON has nothing, so that first content is no "added" member: an empty struct, null, or a zero that it writes. */
  readonly absent: unknown;
  /** An entry of a map, not a declared member. */
  readonly free: boolean;
}

const leaf: Shape = { type: 'leaf' };
const unknownPlace: Place = { schema: undefined, field: undefined, absent: undefined, free: true };
const nothingImplied: ReadonlyMap<string, unknown> = new Map();
const openMap: Shape = { type: 'map', child: () => unknownPlace, implied: nothingImplied };

const roots = new WeakMap<StructSchema, Place>();
const unknownRoot: Place = { schema: undefined, field: undefined, absent: undefined, free: false };

export function rootPlace(schema: StructSchema | undefined): Place {
  if (!schema) return unknownRoot;
  let place = roots.get(schema);
  if (!place) {
    place = { schema, field: undefined, absent: undefined, free: false };
    roots.set(schema, place);
  }
  return place;
}

/** Shapes of places of a schema: what is asked of every field of every write is made once. */
const shapes = new WeakMap<Place, Shape>();

/** The shape that a value has at a place. */
export function shapeOf(place: Place, value: unknown): Shape {
  const { schema, field } = place;
  if (schema === undefined) return isObject(value) || value === null || value === undefined ? openMap : leaf;
  let shape = shapes.get(place);
  if (!shape) {
    shape = makeShape(schema, field);
    shapes.set(place, shape);
  }
  return shape;
}

function makeShape(schema: Schema, field: FieldSchema | undefined): Shape {
  switch (schema.type) {
    case 'struct':
      return isAtomic(schema, field) ? leaf : structShape(schema);
    case 'map':
      return isAtomic(schema, field) ? leaf : mapShape(schema);
    case 'list':
      return listShape(schema, field);
    default:
      return leaf;
  }
}

/** Types that OpenAPI gives no type: what is there decides. */
function isUntyped({ type }: Schema): boolean {
  return type === 'any' || type === 'JSON' || type.startsWith('JSONSchemaPropsOr');
}

function isAtomic(schema: StructSchema | MapSchema, field: FieldSchema | undefined): boolean {
  if (field?.mapType) return field.mapType === 'atomic';
  return schema.type === 'struct' && schema.atomic;
}

function structShape(schema: StructSchema): Shape {
  const places = new Map<string, Place>();
  return {
    type: 'map',
    implied: impliedMembers(schema),
    child: (key) => {
      const known = places.get(key);
      if (known) return known;
      const field = schema.memberByName.get(key);
      if (!field) return unknownPlace;
      const place = memberPlace(field);
      places.set(key, place);
      return place;
    },
  };
}

/** Of a declared member. */
export function memberPlace(field: FieldSchema): Place {
  const schema = isUntyped(field.schema) ? undefined : field.schema;
  return { schema, field, absent: absentValue(field), free: false };
}

function mapShape(schema: MapSchema): Shape {
  const element = entryPlace(schema);
  return { type: 'map', child: () => element, implied: nothingImplied };
}

/** Of the entries of a map. */
export function entryPlace({ element }: MapSchema): Place {
  return { schema: isUntyped(element) ? undefined : element, field: undefined, absent: undefined, free: true };
}

function listShape(schema: ListSchema, field: FieldSchema | undefined): Shape {
  if (field?.listType !== 'set' && field?.listType !== 'map') return leaf;
  const elementOf = field.listType === 'set' ? setElement : keyedElement(field.listMapKeys, schema.element);
  return { type: 'list', element: elementPlace(schema), elementOf };
}

/** Of the elements of a list. */
export function elementPlace({ element }: ListSchema): Place {
  return { schema: isUntyped(element) ? undefined : element, field: undefined, absent: undefined, free: false };
}

/** Structs are left to what decoding and defaults make of them. */
function impliedMembers({ members }: StructSchema): ReadonlyMap<string, unknown> {
  const implied = members.flatMap((field): [string, unknown][] => {
    const zero = field.schema.type === 'struct' && !field.pointer ? undefined : writtenZero(field);
    return zero === undefined ? [] : [[field.name, zero]];
  });
  return implied.length === 0 ? nothingImplied : new Map(implied);
}

function absentValue(field: FieldSchema): unknown {
  return field.schema.type === 'struct' && !field.pointer ? emptyObject : writtenZero(field);
}

/** What Go writes of a member that is not set; undefined for nothing. */
function writtenZero({ schema, pointer, omitempty, omitzero }: FieldSchema): unknown {
  // A time is a struct, which omitempty never leaves out.
  const isTime = schema.type === 'Time' || schema.type === 'MicroTime';
  if (omitzero || (omitempty && (pointer || !isTime))) return undefined;
  return pointer || writtenAsNull.has(schema.type) ? null : plainZero(schema);
}

const writtenAsNull: ReadonlySet<Schema['type']> = new Set(['Time', 'MicroTime', 'list', 'map', 'bytes']);

const emptyObject: Readonly<JsonObject> = Object.freeze({});

function setElement(item: unknown): string | undefined {
  return item === null || typeof item === 'object' ? undefined : `v:${JSON.stringify(item)}`;
}

const noKeys = keyElement([], () => undefined);

/** Keys that are left out count with their declared default; an item without any has no element. */
function keyedElement(keys: readonly string[], element: Schema): (item: unknown) => string | undefined {
  const sorted = [...keys].sort();
  const defaults = new Map(
    sorted.map((key) => [key, element.type === 'struct' ? keyDefault(element.memberByName.get(key)) : undefined]),
  );
  return (item) => {
    if (!isObject(item)) return undefined;
    const text = keyElement(sorted, (key) =>
      Object.hasOwn(item, key) && item[key] !== undefined ? item[key] : defaults.get(key),
    );
    return text === noKeys ? undefined : text;
  };
}

/** Required members have their zero value as their default in upstream's OpenAPI. */
function keyDefault(field: FieldSchema | undefined): unknown {
  if (!field || field.defaultValue !== undefined || field.pointer || field.omitempty) return field?.defaultValue;
  return plainZero(field.schema);
}
