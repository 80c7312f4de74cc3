/**
 * Protobuf messages as plain objects, by the tables of proto-schema.ts. Decoding gives every field a value: '' and 0 and false, [] and {},
 * null for an absent message; 64-bit integers are bigint, enums names. Encoding leaves out what is undefined, null or a default.
 */

import type { Field, FieldType, MessageType, ScalarType } from './proto-schema.ts';

type Plain = Record<string, unknown>;

const utf8 = new TextDecoder();
const emptyList: readonly unknown[] = Object.freeze([]);
const emptyMap: Readonly<Plain> = Object.freeze({});
const emptyBytes = new Uint8Array();
const maxDepth = 64;

const templates = new WeakMap<MessageType, Plain>();

/** Throws a RangeError for bytes that are no such message. */
export function decodeMessage(type: MessageType, bytes: Uint8Array): Plain {
  return new Reader(bytes).message(type, bytes.length, 0);
}

function templateOf(type: MessageType): Plain {
  let template = templates.get(type);
  if (!template) {
    template = Object.fromEntries(
      type.fields.map((field) => [
        field.name,
        field.mapKey ? emptyMap : field.repeated ? emptyList : defaultOf(field.type),
      ]),
    );
    templates.set(type, template);
  }
  return { ...template };
}

function defaultOf(type: FieldType): unknown {
  if (type.kind === 'message') return null;
  if (type.kind === 'enum') return type.enum.names.get(0) ?? '';
  switch (type.scalar) {
    case 'string':
      return '';
    case 'bytes':
      return emptyBytes;
    case 'bool':
      return false;
    case 'int64':
    case 'uint64':
      return 0n;
    default:
      return 0;
  }
}

class Reader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  message(type: MessageType, end: number, depth: number): Plain {
    if (depth > maxDepth) throw new RangeError('protobuf: nested too deep');
    const result = templateOf(type);
    while (this.at < end) {
      const tag = this.uint32();
      const field = type.byNumber.get(tag >>> 3);
      const wire = tag & 7;
      if (!field) this.skip(wire);
      else if (field.mapKey) this.mapEntry(result, field, depth);
      else if (field.repeated) this.repeated(result, field, wire, depth);
      else result[field.name] = this.value(field.type, depth);
    }
    if (this.at !== end) throw new RangeError('protobuf: a field is longer than its message');
    return result;
  }

  private repeated(result: Plain, field: Field, wire: number, depth: number): void {
    let list = result[field.name] as unknown[];
    if (list === emptyList) {
      list = [];
      result[field.name] = list;
    }
    const packed =
      wire === 2 &&
      (field.type.kind === 'enum' ||
        (field.type.kind === 'scalar' && field.type.scalar !== 'string' && field.type.scalar !== 'bytes'));
    if (!packed) {
      list.push(this.value(field.type, depth));
      return;
    }
    const end = this.end();
    while (this.at < end) list.push(this.value(field.type, depth));
  }

  private mapEntry(result: Plain, field: Field, depth: number): void {
    const end = this.end();
    let key: unknown = '';
    let value = defaultOf(field.type);
    while (this.at < end) {
      const tag = this.uint32();
      if (tag >>> 3 === 1) key = this.scalar(field.mapKey ?? 'string');
      else if (tag >>> 3 === 2) value = this.value(field.type, depth);
      else this.skip(tag & 7);
    }
    let map = result[field.name] as Plain;
    if (map === emptyMap) {
      map = {};
      result[field.name] = map;
    }
    // A label named __proto__ is data.
    if (key === '__proto__')
      Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
    else map[String(key)] = value;
  }

  private value(type: FieldType, depth: number): unknown {
    if (type.kind === 'message') {
      const end = this.end();
      return this.message(type.message, end, depth + 1);
    }
    if (type.kind === 'enum') {
      const number = Number(BigInt.asIntN(32, this.varint()));
      return type.enum.names.get(number) ?? String(number);
    }
    return this.scalar(type.scalar);
  }

  private scalar(type: ScalarType): unknown {
    switch (type) {
      case 'string': {
        const end = this.end();
        const text = utf8.decode(this.bytes.subarray(this.at, end));
        this.at = end;
        return text;
      }
      case 'bytes': {
        const end = this.end();
        const bytes = this.bytes.slice(this.at, end);
        this.at = end;
        return bytes;
      }
      case 'bool':
        return this.varint() !== 0n;
      case 'int32':
        return Number(BigInt.asIntN(32, this.varint()));
      case 'uint32':
        // Longer ones are cut, as every reader of protobuf does.
        return Number(BigInt.asUintN(32, this.varint()));
      case 'int64':
        return BigInt.asIntN(64, this.varint());
      case 'uint64':
        return this.varint();
      case 'double':
        this.at += 8;
        return this.view.getFloat64(this.at - 8, true);
      case 'float':
        this.at += 4;
        return this.view.getFloat32(this.at - 4, true);
    }
  }

  /** Where the length-delimited value that begins here ends. */
  private end(): number {
    const length = this.uint32();
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError('protobuf: truncated');
    return end;
  }

  private uint32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new RangeError('protobuf: a number is too long');
  }

  private varint(): bigint {
    // Nearly all are short: no bigint arithmetic for them.
    const begin = this.at;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    this.at = begin;
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('protobuf: a number is too long');
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError('protobuf: truncated');
    return byte;
  }

  private skip(wire: number): void {
    if (wire === 0) this.varint();
    else if (wire === 1) this.at += 8;
    else if (wire === 2) this.at = this.end();
    else if (wire === 5) this.at += 4;
    else throw new RangeError(`protobuf: wire type ${wire}`);
    if (this.at > this.bytes.length) throw new RangeError('protobuf: truncated');
  }
}

export function encodeMessage(type: MessageType, value: object): Uint8Array {
  const writer = new Writer();
  writer.message(type, value as Plain);
  return writer.finish();
}

class Writer {
  private bytes = new Uint8Array(512);
  private length = 0;

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  message(type: MessageType, value: Plain): void {
    for (const field of type.fields) {
      const member = value[field.name];
      if (member === undefined || member === null) continue;
      if (field.mapKey) {
        for (const key of Object.keys(member)) this.mapEntry(field, key, (member as Plain)[key]);
      } else if (field.repeated) {
        this.list(field, member as readonly unknown[]);
      } else if (!isDefault(field.type, member)) {
        this.field(field.number, field.type, member);
      }
    }
  }

  private list(field: Field, values: readonly unknown[]): void {
    const { type } = field;
    const packed =
      type.kind === 'enum' || (type.kind === 'scalar' && type.scalar !== 'string' && type.scalar !== 'bytes');
    if (!packed) {
      for (const value of values) this.field(field.number, type, value);
      return;
    }
    if (values.length === 0) return;
    const inner = new Writer();
    for (const value of values) inner.value(type, value);
    this.tag(field.number, 2);
    this.delimited(inner.finish());
  }

  private mapEntry(field: Field, key: string, value: unknown): void {
    const inner = new Writer();
    inner.field(1, { kind: 'scalar', scalar: field.mapKey ?? 'string' }, key);
    inner.field(2, field.type, value);
    this.tag(field.number, 2);
    this.delimited(inner.finish());
  }

  private field(number: number, type: FieldType, value: unknown): void {
    this.tag(number, wireOf(type));
    this.value(type, value);
  }

  private value(type: FieldType, value: unknown): void {
    if (type.kind === 'message') {
      const inner = new Writer();
      inner.message(type.message, value as Plain);
      this.delimited(inner.finish());
      return;
    }
    if (type.kind === 'enum') {
      const number = typeof value === 'string' ? type.enum.numbers.get(value) : Number(value);
      if (number === undefined) throw new RangeError(`protobuf: no enum value ${String(value)}`);
      this.varint(BigInt(number));
      return;
    }
    switch (type.scalar) {
      case 'string':
        this.delimited(Buffer.from(String(value), 'utf8'));
        break;
      case 'bytes':
        this.delimited(value as Uint8Array);
        break;
      case 'bool':
        this.varint(value ? 1n : 0n);
        break;
      case 'double':
      case 'float':
        throw new RangeError('protobuf: no request has floating-point numbers');
      default:
        this.varint(BigInt(value as number));
    }
  }

  private tag(number: number, wire: number): void {
    this.varint(BigInt((number << 3) | wire));
  }

  private delimited(bytes: Uint8Array): void {
    this.varint(BigInt(bytes.length));
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  private varint(value: bigint): void {
    this.reserve(10);
    if (value >= 0n && value < 0x80n) {
      this.bytes[this.length++] = Number(value);
      return;
    }
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.bytes[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.bytes[this.length++] = Number(rest);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}

function wireOf(type: FieldType): number {
  if (type.kind === 'message') return 2;
  if (type.kind === 'enum') return 0;
  if (type.scalar === 'string' || type.scalar === 'bytes') return 2;
  return type.scalar === 'double' ? 1 : type.scalar === 'float' ? 5 : 0;
}

function isDefault(type: FieldType, value: unknown): boolean {
  if (type.kind === 'message') return false;
  if (type.kind === 'enum') return value === 0 || value === type.enum.names.get(0);
  if (type.scalar === 'bytes') return (value as Uint8Array).length === 0;
  return value === '' || value === 0 || value === false || value === 0n;
}
