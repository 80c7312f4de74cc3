/**
 * Typed operations of server-side apply: the fields of a value, what changed between two, their merge, and removing fields. They
 * walk the schema tables; a value without a schema (custom resources that preserve unknown fields) merges objects and replaces lists.
 * (structured-merge-diff: typed)
 */

import { isObject, type JsonObject, jsonEqual, setMember } from '../patch/json-tree.ts';
import type { FieldSchema, Schema, StructSchema } from '../schema/schema.ts';
import { emptyFieldSet, type FieldSet, FieldSetBuilder, fieldSet, leafFieldSet } from './field-set.ts';

/** How a place in an object merges. */
type Shape =
  /** One value: scalars, atomic lists and maps. */
  | { readonly type: 'leaf' }
  | { readonly type: 'map'; readonly child: (key: string) => Place }
  | { readonly type: 'list'; readonly element: Place; readonly elementOf: (item: unknown) => string | undefined };

export interface Place {
  readonly schema: Schema | undefined;
  readonly field: FieldSchema | undefined;
  /** What Go has where JSON has nothing, so that first content is no "added" member: an empty struct, or null. */
  readonly absent: unknown;
  /** An entry of a map, not a declared member. */
  readonly free: boolean;
}

const leaf: Shape = { type: 'leaf' };
const unknownPlace: Place = { schema: undefined, field: undefined, absent: undefined, free: true };

const roots = new WeakMap<StructSchema, Place>();

export function rootPlace(schema: StructSchema | undefined): Place {
  if (!schema) return unknownRoot;
  let place = roots.get(schema);
  if (!place) {
    place = { schema, field: undefined, absent: undefined, free: false };
    roots.set(schema, place);
  }
  return place;
}

const unknownRoot: Place = { schema: undefined, field: undefined, absent: undefined, free: false };

/** Shapes of places of a schema: what is asked of every field of every write is made once. */
const shapes = new WeakMap<Place, Shape>();

/** The shape that a value has at a place. */
export function shapeOf(place: Place, value: unknown): Shape {
  const { schema, field } = place;
  if (schema === undefined) return isObject(value) ? unknownMap : leaf;
  let shape = shapes.get(place);
  if (!shape) {
    shape = makeShape(schema, field);
    shapes.set(place, shape);
  }
  return shape;
}

const unknownMap: Shape = { type: 'map', child: () => unknownPlace };

function makeShape(schema: Schema, field: FieldSchema | undefined): Shape {
  switch (schema.type) {
    case 'struct': {
      if (schema.atomic || field?.mapType === 'atomic') return leaf;
      const places = new Map<string, Place>();
      return { type: 'map', child: (key) => memberPlace(schema, key, places) };
    }
    case 'map': {
      if (field?.mapType === 'atomic') return leaf;
      const element: Place = { schema: schema.element, field: undefined, absent: undefined, free: true };
      return { type: 'map', child: () => element };
    }
    case 'list': {
      const element: Place = { schema: schema.element, field: undefined, absent: undefined, free: false };
      if (field?.listType === 'set') return { type: 'list', element, elementOf: (item) => `v:${JSON.stringify(item)}` };
      if (field?.listType === 'map')
        return { type: 'list', element, elementOf: keyedElement(field.listMapKeys, schema.element) };
      return leaf;
    }
    default:
      return leaf;
  }
}

/** `places` are those of the members that were looked at before. */
function memberPlace(schema: StructSchema, key: string, places: Map<string, Place>): Place {
  const known = places.get(key);
  if (known) return known;
  const field = schema.memberByName.get(key);
  if (!field) return unknownPlace;
  const place: Place = { schema: field.schema, field, absent: absentValue(field), free: false };
  places.set(key, place);
  return place;
}

function absentValue({ schema, pointer, omitempty }: FieldSchema): unknown {
  if (pointer) return undefined;
  if (schema.type === 'struct') return emptyObject;
  return (schema.type === 'list' || schema.type === 'map') && !omitempty ? null : undefined;
}

/** 'k:{"containerPort":80,"protocol":"TCP"}'; keys that are left out count with their declared default. */
function keyedElement(keys: readonly string[], element: Schema): (item: unknown) => string | undefined {
  const sorted = [...keys].sort();
  const defaults = new Map(
    sorted.map((key) => [key, element.type === 'struct' ? element.memberByName.get(key)?.defaultValue : undefined]),
  );
  return (item) => {
    if (!isObject(item)) return undefined;
    const identity: JsonObject = {};
    for (const key of sorted) {
      const value = item[key] ?? defaults.get(key);
      if (value !== undefined) identity[key] = value;
    }
    return `k:${JSON.stringify(identity)}`;
  };
}

function isEmptyContainer(value: unknown): boolean {
  return (isObject(value) && Object.keys(value).length === 0) || (Array.isArray(value) && value.length === 0);
}

/** The fields that a configuration states: what its applier will own. */
export function fieldsOf(value: unknown, place: Place): FieldSet {
  const builder = new FieldSetBuilder();
  addFields(builder, value, place);
  return builder.build();
}

function addFields(builder: FieldSetBuilder, value: unknown, place: Place): void {
  const shape = shapeOf(place, value);
  if (shape.type === 'map' && isObject(value)) {
    for (const key of Object.keys(value)) {
      const child = builder.child(`f:${key}`);
      const childPlace = shape.child(key);
      addFields(child, value[key], childPlace);
      if (value[key] === null || (isObject(value[key]) && isEmptyContainer(value[key])) || childPlace.free)
        child.member = true;
    }
  } else if (shape.type === 'list' && Array.isArray(value)) {
    for (const item of value) {
      const element = shape.elementOf(item);
      if (element === undefined) continue;
      const child = builder.child(element);
      child.member = true;
      if (isObject(item)) addFields(child, item, shape.element);
    }
  } else if (shape.type === 'leaf') {
    builder.member = true;
  }
}

export interface Comparison {
  /** Fields that are new or have another value. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const same: Comparison = { changed: emptyFieldSet, removed: emptyFieldSet };
const leafChanged: Comparison = { changed: leafFieldSet, removed: emptyFieldSet };
const leafRemoved: Comparison = { changed: emptyFieldSet, removed: leafFieldSet };

/** What a write changed. `undefined` stands for nothing there. */
export function compare(before: unknown, after: unknown, place: Place): Comparison {
  if (before === after) return same;
  const shape = shapeOf(place, after ?? before);
  if (shape.type === 'leaf' || (isNothing(before) && isNothing(after))) {
    if (before === undefined) return leafChanged;
    if (after === undefined) return leafRemoved;
    return jsonEqual(before, after) ? same : leafChanged;
  }
  const differences = new Differences();
  if (shape.type === 'map') {
    const old = isObject(before) ? before : emptyObject;
    const next = isObject(after) ? after : emptyObject;
    // In an object that is new or gone as a whole, everything is.
    const whole = before === undefined || after === undefined;
    const compareMember = (key: string): void => {
      const oldValue = Object.hasOwn(old, key) ? old[key] : undefined;
      const nextValue = Object.hasOwn(next, key) ? next[key] : undefined;
      if (oldValue === nextValue) return;
      const child = shape.child(key);
      const absent = whole ? undefined : child.absent;
      differences.add(`f:${key}`, compare(oldValue ?? absent, nextValue ?? absent, child));
    };
    for (const key of Object.keys(next)) compareMember(key);
    for (const key of Object.keys(old)) if (!Object.hasOwn(next, key)) compareMember(key);
  } else {
    const old = itemsByElement(before, shape.elementOf);
    const next = itemsByElement(after, shape.elementOf);
    for (const [element, item] of next) differences.add(element, compare(old.get(element), item, shape.element));
    for (const [element, item] of old) {
      if (!next.has(element)) differences.add(element, compare(item, undefined, shape.element));
    }
  }
  return differences.at(before === undefined, before !== undefined && after === undefined);
}

/** What was found different below a place; most places have nothing. */
class Differences {
  private changed: Map<string, FieldSet> | undefined;
  private removed: Map<string, FieldSet> | undefined;

  add(element: string, { changed, removed }: Comparison): void {
    if (!changed.isEmpty) {
      this.changed ??= new Map();
      this.changed.set(element, changed);
    }
    if (!removed.isEmpty) {
      this.removed ??= new Map();
      this.removed.set(element, removed);
    }
  }

  at(isNew: boolean, isGone: boolean): Comparison {
    const { changed, removed } = this;
    if (!changed && !removed && !isNew && !isGone) return same;
    return {
      changed: changed ? fieldSet(isNew, changed) : isNew ? leafFieldSet : emptyFieldSet,
      removed: removed ? fieldSet(isGone, removed) : isGone ? leafFieldSet : emptyFieldSet,
    };
  }
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || isEmptyContainer(value);
}

const emptyObject: Readonly<JsonObject> = Object.freeze({});

function itemsByElement(list: unknown, elementOf: (item: unknown) => string | undefined): Map<string, unknown> {
  const items = new Map<string, unknown>();
  for (const item of Array.isArray(list) ? list : []) {
    const element = elementOf(item);
    if (element !== undefined) items.set(element, item);
  }
  return items;
}

/** The live value with the configuration on top: stated fields win, maps and keyed lists merge, the rest stays. */
export function merge(live: unknown, configuration: unknown, place: Place): unknown {
  if (configuration === undefined) return live;
  const shape = shapeOf(place, configuration);
  if (shape.type === 'map' && isObject(configuration)) {
    const merged: JsonObject = {};
    if (isObject(live)) for (const key of Object.keys(live)) setMember(merged, key, live[key]);
    for (const key of Object.keys(configuration)) {
      if (configuration[key] === null) delete merged[key];
      else setMember(merged, key, merge(merged[key], configuration[key], shape.child(key)));
    }
    return merged;
  }
  if (shape.type === 'list' && Array.isArray(configuration)) {
    return mergeLists(Array.isArray(live) ? live : [], configuration, shape.element, shape.elementOf);
  }
  return configuration;
}

/**
 * Stated elements come in the configuration's order; those that only the live list has keep their place before those that follow them
 * there, and come before new ones (structured-merge-diff: visitListItems).
 */
function mergeLists(
  live: readonly unknown[],
  stated: readonly unknown[],
  place: Place,
  elementOf: (item: unknown) => string | undefined,
): unknown[] {
  const liveItems = itemsByElement(live, elementOf);
  const statedElements = stated.map(elementOf);
  const isStated = new Set(statedElements);
  const shared = statedElements.filter((element) => element !== undefined && liveItems.has(element));
  const taken = new Set<string | undefined>();
  const merged: unknown[] = [];
  let nextShared = 0;
  let next = 0;
  const takeStated = (position: number): void => {
    const item = stated[position];
    const element = statedElements[position];
    taken.add(element);
    merged.push(isObject(item) ? merge(element === undefined ? undefined : liveItems.get(element), item, place) : item);
    if (shared[nextShared] === element && nextShared < shared.length) nextShared++;
  };
  for (let position = 0; next < live.length || position < stated.length; ) {
    if (next < live.length) {
      const element = elementOf(live[next]);
      if (!isStated.has(element)) {
        merged.push(live[next++]);
        continue;
      }
      const isNext = position < stated.length && element === statedElements[position];
      const isLater = position < stated.length && nextShared < shared.length && element !== shared[nextShared];
      if (isNext || isLater || taken.has(element)) next++;
      if (!isNext && isLater) continue;
    }
    if (position < stated.length) takeStated(position++);
  }
  return merged;
}

/**
 * Removes what was applied before and is stated by nobody any more: every path of `dropped`, unless `owned` has it or something
 * below it.
 */
export function prune(value: unknown, dropped: FieldSet, owned: FieldSet | undefined, place: Place): unknown {
  const shape = shapeOf(place, value);
  if (shape.type === 'map' && isObject(value)) {
    const pruned: JsonObject = {};
    for (const key of Object.keys(value)) {
      const drop = dropped.children.get(`f:${key}`);
      const own = owned?.children.get(`f:${key}`);
      if (drop?.member && !own) continue;
      setMember(pruned, key, drop ? prune(value[key], drop, own, shape.child(key)) : value[key]);
    }
    return pruned;
  }
  if (shape.type === 'list' && Array.isArray(value)) {
    return value.flatMap((item) => {
      const element = shape.elementOf(item);
      const drop = element === undefined ? undefined : dropped.children.get(element);
      const own = element === undefined ? undefined : owned?.children.get(element);
      if (!drop) return [item];
      return drop.member && !own ? [] : [prune(item, drop, own, shape.element)];
    });
  }
  return value;
}
