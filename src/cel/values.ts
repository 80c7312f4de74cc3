/**
 * CEL's values as plain JavaScript where there is a match: int is bigint, double is number, string, boolean, null, bytes are
 * Uint8Array. The others are the classes below. JSON is wrapped lazily and never copied (json.ts).
 *
 * An error is a value too while an expression runs (CelError), so that `||` and `&&` can absorb it; only functions that
 * return Result hand one out, and no list, map or optional ever holds one.
 */

import type { CelType, ObjectType, OpaqueType } from './types.ts';
import {
  boolType,
  bytesType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  nullType,
  optionalType,
  runtimeTypeName,
  stringType,
  timestampType,
  typeType,
  uintType,
} from './types.ts';

export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | TypeValue
  | CelList
  | CelMap
  | OptionalValue
  | OpaqueValue;

export type Result = Value | CelError;

/** A failed evaluation, in cel-go's words ('no such key: x', 'division by zero'). */
export class CelError {
  readonly message: string;
  /** Id of the expression node where it arose, if known. */
  readonly node: number | undefined;

  constructor(message: string, node?: number) {
    this.message = message;
    this.node = node;
  }
}

export class Uint {
  readonly value: bigint;

  constructor(value: bigint) {
    this.value = value;
  }
}

export class Timestamp {
  /** Nanoseconds since the Unix epoch, from year 1 to 9999. */
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class Duration {
  readonly nanos: bigint;

  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class TypeValue {
  readonly type: CelType;

  constructor(type: CelType) {
    this.type = type;
  }

  get name(): string {
    return runtimeTypeName(this.type);
  }
}

/** A value of a library. `equals` is asked with a value of any type. */
export abstract class OpaqueValue {
  abstract readonly type: OpaqueType;
  abstract equals(other: Value): boolean;

  /** What size() and the cost rules take as its size; undefined for a scalar. */
  get size(): number | undefined {
    return undefined;
  }
}

export class OptionalValue {
  static readonly none = new OptionalValue(undefined);
  /** undefined: none. CEL's null is a value. */
  readonly value: Value | undefined;

  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export abstract class CelList {
  abstract readonly size: number;
  /** The index is within bounds. */
  abstract get(index: number): Value;

  *[Symbol.iterator](): Iterator<Value> {
    for (let index = 0; index < this.size; index++) yield this.get(index);
  }

  contains(value: Value): boolean {
    for (let index = 0; index < this.size; index++) if (equal(this.get(index), value)) return true;
    return false;
  }

  equals(other: Value): boolean {
    if (!(other instanceof CelList) || other.size !== this.size) return false;
    for (let index = 0; index < this.size; index++) if (!equal(this.get(index), other.get(index))) return false;
    return true;
  }

  /** `this + other`; lists of schemas override it (sets, lists by key). */
  concat(other: CelList): CelList {
    if (this.size === 0) return other;
    return other.size === 0 ? this : new ConcatenatedList(this, other);
  }
}

/** Maps, and objects with declared fields (then objectType is set): upstream's object values are maps too. */
export abstract class CelMap {
  abstract readonly size: number;
  /** undefined when there is no such key. */
  abstract get(key: Value): Value | undefined;
  abstract keys(): Iterable<Value>;

  /** Set for objects; it is what type() answers. */
  get objectType(): ObjectType | undefined {
    return undefined;
  }

  /** What a selection finds: as get, but what is evaluated only now may fail. */
  select(key: Value): Result | undefined {
    return this.get(key);
  }

  has(key: Value): boolean {
    return this.get(key) !== undefined;
  }

  equals(other: Value): boolean {
    if (!(other instanceof CelMap) || other.size !== this.size) return false;
    for (const key of this.keys()) {
      const mine = this.get(key);
      const theirs = other.get(key);
      if (mine === undefined || theirs === undefined || !equal(mine, theirs)) return false;
    }
    return true;
  }
}

export class ArrayList extends CelList {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    super();
    this.items = items;
  }

  get size(): number {
    return this.items.length;
  }

  get(index: number): Value {
    return this.items[index] ?? null;
  }
}

/**
 * Concatenation without a copy until it is read often enough: what has the same list in it again and again is long, and made by few steps. A read
 * looks for its part until reads have looked at as many parts as there are elements.
 */
class ConcatenatedList extends CelList {
  readonly size: number;
  #parts: readonly [CelList, CelList] | undefined;
  #items: Value[] | undefined;
  #looks = 0;

  constructor(left: CelList, right: CelList) {
    super();
    this.size = left.size + right.size;
    this.#parts = [left, right];
  }

  get(index: number): Value {
    if (!this.#items && this.#looks > this.size) this.#items = this.#flatten();
    if (this.#items) return this.#items[index] ?? null;
    let list: CelList = this;
    let at = index;
    while (list instanceof ConcatenatedList && list.#parts) {
      this.#looks++;
      const [left, right]: readonly [CelList, CelList] = list.#parts;
      const isLeft = at < left.size;
      if (!isLeft) at -= left.size;
      list = isLeft ? left : right;
    }
    return list.get(at);
  }

  #flatten(): Value[] {
    const reversed: Value[] = [];
    const pending: CelList[] = [this];
    for (let list = pending.pop(); list; list = pending.pop()) {
      if (list instanceof ConcatenatedList && list.#parts && !list.#items) pending.push(...list.#parts);
      else for (let index = list.size - 1; index >= 0; index--) reversed.push(list.get(index));
    }
    this.#parts = undefined;
    return reversed.reverse();
  }
}

/** A map of its own entries. int, uint and integral double keys of one number are one key. */
export class ValueMap extends CelMap {
  readonly #entries: ReadonlyMap<MapKey, readonly [Value, Value]>;

  constructor(entries: ReadonlyMap<MapKey, readonly [Value, Value]>) {
    super();
    this.#entries = entries;
  }

  /** Later entries win. Keys that are no map keys are left out: callers check with mapKey. */
  static of(entries: Iterable<readonly [Value, Value]>): ValueMap {
    const map = new Map<MapKey, readonly [Value, Value]>();
    for (const entry of entries) {
      const key = mapKey(entry[0]);
      if (key !== undefined) map.set(key, entry);
    }
    return new ValueMap(map);
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Value): Value | undefined {
    const normal = mapKey(key);
    return normal === undefined ? undefined : this.#entries.get(normal)?.[1];
  }

  *keys(): Iterable<Value> {
    for (const [key] of this.#entries.values()) yield key;
  }
}

/** An object that an expression made: `Name{field: value}`. */
export class ObjectValue extends CelMap {
  readonly #type: ObjectType;
  readonly #fields: ReadonlyMap<string, Value>;

  constructor(type: ObjectType, fields: ReadonlyMap<string, Value>) {
    super();
    this.#type = type;
    this.#fields = fields;
  }

  override get objectType(): ObjectType {
    return this.#type;
  }

  get size(): number {
    return this.#fields.size;
  }

  get(key: Value): Value | undefined {
    return typeof key === 'string' ? this.#fields.get(key) : undefined;
  }

  keys(): Iterable<Value> {
    return this.#fields.keys();
  }
}

/** An object whose fields are evaluated when an expression selects them, each once. */
export class LazyObject extends CelMap {
  readonly #type: ObjectType;
  readonly #evaluate: (field: string) => Result;
  readonly #known = new Map<string, Result>();

  constructor(type: ObjectType, evaluate: (field: string) => Result) {
    super();
    this.#type = type;
    this.#evaluate = evaluate;
  }

  override get objectType(): ObjectType {
    return this.#type;
  }

  get size(): number {
    return this.#type.fields.size;
  }

  override select(key: Value): Result | undefined {
    if (typeof key !== 'string' || !this.#type.fields.has(key)) return undefined;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const result = this.#evaluate(key);
    this.#known.set(key, result);
    return result;
  }

  /** A field that cannot be evaluated counts as absent where objects are compared. */
  get(key: Value): Value | undefined {
    const result = this.select(key);
    return result instanceof CelError ? undefined : result;
  }

  override has(key: Value): boolean {
    return typeof key === 'string' && this.#type.fields.has(key);
  }

  keys(): Iterable<Value> {
    return this.#type.fields.keys();
  }
}

export type MapKey = string | bigint | boolean | number | null;

/** The key under which a map files it, or undefined for values that can be no key. */
export function mapKey(value: Value): MapKey | undefined {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') return value;
  if (value instanceof Uint) return value.value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  return value === null ? null : undefined;
}

/** `==`: numbers of different types are compared by their mathematical value, values of other unlike types are unequal. */
export function equal(left: Value, right: Value): boolean {
  if (left === right) return true;
  switch (typeof left) {
    case 'string':
    case 'boolean':
      return false;
    case 'bigint':
    case 'number':
      return compareNumbers(left, right) === 0;
  }
  if (left === null || right === null) return false;
  if (left instanceof Uint) return compareNumbers(left, right) === 0;
  if (left instanceof CelMap || left instanceof CelList || left instanceof OpaqueValue) return left.equals(right);
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanos === right.nanos;
  if (left instanceof Duration) return right instanceof Duration && left.nanos === right.nanos;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof OptionalValue) {
    if (!(right instanceof OptionalValue)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equal(left.value, right.value);
  }
  return right instanceof Uint8Array && compareBytes(left, right) === 0;
}

/**
 * Negative, zero or positive; NaN when one of them is NaN; undefined when one is not a number. An integer is compared with a double as a
 * double, with what that loses, as cel-go does.
 */
export function compareNumbers(left: Value, right: Value): number | undefined {
  const first = left instanceof Uint ? left.value : left;
  const second = right instanceof Uint ? right.value : right;
  if (typeof first === 'bigint' || typeof first === 'number') {
    if (typeof second === 'bigint' || typeof second === 'number') {
      if (typeof first === typeof second) return order(first, second);
      return order(Number(first), Number(second));
    }
  }
  return undefined;
}

function order(left: bigint | number, right: bigint | number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : Number.NaN;
}

export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shorter = Math.min(left.length, right.length);
  for (let index = 0; index < shorter; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const dynList = listType(dynType);
const dynMap = mapType(dynType, dynType);
const dynOptional = optionalType(dynType);
const anyType = typeType();

/** The type of a value as it runs: lists, maps and optionals of dyn. */
export function typeOf(value: Value): CelType {
  switch (typeof value) {
    case 'string':
      return stringType;
    case 'boolean':
      return boolType;
    case 'bigint':
      return intType;
    case 'number':
      return doubleType;
  }
  if (value === null) return nullType;
  if (value instanceof CelMap) return value.objectType ?? dynMap;
  if (value instanceof CelList) return dynList;
  if (value instanceof Uint) return uintType;
  if (value instanceof Uint8Array) return bytesType;
  if (value instanceof Timestamp) return timestampType;
  if (value instanceof Duration) return durationType;
  if (value instanceof TypeValue) return anyType;
  return value instanceof OptionalValue ? dynOptional : value.type;
}

/** May the value be handed to a parameter of that type? Elements of lists and maps are not looked at, as in cel-go. */
export function isOfType(value: Value, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'any':
    case 'parameter':
    case 'error':
      return true;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'bigint';
    case 'uint':
      return value instanceof Uint;
    case 'double':
      return typeof value === 'number';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'null':
      return value === null;
    case 'timestamp':
      return value instanceof Timestamp;
    case 'duration':
      return value instanceof Duration;
    case 'type':
      return value instanceof TypeValue;
    case 'list':
      return value instanceof CelList;
    case 'map':
      return value instanceof CelMap;
    case 'object':
      return value === null || (value instanceof CelMap && value.objectType?.name === type.name);
    case 'wrapper':
      return value === null || isOfType(value, type.of);
    case 'opaque':
      if (type.name === 'optional_type') return value instanceof OptionalValue;
      return value instanceof OpaqueValue && value.type.name === type.name;
  }
}

const encoder = new TextEncoder();

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

const surrogatePair = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Unicode code points of a string: what size() counts. */
export function codePoints(text: string): number {
  surrogatePair.lastIndex = 0;
  let pairs = 0;
  while (surrogatePair.test(text)) pairs++;
  return text.length - pairs;
}

/** Where the code point of that number begins; the text's length for the one behind the last, undefined beyond. */
export function offsetOf(text: string, codePoint: number): number | undefined {
  surrogatePair.lastIndex = 0;
  let pairs = 0;
  // A pair that begins before the wanted one moves it by a unit.
  for (let pair = surrogatePair.exec(text); pair && pair.index < codePoint + pairs; pair = surrogatePair.exec(text))
    pairs++;
  const offset = codePoint + pairs;
  return offset > text.length ? undefined : offset;
}

/** What the cost rules take as the size of a value: code points, bytes, elements; 1 for scalars (cel-go's actualSize). */
export function sizeForCost(value: Value): number {
  if (typeof value === 'string') return codePoints(value);
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof CelList || value instanceof CelMap) return value.size;
  if (value instanceof Uint8Array) return value.length;
  if (value instanceof OpaqueValue) return value.size ?? 1;
  return value instanceof OptionalValue && value.value !== undefined ? sizeForCost(value.value) : 1;
}
