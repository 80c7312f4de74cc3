/** JSON as CEL values of a declared type: wrapped when it is looked at, never copied. */

import { parseDuration } from '../api/duration.ts';
import { timestampFromText } from './time.ts';
import type { CelType, ObjectType } from './types.ts';
import type { Value } from './values.ts';
import { CelList, CelMap, Duration, Uint } from './values.ts';

export type Wrapper = (json: unknown) => Value;

const wrappers = new WeakMap<CelType, Wrapper>();

/**
 * The function that makes values of a type from JSON. JSON null is CEL's null whatever the type; a number is int, uint or double by
 * the declared type, and in dyn an int when it is integral; a date-time or duration that cannot be parsed, and any JSON that is not of the
 * declared type, is wrapped as dyn, so that the expression fails where it uses it.
 */
export function wrapperOf(type: CelType): Wrapper {
  const known = wrappers.get(type);
  if (known) return known;
  const made = makeWrapper(type);
  wrappers.set(type, made);
  return made;
}

/** JSON without a schema. */
export function wrapDyn(json: unknown): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return json;
    case 'number':
      return Number.isInteger(json) ? BigInt(json) : json;
    case 'object':
      if (json === null) return null;
      return Array.isArray(json) ? new JsonList(json, wrapDyn) : new JsonMap(json as JsonRecord, wrapDyn);
    default:
      return null;
  }
}

function makeWrapper(type: CelType): Wrapper {
  switch (type.kind) {
    case 'double':
      return (json) => (typeof json === 'number' ? json : wrapDyn(json));
    case 'uint':
      return (json) => (typeof json === 'number' && Number.isInteger(json) ? new Uint(BigInt(json)) : wrapDyn(json));
    case 'timestamp':
      return (json) => (typeof json === 'string' ? (timestampFromText(json) ?? json) : wrapDyn(json));
    case 'duration':
      return (json) => {
        const nanos = typeof json === 'string' ? parseDuration(json) : undefined;
        return nanos === undefined ? wrapDyn(json) : new Duration(nanos);
      };
    case 'bytes':
      return (json) => (typeof json === 'string' ? (bytesFromBase64(json) ?? json) : wrapDyn(json));
    case 'wrapper':
      return wrapperOf(type.of);
    case 'list': {
      const wrap = lazily(type.element);
      return (json) => (Array.isArray(json) ? new JsonList(json, wrap) : wrapDyn(json));
    }
    case 'map': {
      const wrap = lazily(type.value);
      return (json) => (isRecord(json) ? new JsonMap(json, wrap) : wrapDyn(json));
    }
    case 'object':
      return (json) => (isRecord(json) ? new JsonObject(json, type) : wrapDyn(json));
    default:
      return wrapDyn;
  }
}

/** Object types may contain themselves: the wrapper of a part is made when the first part is looked at. */
function lazily(type: CelType): Wrapper {
  let wrap: Wrapper | undefined;
  return (json) => {
    wrap ??= wrapperOf(type);
    return wrap(json);
  };
}

type JsonRecord = Readonly<Record<string, unknown>>;

function isRecord(json: unknown): json is JsonRecord {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

export class JsonList extends CelList {
  readonly json: readonly unknown[];
  readonly #wrap: Wrapper;

  constructor(json: readonly unknown[], wrap: Wrapper) {
    super();
    this.json = json;
    this.#wrap = wrap;
  }

  get size(): number {
    return this.json.length;
  }

  get(index: number): Value {
    return this.#wrap(this.json[index]);
  }
}

/**
 * Members of the objects that an evaluation asked the size of. JavaScript counts them each time, and a wrapper is made each time that an expression
 * selects it; between two evaluations an object may change.
 */
let counted = new WeakMap<object, number>();
let hasCounted = false;

export function sizeOfJson(json: JsonRecord): number {
  const known = counted.get(json);
  if (known !== undefined) return known;
  const size = Object.keys(json).length;
  counted.set(json, size);
  hasCounted = true;
  return size;
}

/** Every evaluation begins with it. */
export function forgetSizes(): void {
  if (!hasCounted) return;
  counted = new WeakMap();
  hasCounted = false;
}

export class JsonMap extends CelMap {
  readonly json: JsonRecord;
  readonly #wrap: Wrapper;

  constructor(json: JsonRecord, wrap: Wrapper) {
    super();
    this.json = json;
    this.#wrap = wrap;
  }

  get size(): number {
    return sizeOfJson(this.json);
  }

  get(key: Value): Value | undefined {
    return typeof key === 'string' && Object.hasOwn(this.json, key) ? this.#wrap(this.json[key]) : undefined;
  }

  override has(key: Value): boolean {
    return typeof key === 'string' && Object.hasOwn(this.json, key);
  }

  keys(): Iterable<Value> {
    return Object.keys(this.json);
  }
}

/** A field made ready: its JSON name and how its value is made. */
interface ReadyField {
  readonly jsonName: string;
  readonly wrap: Wrapper;
  /** Every JavaScript object inherits something by that name ('constructor'). */
  readonly inherited: boolean;
}

const readyFields = new WeakMap<ObjectType, ReadonlyMap<string, ReadyField>>();

function readyFieldsOf(type: ObjectType): ReadonlyMap<string, ReadyField> {
  const known = readyFields.get(type);
  if (known) return known;
  const ready = new Map<string, ReadyField>();
  for (const [name, field] of type.fields) {
    const jsonName = field.jsonName ?? name;
    ready.set(name, { jsonName, wrap: field.wrap ?? lazily(field.type), inherited: jsonName in {} });
  }
  readyFields.set(type, ready);
  return ready;
}

/** An object of a declared type: only the fields of its type are there. */
export class JsonObject extends CelMap {
  readonly json: JsonRecord;
  readonly #type: ObjectType;
  readonly #fields: ReadonlyMap<string, ReadyField>;

  constructor(json: JsonRecord, type: ObjectType) {
    super();
    this.json = json;
    this.#type = type;
    this.#fields = readyFieldsOf(type);
  }

  override get objectType(): ObjectType {
    return this.#type;
  }

  get size(): number {
    let count = 0;
    for (const name of this.#fields.keys()) if (this.has(name)) count++;
    return count;
  }

  get(key: Value): Value | undefined {
    const field = this.#fields.get(key as string);
    if (!field) return undefined;
    const value = this.json[field.jsonName];
    if (value === undefined || (field.inherited && !Object.hasOwn(this.json, field.jsonName))) return undefined;
    return field.wrap(value);
  }

  override has(key: Value): boolean {
    const field = this.#fields.get(key as string);
    return field !== undefined && Object.hasOwn(this.json, field.jsonName);
  }

  *keys(): Iterable<Value> {
    for (const name of this.#fields.keys()) if (this.has(name)) yield name;
  }
}

/** Standard base64 with padding; undefined for other text. */
export function bytesFromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Uint8Array.fromBase64(text);
}

/** Values made by expressions as JSON again: what a patch or a message of a policy is made of. undefined: has no JSON. */
export function jsonOf(value: Value): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value;
    case 'bigint':
      return Number(value);
  }
  if (value === null) return null;
  if (value instanceof JsonMap || value instanceof JsonList || value instanceof JsonObject) return value.json;
  if (value instanceof CelList) return [...value].map(jsonOf);
  if (value instanceof CelMap) {
    const fields = value.objectType?.fields;
    const entries: [string, unknown][] = [];
    for (const key of value.keys()) {
      const name =
        typeof key === 'string' ? (fields?.get(key)?.jsonName ?? key) : String(key instanceof Uint ? key.value : key);
      entries.push([name, jsonOf(value.get(key) ?? null)]);
    }
    return Object.fromEntries(entries);
  }
  if (value instanceof Uint) return Number(value.value);
  return undefined;
}
