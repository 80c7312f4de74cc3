/**
 * Typed operations of server-side apply: the fields of a value, what changed between two, and taking fields away. They walk the schema
 * tables, and agree with upstream on nulls, empty objects and lists with one element twice (structured-merge-diff: typed).
 */

import { isObject, type JsonObject, jsonEqual, setMember } from '../patch/json-tree.ts';
import { emptyFieldSet, type FieldSet, fieldSet, leafFieldSet } from './field-set.ts';
import { elementPlace, entryPlace, memberPlace, type Place, type Shape, shapeOf } from './place.ts';

type MapShape = Extract<Shape, { readonly type: 'map' }>;
type ListShape = Extract<Shape, { readonly type: 'list' }>;

/** The fields that a value has: of a configuration, what its applier will own. `member`: itself is one of them. */
export function fieldsOf(value: unknown, place: Place, member = false): FieldSet {
  const shape = shapeOf(place, value);
  if (shape.type === 'leaf') return leafFieldSet;
  if (shape.type === 'list') {
    const ofItem = (item: unknown): FieldSet => fieldsOf(item, shape.element, true);
    return fieldSet(member, elementsOf(value, shape, ofItem));
  }
  const children = new Map<string, FieldSet>();
  if (isObject(value)) {
    for (const key in value) {
      const child = shape.child(key);
      const isMember = child.free || value[key] === null || isEmptyObject(value[key]);
      const fields = fieldsOf(value[key], child, isMember);
      if (!fields.isEmpty) children.set(`f:${key}`, fields);
    }
  }
  return fieldSet(member, children);
}

/** The fields that come or go with a value as a whole: all of them, itself too. */
function allOf(value: unknown, place: Place, zeros: boolean): FieldSet {
  const shape = shapeOf(place, value);
  if (shape.type === 'leaf' || !hasContent(value, shape, zeros)) return leafFieldSet;
  if (shape.type === 'list') {
    const ofItem = (item: unknown): FieldSet => allOf(item, shape.element, zeros);
    return fieldSet(true, elementsOf(value, shape, ofItem));
  }
  const children = new Map<string, FieldSet>();
  const object = value as JsonObject;
  for (const key in object) {
    if (object[key] !== undefined) children.set(`f:${key}`, allOf(object[key], shape.child(key), zeros));
  }
  if (zeros) {
    for (const [key, zero] of shape.implied) {
      if (!Object.hasOwn(object, key)) children.set(`f:${key}`, allOf(zero, shape.child(key), zeros));
    }
  }
  return fieldSet(true, children);
}

/** By element; one that is there twice is one value. */
function elementsOf(
  list: unknown,
  { elementOf }: ListShape,
  ofItem: (item: unknown) => FieldSet,
): Map<string, FieldSet> {
  const children = new Map<string, FieldSet>();
  for (const item of Array.isArray(list) ? list : []) {
    const element = elementOf(item);
    if (element !== undefined) children.set(element, children.has(element) ? leafFieldSet : ofItem(item));
  }
  return children;
}

export interface Comparison {
  /** Fields that are new or have another value. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const same: Comparison = { changed: emptyFieldSet, removed: emptyFieldSet };
const leafChanged: Comparison = { changed: leafFieldSet, removed: emptyFieldSet };

/**
 * What a write changed. `undefined` stands for nothing there. `zeros`: members that are not there count as what Go has for them; for
 * decoded objects, whose JSON would say more.
 */
export function compare(before: unknown, after: unknown, place: Place, zeros: boolean): Comparison {
  if (before === after) return same;
  if (before === undefined) return { changed: allOf(after, place, zeros), removed: emptyFieldSet };
  if (after === undefined) return { changed: emptyFieldSet, removed: allOf(before, place, zeros) };
  const shape = shapeOf(place, after ?? before);
  if (shape.type === 'leaf' || !(hasContent(before, shape, zeros) || hasContent(after, shape, zeros))) {
    if (jsonEqual(before, after)) return same;
    return place.schema === undefined ? compareUntyped(before, after, place, zeros) : leafChanged;
  }
  if (shape.type === 'list') return compareLists(before, after, shape, zeros);
  if (place.schema === undefined && before !== null && !isObject(before))
    return compareUntyped(before, after, place, zeros);
  return compareMaps(before, after, shape, zeros);
}

function compareMaps(before: unknown, after: unknown, shape: MapShape, zeros: boolean): Comparison {
  const differences = new Differences();
  const old = isObject(before) ? before : emptyObject;
  const next = isObject(after) ? after : emptyObject;
  for (const key in next) {
    const oldValue = Object.hasOwn(old, key) ? old[key] : undefined;
    if (oldValue !== next[key]) compareMember(differences, shape, key, oldValue, next[key], zeros);
  }
  for (const key in old) {
    if (!Object.hasOwn(next, key)) compareMember(differences, shape, key, old[key], undefined, zeros);
  }
  return differences.found();
}

function compareMember(
  differences: Differences,
  shape: MapShape,
  key: string,
  before: unknown,
  after: unknown,
  zeros: boolean,
): void {
  const child = shape.child(key);
  const left = before === undefined && zeros ? child.absent : before;
  const right = after === undefined && zeros ? child.absent : after;
  if (left !== right) differences.add(`f:${key}`, compare(left, right, child, zeros));
}

/** Where no schema says what it is: an object that became something else loses its members, something that became one gets them. */
function compareUntyped(before: unknown, after: unknown, place: Place, zeros: boolean): Comparison {
  const gone = hasMembers(before) ? compare(before, null, place, zeros) : same;
  const come = hasMembers(after) ? compare(null, after, place, zeros) : same;
  return { changed: gone.changed.union(come.changed).union(leafFieldSet), removed: gone.removed.union(come.removed) };
}

function hasMembers(value: unknown): boolean {
  return isObject(value) && !isEmptyObject(value);
}

/** Elements that are there twice are one value: changed as a whole, added and removed beside what there was once. */
function compareLists(before: unknown, after: unknown, shape: ListShape, zeros: boolean): Comparison {
  // Nearly always: then no element has to be found.
  if (jsonEqual(before, after)) return same;
  const differences = new Differences();
  const old = itemsByElement(before, shape.elementOf);
  const next = itemsByElement(after, shape.elementOf);
  for (const [element, right] of next) {
    differences.add(element, compareItems(old.get(element) ?? nothing, right, shape.element, zeros));
  }
  for (const [element, left] of old) {
    if (!next.has(element)) differences.add(element, compareItems(left, nothing, shape.element, zeros));
  }
  return differences.found();
}

function compareItems(left: readonly unknown[], right: readonly unknown[], place: Place, zeros: boolean): Comparison {
  if (left.length < 2 && right.length < 2) return compare(left[0], right[0], place, zeros);
  if (left.length > 1 && right.length > 1) return jsonEqual(left, right) ? same : leafChanged;
  if (left.length > 1) {
    const { changed } = compare(undefined, right[0], place, zeros);
    return { changed, removed: leafFieldSet };
  }
  const { removed } = compare(left[0], undefined, place, zeros);
  return { changed: leafFieldSet, removed };
}

const nothing: readonly unknown[] = [];

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

  found(): Comparison {
    const { changed, removed } = this;
    if (!changed && !removed) return same;
    return {
      changed: changed ? fieldSet(false, changed) : emptyFieldSet,
      removed: removed ? fieldSet(false, removed) : emptyFieldSet,
    };
  }
}

const emptyObject: Readonly<JsonObject> = Object.freeze({});

/** A map or list of the shape with something in it; with `zeros`, what Go writes into it counts. */
export function hasContent(value: unknown, shape: Shape, zeros = false): boolean {
  if (shape.type === 'list') return Array.isArray(value) && value.length > 0;
  if (!isObject(value)) return false;
  return (zeros && shape.type === 'map' && shape.implied.size > 0) || !isEmptyObject(value);
}

function isEmptyObject(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const key in value) if (Object.hasOwn(value, key)) return false;
  return true;
}

export function itemsByElement(
  list: unknown,
  elementOf: (item: unknown) => string | undefined,
): Map<string, readonly unknown[]> {
  const items = new Map<string, unknown[]>();
  for (const item of Array.isArray(list) ? list : []) {
    const element = elementOf(item);
    if (element === undefined) continue;
    const known = items.get(element);
    if (known) known.push(item);
    else items.set(element, [item]);
  }
  return items;
}

/** The value without the members and items that the set names. What has nothing left is null, as upstream leaves it. */
export function removeFields(value: unknown, set: FieldSet, place: Place): unknown {
  const shape = shapeOf(place, value);
  if (shape.type === 'leaf') return value;
  if (!hasContent(value, shape)) return null;
  if (shape.type === 'list') {
    const kept = (value as readonly unknown[]).flatMap((item) => {
      const element = shape.elementOf(item);
      const gone = element === undefined ? undefined : set.children.get(element);
      if (!gone) return [item];
      return gone.member ? [] : [removeFields(item, gone, shape.element)];
    });
    return kept.length > 0 ? kept : null;
  }
  const kept: JsonObject = {};
  for (const key of Object.keys(value as JsonObject)) {
    const gone = set.children.get(`f:${key}`);
    const item = (value as JsonObject)[key];
    if (!gone) setMember(kept, key, item);
    else if (!gone.member) setMember(kept, key, removeFields(item, gone, shape.child(key)));
  }
  return Object.keys(kept).length > 0 ? kept : null;
}

/** The set with the declared members that lead to its paths (upstream: EnsureNamedFieldsAreMembers). */
export function withNamedFields(set: FieldSet, place: Place): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, child] of set.children) {
    const [below, named] = childAt(place, element);
    const widened = child.children.size === 0 ? child : withNamedFields(child, below);
    const member = widened.member || (named && child.children.size > 0);
    children.set(element, member === widened.member ? widened : fieldSet(member, widened.children));
  }
  return fieldSet(set.member, children);
}

const nowhere: Place = { schema: undefined, field: undefined, absent: undefined, free: true };

/** The place of an element, and whether it is a declared member; values play no part. */
function childAt({ schema }: Place, element: string): readonly [Place, boolean] {
  if (schema?.type === 'list') return [elementPlace(schema), false];
  if (schema?.type === 'map') return [entryPlace(schema), false];
  if (schema?.type !== 'struct') return [nowhere, false];
  const field = schema.memberByName.get(element.slice(2));
  return field ? [memberPlace(field), true] : [nowhere, false];
}
