/**
 * Decoding of Kubernetes protobuf into the same objects that JSON decoding makes. Unknown fields are skipped, as upstream does.
 *
 * Invariants: no read passes the end of its message; nesting is bounded by maxDepth; memory is bounded by the input's length (no
 * length prefix is believed before the bytes are there); map keys become own properties whatever their name.
 */

import { formatDuration } from '../duration.ts';
import type { FieldSchema, MapSchema, ScalarSchema, Schema, StructSchema } from '../schema/schema.ts';
import { formatTime } from '../time.ts';
import { DecodeError, maxDepth, tooManyValues } from './decode-error.ts';
import { absentValue, checkTree, parseJson, type Tree, zeroValue } from './json-decode.ts';
import { protobufMagic } from './protobuf-encode.ts';
import { quantity, zeroTimeMs } from './scalar.ts';

/** runtime.Unknown: what the envelope says about the message in it. */
export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly message: Uint8Array;
  readonly contentEncoding: string;
  readonly contentType: string;
}

function isProtobuf(bytes: Uint8Array): boolean {
  return protobufMagic.every((byte, i) => bytes[i] === byte);
}

/** Opens the envelope. Throws DecodeError for bytes that are none. */
export function unwrapProtobuf(bytes: Uint8Array): ProtobufEnvelope {
  if (!isProtobuf(bytes)) {
    throw new DecodeError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  const envelope = { apiVersion: '', kind: '', message: new Uint8Array(), contentEncoding: '', contentType: '' };
  if (bytes.length === protobufMagic.length) throw new DecodeError('empty body');
  const reader = new Reader(bytes, protobufMagic.length, bytes.length, { left: Number.POSITIVE_INFINITY });
  while (reader.next()) {
    if (reader.number === 1) {
      const inner = reader.message();
      while (inner.next()) {
        if (inner.number === 1) envelope.apiVersion = inner.string();
        else if (inner.number === 2) envelope.kind = inner.string();
        else inner.skip();
      }
    } else if (reader.number === 2) envelope.message = new Uint8Array(reader.bytes());
    else if (reader.number === 3) envelope.contentEncoding = reader.string();
    else if (reader.number === 4) envelope.contentType = reader.string();
    else reader.skip();
  }
  return envelope;
}

/** Decodes a message, without envelope. apiVersion and kind, when the schema has them, are the caller's to set. Throws 413 beyond `limit`. */
export function decodeMessage(schema: StructSchema, bytes: Uint8Array, limit = Number.POSITIVE_INFINITY): Tree {
  // An entry of a map is three fields to protobuf.
  return readStruct(new Reader(bytes, 0, bytes.length, { left: limit * 3 }), schema, {}, 0);
}

const byNumber = new WeakMap<StructSchema, ReadonlyMap<number, FieldSchema>>();

function fieldsByNumber(schema: StructSchema): ReadonlyMap<number, FieldSchema> {
  let fields = byNumber.get(schema);
  if (fields === undefined) {
    fields = new Map(
      schema.fields.flatMap((field) => (field.number === undefined ? [] : [[field.number, field] as const])),
    );
    byNumber.set(schema, fields);
  }
  return fields;
}

function readStruct(reader: Reader, schema: StructSchema, tree: Tree, depth: number): Tree {
  if (depth > maxDepth) throw new DecodeError('exceeded max depth');
  const fields = fieldsByNumber(schema);
  while (reader.next()) {
    const field = fields.get(reader.number);
    if (field === undefined) reader.skip();
    else readField(reader, field, tree, depth);
  }
  for (const field of schema.present) {
    if (tree[field.name] === undefined) tree[field.name] = absentValue(field.schema);
  }
  return tree;
}

function readField(reader: Reader, field: FieldSchema, tree: Tree, depth: number): void {
  const { schema, name } = field;
  switch (schema.type) {
    case 'struct':
      if (field.inline) readStruct(reader.message(), schema, tree, depth + 1);
      // A message that comes twice is merged, as protobuf demands.
      else tree[name] = readStruct(reader.message(), schema, (tree[name] as Tree | undefined) ?? {}, depth + 1);
      return;
    case 'list': {
      if (schema.message) {
        const list = readItems(reader.message(), schema.element, depth);
        if (list.length > 0 || !field.omitempty) tree[name] = list;
        return;
      }
      tree[name] ??= [];
      const list = tree[name] as unknown[];
      readElement(reader, schema.element, list, depth);
      return;
    }
    case 'map':
      tree[name] ??= {};
      readEntry(reader, schema, tree[name] as Tree, depth);
      return;
    default: {
      const value = readScalar(reader, schema, depth);
      if (value === undefined || (field.omitempty && !field.pointer && isOmitted(value, schema))) return;
      tree[name] = value;
    }
  }
}

/** Zero values that omitempty leaves out; IntOrString and Quantity are structs to Go. */
function isOmitted(value: unknown, schema: ScalarSchema): boolean {
  if (schema.type === 'IntOrString' || schema.type === 'Quantity') return false;
  return value === '' || value === 0 || value === false;
}

function readItems(reader: Reader, element: Schema, depth: number): unknown[] {
  const list: unknown[] = [];
  while (reader.next()) {
    if (reader.number === 1) readElement(reader, element, list, depth);
    else reader.skip();
  }
  return list;
}

function readElement(reader: Reader, element: Schema, list: unknown[], depth: number): void {
  // Numbers may come packed; upstream writes them one by one.
  if (reader.wire === 2 && (element.type === 'int32' || element.type === 'int64' || element.type === 'bool')) {
    const packed = reader.message();
    while (packed.position < packed.end) {
      packed.count();
      const number = packed.varint();
      list.push(element.type === 'bool' ? number !== 0 : number);
    }
    return;
  }
  list.push(readValue(reader, element, depth) ?? null);
}

function readEntry(reader: Reader, schema: MapSchema, map: Tree, depth: number): void {
  const entry = reader.message();
  let key = '';
  let value: unknown;
  while (entry.next()) {
    if (entry.number === 1) key = entry.string();
    else if (entry.number === 2) value = readValue(entry, schema.element, depth);
    else entry.skip();
  }
  value ??= zeroValue(schema.element) ?? null;
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
  else map[key] = value;
}

function readValue(reader: Reader, schema: Schema, depth: number): unknown {
  switch (schema.type) {
    case 'struct':
      return readStruct(reader.message(), schema, {}, depth + 1);
    case 'list':
      return schema.message
        ? readItems(reader.message(), schema.element, depth)
        : [readValue(reader, schema.element, depth)];
    case 'map':
      throw new DecodeError('proto: a map cannot be an element');
    default:
      return readScalar(reader, schema, depth);
  }
}

function readScalar(reader: Reader, schema: ScalarSchema, depth: number): unknown {
  switch (schema.type) {
    case 'string':
      return reader.string();
    case 'bool':
      return reader.integer() !== 0;
    case 'int32':
      return reader.integer() | 0;
    case 'int':
    case 'int64':
      return reader.integer();
    case 'float64':
      return reader.double();
    case 'bytes':
      return reader.bytes().toBase64();
    default:
      return readSpecial(reader.message(), schema, depth);
  }
}

function readSpecial(reader: Reader, schema: ScalarSchema, depth: number): unknown {
  switch (schema.type) {
    case 'Time':
    case 'MicroTime':
      return readTime(reader, schema.type === 'MicroTime');
    case 'Duration':
      return formatDuration(BigInt(readFirst(reader, (inner) => inner.integer()) ?? 0));
    case 'Quantity': {
      const text = readFirst(reader, (inner) => inner.string()) ?? '';
      return text === '' ? '0' : quantity(text);
    }
    case 'IntOrString':
      return readIntOrString(reader);
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
    case 'any':
      return readRaw(reader);
    default:
      return readSchemaProps(reader, schema, depth);
  }
}

function readTime(reader: Reader, micro: boolean): string | undefined {
  if (reader.position === reader.end) return undefined;
  let seconds = 0;
  let nanos = 0;
  while (reader.next()) {
    if (reader.number === 1) seconds = reader.integer();
    else if (reader.number === 2) nanos = reader.integer() | 0;
    else reader.skip();
  }
  // Of a Time, upstream leaves the nanoseconds alone.
  const micros = micro ? Math.trunc(nanos / 1000) : 0;
  const ms = (seconds + Math.floor(micros / 1_000_000)) * 1000;
  // Years 0 to 9999, which RFC 3339 can say.
  if (ms < -62_167_219_200_000 || ms > 253_402_300_799_999) throw new DecodeError('proto: time out of range');
  const fraction = micros - Math.floor(micros / 1_000_000) * 1_000_000;
  if (ms === zeroTimeMs && fraction === 0) return undefined;
  const text = formatTime(ms);
  return micro ? `${text.slice(0, -1)}.${String(fraction).padStart(6, '0')}Z` : text;
}

/** Field 1 of a message with nothing else. */
function readFirst<T>(reader: Reader, read: (reader: Reader) => T): T | undefined {
  let value: T | undefined;
  while (reader.next()) {
    if (reader.number === 1) value = read(reader);
    else reader.skip();
  }
  return value;
}

function readIntOrString(reader: Reader): number | string {
  let type = 0;
  let number = 0;
  let text = '';
  while (reader.next()) {
    if (reader.number === 1) type = reader.integer();
    else if (reader.number === 2) number = reader.integer() | 0;
    else if (reader.number === 3) text = reader.string();
    else reader.skip();
  }
  return type === 1 ? text : number;
}

/** JSON text in a message; nothing for an empty one. */
function readRaw(reader: Reader): unknown {
  const text = readFirst(reader, (inner) => inner.string()) ?? '';
  if (text === '') return undefined;
  try {
    const tree = parseJson(text, reader.valuesLeft);
    checkTree(tree);
    return tree;
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    throw new DecodeError(`proto: a raw value cannot be read: ${cause.message}`, { cause });
  }
}

function readSchemaProps(reader: Reader, schema: ScalarSchema, depth: number): unknown {
  const props = schema.schemaProps?.();
  if (!props) return undefined;
  const read = (): Tree => readStruct(reader.message(), props, {}, depth + 1);
  const list: unknown[] = [];
  let single: Tree | undefined;
  let allows = false;
  while (reader.next()) {
    const isBool = schema.type === 'JSONSchemaPropsOrBool';
    if (reader.number === 1 && isBool) allows = reader.integer() !== 0;
    else if (reader.number === 1 || (reader.number === 2 && isBool)) single = read();
    else if (reader.number === 2) list.push(schema.type === 'JSONSchemaPropsOrArray' ? read() : reader.string());
    else reader.skip();
  }
  if (schema.type === 'JSONSchemaPropsOrBool') return single ?? allows;
  return list.length > 0 ? list : single;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads the fields of one message. */
class Reader {
  number = 0;
  wire = 0;
  position: number;
  readonly end: number;
  private readonly buffer: Uint8Array;
  /** Values that may come, in this message and all others of the body. */
  private readonly values: { left: number };

  constructor(buffer: Uint8Array, position: number, end: number, values: { left: number }) {
    this.values = values;
    this.buffer = buffer;
    this.position = position;
    this.end = end;
  }

  /** Steps to the next field's value; false at the end. */
  next(): boolean {
    if (this.position >= this.end) return false;
    this.count();
    const tag = this.varint();
    this.number = Math.floor(tag / 8);
    this.wire = tag % 8;
    if (this.number <= 0 || this.number > 0x1fffffff)
      throw new DecodeError(`proto: illegal tag ${this.number} (wire type ${this.wire})`);
    return true;
  }

  /** Another value of the body has come. Throws 413 beyond the limit. */
  count(): void {
    if (--this.values.left < 0) throw tooManyValues();
  }

  get valuesLeft(): number {
    return this.values.left;
  }

  /** The value of a field that is a varint. */
  integer(): number {
    this.expect(0);
    return this.varint();
  }

  /** The next bytes as a signed 64-bit integer. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < 7; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
    // 49 bits are read; the rest needs 64-bit arithmetic.
    let big = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      big |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, big));
    }
    throw new DecodeError('proto: integer overflow');
  }

  double(): number {
    this.expect(1);
    this.take(8);
    return new DataView(this.buffer.buffer, this.buffer.byteOffset + this.position - 8, 8).getFloat64(0, true);
  }

  bytes(): Uint8Array {
    const start = this.delimited();
    return this.buffer.subarray(start, this.position);
  }

  string(): string {
    const start = this.delimited();
    const { position, buffer } = this;
    if (position - start > 48) return decoder.decode(buffer.subarray(start, position));
    // Short ASCII strings, which nearly all are, are faster without the decoder.
    let text = '';
    for (let i = start; i < position; i++) {
      const byte = buffer[i] ?? 0;
      if (byte >= 0x80) return decoder.decode(buffer.subarray(start, position));
      text += String.fromCharCode(byte);
    }
    return text;
  }

  message(): Reader {
    const start = this.delimited();
    return new Reader(this.buffer, start, this.position, this.values);
  }

  skip(): void {
    if (this.wire === 0) this.varint();
    else if (this.wire === 1) this.take(8);
    else if (this.wire === 2) this.delimited();
    else if (this.wire === 5) this.take(4);
    else throw new DecodeError(`proto: illegal wireType ${this.wire}`);
  }

  /** Steps over a length-delimited value and returns its start. */
  private delimited(): number {
    this.expect(2);
    const length = this.varint();
    if (length < 0) throw new DecodeError('proto: negative length found during unmarshaling');
    this.take(length);
    return this.position - length;
  }

  private expect(wire: number): void {
    if (this.wire !== wire) throw new DecodeError(`proto: wrong wireType = ${this.wire} for field ${this.number}`);
  }

  private take(count: number): void {
    if (count > this.end - this.position) throw new DecodeError('unexpected EOF');
    this.position += count;
  }

  private byte(): number {
    if (this.position >= this.end) throw new DecodeError('unexpected EOF');
    return this.buffer[this.position++] ?? 0;
  }
}
