/**
 * Decoding of JSON into objects, along a schema.
 *
 * The engine's own JSON.parse reads the text; one walk then checks types, drops what the schema does not know (and says so), and
 * brings every value into the form in which upstream would answer it: quantities and times canonical, zero values of omitempty fields
 * gone, structs that always exist there. The tree that JSON.parse made is changed in place and becomes the object.
 *
 * Duplicate keys vanish in JSON.parse. They are found by counting: the text must have as many object members as the tree; when it
 * does not, the exact and slower scanner (json-scan.ts) names them. It also words syntax errors.
 *
 * Invariants:
 * 1. No key of the input is ever used to reach a prototype: unknown keys are only read as own properties and deleted.
 * 2. Recursion is bounded by maxDepth, whatever the schema.
 * 3. The first type error in document order is the one that is thrown, in upstream's words (encoding/json UnmarshalTypeError).
 */

import { isInt64 } from '../int64.ts';
import type { FieldSchema, ListSchema, MapSchema, ScalarSchema, Schema, StructSchema } from '../schema/schema.ts';
import { nilList, nilMap, plainZero } from '../schema/zero.ts';
import { DecodeError, maxDepth, maxStrictErrors, tooManyValues, unknownField } from './decode-error.ts';
import { countMembers, scanJson } from './json-scan.ts';
import { base64Text, canonicalMicroTime, canonicalTime, quantity } from './scalar.ts';

export type Tree = Record<string, unknown>;

export interface Decoded {
  /** Not frozen; the caller's to keep. */
  readonly object: Tree;
  /** What strict validation refuses: 'unknown field "spec.foo"', 'duplicate field "spec.bar"'. At most 100. */
  readonly strictErrors: readonly string[];
}

/** JSON.parse takes some 170 bytes for each level: what is longer than this could hold enough of them to hurt. Values are fewer than bytes. */
const shapeCheckedLength = 64 * 1024;

/** Parses JSON text. Throws DecodeError in upstream's words, 413 for more than `limit` values. */
export function parseJson(text: string, limit = Number.POSITIVE_INFINITY): unknown {
  if (text.length > shapeCheckedLength) checkShape(text, limit);
  try {
    return JSON.parse(text);
  } catch (cause) {
    scanJson(text, undefined);
    // The two readers disagree only if one of them is wrong.
    throw new DecodeError('invalid JSON', { cause });
  }
}

/** Brackets and commas outside of texts; whether they match is the parser's to say. */
function checkShape(text: string, limit: number): void {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22:
        for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
        break;
      case 0x5b:
      case 0x7b:
        if (++depth > maxDepth) throw new DecodeError('exceeded max depth');
        if (++values > limit) throw tooManyValues();
        break;
      case 0x2c:
        if (++values > limit) throw tooManyValues();
        break;
      case 0x5d:
      case 0x7d:
        depth--;
    }
  }
}

/** Decodes JSON text to an object of `schema`. */
export function decodeJson(schema: StructSchema, text: string): Decoded {
  return decodeTree(schema, parseJson(text), text);
}

/**
 * Decodes a tree that the caller gives away (from JSON.parse, YAML or a patch). With the `text` it came from, duplicate keys are
 * reported too.
 */
export function decodeTree(schema: StructSchema, tree: unknown, text?: string): Decoded {
  const walk = new Walk(jsonTypeFault);
  const object = walk.value(tree, schema);
  let strictErrors: readonly string[] = walk.strictErrors;
  if (text !== undefined && countMembers(text) !== walk.memberCount) strictErrors = scanJson(text, schema);
  return { object: object as Tree, strictErrors };
}

/** decodeTree for what a strategic merge patch made, which upstream converts without JSON between: its words for type errors are others. */
export function decodeMerged(schema: StructSchema, tree: unknown): Decoded {
  const walk = new Walk(conversionFault);
  const object = walk.value(tree, schema);
  return { object: object as Tree, strictErrors: walk.strictErrors };
}

/** Bounds a tree without a schema (a custom resource's, say) and finds its duplicate keys. Throws DecodeError also for numbers that no float64 holds. */
export function checkTree(tree: unknown, text?: string): readonly string[] {
  const walk = new Walk(jsonTypeFault);
  walk.opaque(tree);
  if (walk.hasInfinite)
    throw new DecodeError(`json: cannot unmarshal number ${infiniteNumber(text)} into Go value of type float64`);
  return text !== undefined && countMembers(text) !== walk.memberCount
    ? scanJson(text, { type: 'any', goName: '' })
    : [];
}

/** JSON.parse makes own properties of all members, of `__proto__` too: no prototype is reached by this. */
function drop(object: Tree, key: string): void {
  delete object[key];
}

class Walk {
  memberCount = 0;
  /** A number of what has no schema is more than a float64 holds: JSON.parse makes it infinite. */
  hasInfinite = false;
  readonly strictErrors: string[] = [];
  /** Names of struct fields and map keys, and indexes of list elements, from the root. */
  private readonly path: (string | number)[] = [];
  /** Struct fields from the root as Go's type errors name them: no indexes, no map keys. */
  private readonly goPath: string[] = [];
  private struct: StructSchema | undefined;
  private depth = 0;
  private readonly typeFault: TypeFault;

  constructor(typeFault: TypeFault) {
    this.typeFault = typeFault;
  }

  /** Never called with undefined; returns what to keep, which for null is the zero value or undefined. */
  value(value: unknown, schema: Schema): unknown {
    switch (schema.type) {
      case 'struct':
        return this.structValue(value, schema);
      case 'list':
        return this.listValue(value, schema);
      case 'map':
        return this.mapValue(value, schema);
      default:
        return this.scalarValue(value, schema);
    }
  }

  /** Counts and bounds what has no schema. */
  opaque(value: unknown): void {
    if (typeof value !== 'object' || value === null) {
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) this.hasInfinite = true;
      return;
    }
    this.enter();
    if (Array.isArray(value)) {
      for (const element of value) this.opaque(element);
    } else {
      for (const key in value) {
        this.memberCount++;
        this.opaque((value as Tree)[key]);
      }
    }
    this.depth--;
  }

  private enter(): void {
    if (++this.depth > maxDepth) throw new DecodeError('exceeded max depth');
  }

  private structValue(value: unknown, schema: StructSchema): Tree {
    const object = value === null ? {} : value;
    if (typeof object !== 'object' || Array.isArray(object)) throw this.typeError(object, schema);
    this.enter();
    const tree = object as Tree;
    const outer = this.struct;
    const fields = schema.memberByName;
    for (const key in tree) {
      this.memberCount++;
      const field = fields.get(key);
      const member = tree[key];
      // Callers in this process may spell absence so; JSON has no such value.
      if (member === undefined) {
        drop(tree, key);
        continue;
      }
      if (field === undefined) {
        this.unknown(key, member);
        drop(tree, key);
        continue;
      }
      // Most members are text that stays as it is.
      if (typeof member === 'string' && member !== '' && field.schema.type === 'string') continue;
      this.struct = schema;
      this.path.push(key);
      this.goPath.push(field.goPath);
      const kept = this.fieldValue(member, field);
      this.path.pop();
      this.goPath.pop();
      if (kept === undefined) drop(tree, key);
      else if (kept !== member) tree[key] = kept;
    }
    this.struct = outer;
    for (const field of schema.present) {
      if (tree[field.name] === undefined) tree[field.name] = absentValue(field.schema);
    }
    this.depth--;
    return tree;
  }

  /** What to keep of a struct's member: undefined when the member goes. */
  private fieldValue(value: unknown, field: FieldSchema): unknown {
    if (value === null) return undefined;
    const { schema } = field;
    const dropsZero = field.omitempty && !field.pointer;
    switch (schema.type) {
      case 'string':
        if (typeof value !== 'string') throw this.typeError(value, schema);
        return value === '' && dropsZero ? undefined : value;
      case 'bool':
        if (typeof value !== 'boolean') throw this.typeError(value, schema);
        return !value && dropsZero ? undefined : value;
      case 'struct':
        return this.structValue(value, schema);
      case 'list': {
        const list = this.listValue(value, schema);
        return list.length === 0 && dropsZero && !this.isManagedFields(field) ? undefined : list;
      }
      case 'map': {
        const map = this.mapValue(value, schema);
        return dropsZero && isEmpty(map) ? undefined : map;
      }
      default: {
        const kept = this.scalarValue(value, schema);
        return dropsZero && isOmitted(kept, schema) ? undefined : kept;
      }
    }
  }

  /** Those of the object itself: none at all is how a client says that they shall be forgotten (not of custom resources, which have no Go type). */
  private isManagedFields({ name }: FieldSchema): boolean {
    return name === 'managedFields' && this.path.length === 2 && this.path[0] === 'metadata';
  }

  private listValue(value: unknown, schema: ListSchema): unknown[] {
    if (!Array.isArray(value)) throw this.typeError(value, schema);
    this.enter();
    const { element } = schema;
    const list = value as unknown[];
    const position = this.path.length;
    this.path.push(0);
    for (let i = 0; i < list.length; i++) {
      const item = list[i];
      if (typeof item === 'string' && element.type === 'string') continue;
      this.path[position] = i;
      list[i] = item === null ? (absentValue(element) ?? null) : this.value(item, element);
    }
    this.path.pop();
    this.depth--;
    return list;
  }

  private mapValue(value: unknown, schema: MapSchema): Tree {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.typeError(value, schema);
    this.enter();
    const map = value as Tree;
    const { element } = schema;
    for (const key in map) {
      this.memberCount++;
      const item = map[key];
      if (typeof item === 'string' && element.type === 'string') continue;
      if (item === undefined) {
        drop(map, key);
        continue;
      }
      this.path.push(key);
      const kept = item === null ? (absentValue(element) ?? null) : this.value(item, element);
      if (kept !== item)
        Object.defineProperty(map, key, { value: kept, writable: true, enumerable: true, configurable: true });
      this.path.pop();
    }
    this.depth--;
    return map;
  }

  private scalarValue(value: unknown, schema: ScalarSchema): unknown {
    switch (schema.type) {
      case 'string':
        if (typeof value !== 'string') throw this.typeError(value, schema);
        return value;
      case 'bool':
        if (typeof value !== 'boolean') throw this.typeError(value, schema);
        return value;
      case 'int32':
        if (typeof value !== 'number' || (value | 0) !== value) throw this.typeError(value, schema);
        return value;
      case 'int':
      case 'int64':
        if (typeof value !== 'number' || !isInt64(value)) throw this.typeError(value, schema);
        return value;
      case 'float64':
        if (typeof value !== 'number' || !Number.isFinite(value)) throw this.typeError(value, schema);
        return value;
      case 'bytes':
        if (Array.isArray(value)) return this.byteList(value);
        if (typeof value !== 'string') throw this.typeError(value, schema);
        return base64Text(value);
      case 'Time':
        return canonicalTime(this.text(value));
      case 'MicroTime':
        return canonicalMicroTime(this.text(value));
      case 'Duration':
        return this.text(value);
      case 'Quantity':
        return quantity(typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value));
      case 'IntOrString':
        if (typeof value === 'string') return value;
        if (typeof value !== 'number' || (value | 0) !== value) throw this.typeError(value, { goName: 'int32' });
        return value;
      case 'any':
      case 'RawExtension':
      case 'FieldsV1':
      case 'JSON':
        this.opaque(value);
        return value;
      default:
        return this.schemaProps(value, schema);
    }
  }

  /** To Go, bytes are a list of numbers as well. */
  private byteList(value: readonly unknown[]): string {
    const bytes = Uint8Array.from(value, (item) => {
      if (item === null) return 0;
      if (typeof item !== 'number' || !Number.isInteger(item) || item < 0 || item > 255) {
        throw this.typeError(item, { goName: 'uint8' });
      }
      return item;
    });
    return bytes.toBase64();
  }

  /** JSONSchemaPropsOrArray, ...OrBool, ...OrStringArray: one of two forms, told apart by the first character. */
  private schemaProps(value: unknown, schema: ScalarSchema): unknown {
    const props = schema.schemaProps?.();
    if (props && typeof value === 'object' && !Array.isArray(value)) return this.structValue(value, props);
    if (schema.type === 'JSONSchemaPropsOrBool') {
      if (typeof value === 'boolean') return value;
      throw new DecodeError('boolean or JSON schema expected');
    }
    if (!Array.isArray(value)) return undefined;
    const element: Schema =
      schema.type === 'JSONSchemaPropsOrArray' && props ? props : { type: 'string', goName: 'string' };
    return this.listValue(value, { type: 'list', goName: `[]${element.goName}`, element, message: false });
  }

  private text(value: unknown): string {
    if (typeof value !== 'string') throw this.typeError(value, { goName: 'string' });
    return value;
  }

  private unknown(key: string, value: unknown): void {
    this.opaque(value);
    if (this.strictErrors.length >= maxStrictErrors) return;
    const message = unknownField(joinPath([...this.path, key]));
    if (!this.strictErrors.includes(message)) this.strictErrors.push(message);
  }

  private typeError(value: unknown, schema: GoType): DecodeError {
    return new DecodeError(this.typeFault(value, schema, this.struct?.name, this.goPath));
  }
}

/** What a value of the wrong type is told, with the struct around it and the fields from the root. */
type TypeFault = (value: unknown, schema: GoType, struct: string | undefined, goPath: readonly string[]) => string;

/** `type` is missing for what the decoders of single scalar types want. */
interface GoType {
  readonly goName: string;
  readonly type?: Schema['type'];
}

function jsonTypeFault(value: unknown, schema: GoType, struct: string | undefined, goPath: readonly string[]): string {
  const fields = goPath.join('.');
  const context = struct !== undefined && fields !== '' ? `struct field ${struct}.${fields} of type` : 'value of type';
  return `json: cannot unmarshal ${jsonKind(value, schema)} into Go ${context} ${schema.goName}`;
}

/** Upstream's words where maps become structs by reflection (apimachinery, pkg/runtime/converter.go); scalar types that decode themselves do it from JSON. */
function conversionFault(value: unknown, schema: GoType): string {
  const kind = reflectKind(value);
  switch (schema.type) {
    case 'struct':
      return `cannot restore struct from: ${kind}`;
    case 'map':
      return `cannot restore map from ${kind}`;
    case 'list':
    case 'bytes':
      return `cannot restore slice from ${kind}`;
    case 'string':
      // To Go, numbers are convertible to texts, which the converter finds out and refuses.
      return kind === 'int64' ? `cannot convert int64 to ${schema.goName}` : 'unrecognized type: string';
    case 'bool':
      return 'unrecognized type: bool';
    case 'int':
    case 'int32':
    case 'int64':
    case 'float64':
      return typeof value === 'number'
        ? `cannot convert ${kind} to ${schema.goName}`
        : `unrecognized type: ${schema.type}`;
    default:
      return jsonTypeFault(value, schema, undefined, []);
  }
}

function reflectKind(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    case 'string':
      return 'string';
    default:
      return 'map';
  }
}

/** 'spec.containers[0].image' */
function joinPath(path: readonly (string | number)[]): string {
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : text === '' ? part : `.${part}`;
  return text;
}

/** Zero values that omitempty leaves out. Go's IntOrString, Quantity and Time are structs, which it never does. */
function isOmitted(value: unknown, schema: ScalarSchema): boolean {
  switch (schema.type) {
    case 'int':
    case 'int32':
    case 'int64':
    case 'float64':
      return value === 0;
    case 'bytes':
      return value === '';
    default:
      return false;
  }
}

const integerNames: ReadonlySet<string> = new Set(['int', 'int32', 'int64', 'uint8']);

function jsonKind(value: unknown, schema: { readonly goName: string }): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  // Go gives the number itself when the target is a number that cannot hold it.
  if (typeof value === 'number') return integerNames.has(schema.goName) ? `number ${value}` : 'number';
  return typeof value;
}

/** The first number in the text that is too large, as it stands there. */
function infiniteNumber(text: string | undefined): string {
  for (const [token] of (text ?? '').matchAll(/"(?:[^"\\]|\\.)*"|[-+.\deE]+/gs)) {
    if (!token.startsWith('"') && !Number.isFinite(Number(token)) && !Number.isNaN(Number(token))) return token;
  }
  return 'Infinity';
}

function isEmpty(map: Tree): boolean {
  for (const _ in map) return false;
  return true;
}

/** What a decoded object has where a member that is always present was not sent. */
export function absentValue(schema: Schema): unknown {
  if (schema.type === 'list') return nilList;
  return schema.type === 'map' ? nilMap : zeroValue(schema);
}

/** Go's zero value as our objects have it; undefined where that is nothing. */
export function zeroValue(schema: Schema): unknown {
  switch (schema.type) {
    case 'bytes':
      return '';
    case 'IntOrString':
      return 0;
    case 'Quantity':
      return '0';
    case 'list':
      return [];
    case 'map':
      return {};
    case 'struct': {
      const tree: Tree = {};
      for (const field of schema.present) tree[field.name] = absentValue(field.schema);
      return tree;
    }
    default:
      return plainZero(schema);
  }
}
