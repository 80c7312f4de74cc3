/**
 * From an object's JSON, as this program stores it, straight to its protobuf: no tree in between, no garbage. It gives the bytes that
 * protobuf-encode.ts gives for the decoded object, or nothing: what is rare (base64, durations, schemas within schemas, fields that the
 * schema does not know) is left to that.
 *
 * The JSON has no space between tokens, its fields come in the schema's order, its maps are sorted (json-encode.ts). The wire's order is that
 * of numbers: where it is another, a struct is put together again from its fields.
 */

import type { FieldSchema, Schema, StructSchema } from '../schema/schema.ts';
import { absentBytes, envelopeEnd, protobufMagic } from './protobuf-encode.ts';

/** The envelope with the object; undefined for JSON that is not of this kind, or holds what is left to the other way. */
export type JsonTranscoder = (json: Uint8Array) => Uint8Array | undefined;

export function jsonTranscoder(schema: StructSchema, apiVersion: string, kind: string): JsonTranscoder {
  const typeMeta = encoder.encode(`{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(apiVersion)}`);
  const names = [1, apiVersion, 2, kind] as const;
  return (json) => {
    if (!beginsWith(json, typeMeta)) return undefined;
    try {
      return transcoder.object(json, typeMeta.length, structOf(schema), names);
    } catch (error) {
      if (error === unsupported) return undefined;
      throw error;
    }
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const minus = 0x2d;
const digitZero = 0x30;
const letterN = 0x6e;
const letterT = 0x74;
const letterU = 0x75;

/** Thrown where the other way has to be taken: one for all, since it says nothing. */
const unsupported = new Error('JSON that is left to the encoder of trees');

/** A field in the order of JSON. */
interface Entry {
  /** Of the name; none of an inline struct. */
  readonly key: Uint8Array;
  /** Of the struct's fields on the wire, by number. */
  readonly rank: number;
  readonly number: number;
  readonly schema: Schema;
  /** Its members are members of this struct in JSON. */
  readonly inline: WireStruct | undefined;
}

interface WireStruct {
  readonly entries: readonly Entry[];
  /** By rank: what is written of a field that is not there. */
  readonly absent: readonly (Uint8Array | undefined)[];
}

const structs = new WeakMap<StructSchema, WireStruct>();

function structOf(schema: StructSchema): WireStruct {
  let struct = structs.get(schema);
  if (!struct) {
    const onWire = schema.fields
      .filter(({ number }) => number !== undefined)
      .sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
    struct = {
      entries: schema.fields.flatMap((field) => entryOf(field, onWire.indexOf(field))),
      absent: onWire.map(absentBytes),
    };
    structs.set(schema, struct);
  }
  return struct;
}

/** apiVersion and kind, the inline struct without a number, are in the envelope. */
function entryOf({ name, number, schema, inline }: FieldSchema, rank: number): Entry[] {
  if (number === undefined) return [];
  const struct = inline && schema.type === 'struct' ? structOf(schema) : undefined;
  return [{ key: encoder.encode(name), rank, number, schema, inline: struct }];
}

/** Objects are transcoded one after the other: they share buffers. */
class Transcoder {
  private json: Uint8Array = new Uint8Array();
  private position = 0;
  private out = new Uint8Array(64 * 1024);
  private length = 0;
  /** Of the structs that are being written: rank, start and end of each field. */
  private segments: number[] = [];

  object(json: Uint8Array, start: number, struct: WireStruct, names: readonly [1, string, 2, string]): Uint8Array {
    this.json = json;
    this.position = start;
    this.length = 0;
    this.segments.length = 0;
    this.bytes(magic);
    this.tag(1, 2);
    const typeMeta = this.open();
    this.name(names[0], names[1]);
    this.name(names[2], names[3]);
    this.close(typeMeta);
    this.tag(2, 2);
    const message = this.open();
    if (json[start] === comma) {
      this.position++;
      this.members(struct, false);
    } else this.absents(struct, 0, struct.absent.length);
    this.take(closeBrace);
    this.close(message);
    this.bytes(envelopeEnd);
    const envelope = this.out.slice(0, this.length);
    if (this.out.length > keptBytes) this.out = new Uint8Array(64 * 1024);
    return envelope;
  }

  private name(number: number, text: string): void {
    this.tag(number, 2);
    const bytes = encoder.encode(text);
    this.varint(bytes.length);
    this.bytes(bytes);
  }

  private struct(struct: WireStruct): void {
    this.take(openBrace);
    if (this.json[this.position] === closeBrace) this.absents(struct, 0, struct.absent.length);
    else this.members(struct, false);
    this.take(closeBrace);
  }

  /** From the quote of a name on, to what follows the last member: of an inline struct, perhaps another's. */
  private members(struct: WireStruct, isInline: boolean): void {
    const { entries, absent } = struct;
    const begin = this.length;
    const mark = this.segments.length;
    let isOrdered = true;
    let last = -1;
    let next = this.find(entries, 0, this.position);
    for (;;) {
      const entry = entries[next];
      if (!entry) throw unsupported;
      if (entry.rank < last) isOrdered = false;
      else {
        this.absents(struct, last + 1, entry.rank);
        last = entry.rank;
      }
      const start = this.length;
      if (entry.inline) this.inlineStruct(entry, entry.inline);
      else this.field(entry, absent[entry.rank]);
      this.segments.push(entry.rank, start, this.length);
      if (this.json[this.position] !== comma) break;
      next = this.find(entries, next + 1, this.position + 1);
      if (next < 0 && isInline) break;
      this.position++;
    }
    if (isOrdered) this.absents(struct, last + 1, absent.length);
    else this.reorder(struct, begin, mark);
    this.segments.length = mark;
  }

  private inlineStruct(entry: Entry, struct: WireStruct): void {
    this.tag(entry.number, 2);
    const message = this.open();
    this.members(struct, true);
    this.close(message);
  }

  /** Writes the struct's fields again, in the order of their numbers. */
  private reorder({ absent }: WireStruct, begin: number, mark: number): void {
    const written = this.out.slice(begin, this.length);
    this.length = begin;
    for (let rank = 0; rank < absent.length; rank++) {
      let at = mark;
      while (at < this.segments.length && this.segments[at] !== rank) at += 3;
      if (at >= this.segments.length) this.absentField(absent[rank]);
      else {
        const start = (this.segments[at + 1] as number) - begin;
        this.bytes(written.subarray(start, (this.segments[at + 2] as number) - begin));
      }
    }
  }

  /** The entry whose name stands at `position`, from `from` on; -1 for none. */
  private find(entries: readonly Entry[], from: number, position: number): number {
    const { json } = this;
    if (json[position] !== quote) throw unsupported;
    let end = position + 1;
    while (end < json.length && json[end] !== quote) end++;
    for (let index = from; index < entries.length; index++) {
      const { key, inline } = entries[index] as Entry;
      if (inline ? this.find(inline.entries, 0, position) >= 0 : sameKey(json, position + 1, end, key)) return index;
    }
    return -1;
  }

  /** A member from its name on, as one field or several. */
  private field({ key, number, schema }: Entry, absent: Uint8Array | undefined): void {
    this.position += key.length + 2;
    this.take(colon);
    if (this.json[this.position] === letterN) {
      this.position += 4;
      this.absentField(absent);
      return;
    }
    switch (schema.type) {
      case 'list':
        if (schema.message) throw unsupported;
        this.list(number, schema.element);
        return;
      case 'map':
        this.map(number, schema.element);
        return;
      default:
        this.value(number, schema);
    }
  }

  private list(number: number, element: Schema): void {
    this.take(openBracket);
    while (this.json[this.position] !== closeBracket) {
      this.value(number, element);
      if (this.json[this.position] === comma) this.position++;
    }
    this.position++;
  }

  private map(number: number, element: Schema): void {
    this.take(openBrace);
    while (this.json[this.position] !== closeBrace) {
      this.tag(number, 2);
      const entry = this.open();
      this.tag(1, 2);
      this.text();
      this.take(colon);
      this.value(2, element);
      this.close(entry);
      if (this.json[this.position] === comma) this.position++;
    }
    this.position++;
  }

  private value(number: number, schema: Schema): void {
    switch (schema.type) {
      case 'struct': {
        this.tag(number, 2);
        const message = this.open();
        this.struct(structOf(schema));
        this.close(message);
        return;
      }
      case 'string':
        this.tag(number, 2);
        this.text();
        return;
      case 'bool': {
        const isTrue = this.json[this.position] === letterT;
        this.position += isTrue ? 4 : 5;
        this.tag(number, 0);
        this.varint(isTrue ? 1 : 0);
        return;
      }
      case 'int':
      case 'int32':
      case 'int64':
        this.tag(number, 0);
        this.integer();
        return;
      default:
        this.tag(number, 2);
        this.special(schema.type);
    }
  }

  /** Messages that stand for types with codecs of their own. */
  private special(type: Schema['type']): void {
    const message = this.open();
    switch (type) {
      case 'Quantity':
        this.tag(1, 2);
        this.text();
        break;
      case 'Time':
        this.tag(1, 0);
        this.varint(this.seconds());
        this.tag(2, 0);
        this.varint(0);
        break;
      case 'IntOrString':
        this.intOrString();
        break;
      case 'FieldsV1':
      case 'RawExtension':
      case 'JSON':
        this.tag(1, 2);
        this.raw();
        break;
      default:
        throw unsupported;
    }
    this.close(message);
  }

  private intOrString(): void {
    const isText = this.json[this.position] === quote;
    this.tag(1, 0);
    this.varint(isText ? 1 : 0);
    this.tag(2, 0);
    if (isText) this.varint(0);
    else this.integer();
    this.tag(3, 2);
    if (isText) this.text();
    else this.varint(0);
  }

  private text(): void {
    const { json } = this;
    this.take(quote);
    const start = this.position;
    let end = start;
    for (let byte = json[end]; byte !== quote; byte = json[++end]) {
      if (byte === backslash || byte === undefined) {
        this.escapedText(start);
        return;
      }
    }
    this.position = end + 1;
    const length = end - start;
    this.varint(length);
    this.room(length);
    if (length > 24) this.out.set(json.subarray(start, end), this.length);
    else for (let index = 0; index < length; index++) this.out[this.length + index] = json[start + index] as number;
    this.length += length;
  }

  private escapedText(start: number): void {
    const { json } = this;
    let end = start;
    while (end < json.length && json[end] !== quote) end += json[end] === backslash ? 2 : 1;
    this.position = end + 1;
    const bytes = encoder.encode(JSON.parse(decoder.decode(json.subarray(start - 1, end + 1))) as string);
    this.varint(bytes.length);
    this.bytes(bytes);
  }

  /** A JSON value as it stands. Characters that only HTML has escaped would have to be unescaped. */
  private raw(): void {
    const { json } = this;
    const start = this.position;
    let end = start;
    let depth = 0;
    let isText = false;
    for (; end < json.length; end++) {
      const byte = json[end];
      if (byte === quote) isText = !isText;
      else if (byte === backslash) {
        end++;
        if (json[end] === letterU) throw unsupported;
      } else if (isText) continue;
      else if (byte === openBrace || byte === openBracket) depth++;
      else if (depth === 0 && (byte === comma || byte === closeBrace || byte === closeBracket)) break;
      else if (byte === closeBrace || byte === closeBracket) depth--;
    }
    this.position = end;
    this.varint(end - start);
    this.bytes(json.subarray(start, end));
  }

  /** Of at most fifteen digits, which a number holds exactly. */
  private integer(): void {
    const { json } = this;
    const isNegative = json[this.position] === minus;
    if (isNegative) this.position++;
    const start = this.position;
    let value = 0;
    for (;;) {
      const digit = (json[this.position] ?? 0) - digitZero;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      this.position++;
    }
    const after = json[this.position];
    if (this.position === start || this.position - start > 15) throw unsupported;
    if (after !== comma && after !== closeBrace && after !== closeBracket) throw unsupported;
    if (!isNegative) this.varint(value);
    else if (value === 0) this.varint(0);
    else this.negative(value);
  }

  /** '2006-01-02T15:04:05Z' as seconds since 1970. */
  private seconds(): number {
    const start = this.position + 1;
    const at = (position: number) => this.json[start + position];
    if (at(-1) !== quote || at(19) !== 0x5a || at(20) !== quote) throw unsupported;
    const two = (position: number): number => this.digit(start + position) * 10 + this.digit(start + position + 1);
    const year = two(0) * 100 + two(2);
    const ms = Date.UTC(year, two(5) - 1, two(8), two(11), two(14), two(17));
    if (year < 1970) throw unsupported;
    this.position += 22;
    return ms / 1000;
  }

  private digit(position: number): number {
    const digit = (this.json[position] ?? 0) - digitZero;
    if (digit < 0 || digit > 9) throw unsupported;
    return digit;
  }

  private take(byte: number): void {
    if (this.json[this.position] !== byte) throw unsupported;
    this.position++;
  }

  private absents({ absent }: WireStruct, from: number, to: number): void {
    for (let rank = from; rank < to; rank++) this.absentField(absent[rank]);
  }

  private absentField(bytes: Uint8Array | undefined): void {
    if (bytes) this.bytes(bytes);
  }

  private tag(number: number, wire: 0 | 2): void {
    this.varint((number << 3) | wire);
  }

  private varint(value: number): void {
    this.room(10);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.out[this.length++] = (rest % 0x80) | 0x80;
    this.out[this.length++] = rest;
  }

  /** The ten bytes of minus `value`. */
  private negative(value: number): void {
    this.room(10);
    let rest = BigInt.asUintN(64, -BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) this.out[this.length++] = Number(rest & 0x7fn) | 0x80;
    this.out[this.length++] = Number(rest);
  }

  /** Begins a message whose length is not known yet: one byte is left for it, most are short. */
  private open(): number {
    this.room(1);
    return this.length++;
  }

  private close(start: number): void {
    const length = this.length - start - 1;
    if (length < 0x80) {
      this.out[start] = length;
      return;
    }
    let more = 0;
    for (let rest = length >>> 7; rest > 0; rest >>>= 7) more++;
    this.room(more);
    this.out.copyWithin(start + 1 + more, start + 1, this.length);
    const end = this.length + more;
    this.length = start;
    this.varint(length);
    this.length = end;
  }

  private bytes(bytes: Uint8Array): void {
    this.room(bytes.length);
    if (bytes.length > 24) this.out.set(bytes, this.length);
    else for (let index = 0; index < bytes.length; index++) this.out[this.length + index] = bytes[index] as number;
    this.length += bytes.length;
  }

  private room(more: number): void {
    if (this.length + more <= this.out.length) return;
    const larger = new Uint8Array(Math.max(2 * this.out.length, this.length + more));
    larger.set(this.out.subarray(0, this.length));
    this.out = larger;
  }
}

const magic = new Uint8Array(protobufMagic);
/** A buffer that grew larger than this is not kept for the next object. */
const keptBytes = 1024 * 1024;
const transcoder = new Transcoder();

function sameKey(json: Uint8Array, start: number, end: number, key: Uint8Array): boolean {
  if (end - start !== key.length) return false;
  for (let index = 0; index < key.length; index++) if (json[start + index] !== key[index]) return false;
  return true;
}

function beginsWith(json: Uint8Array, start: Uint8Array): boolean {
  return sameKey(json, 0, Math.min(start.length, json.length), start);
}
