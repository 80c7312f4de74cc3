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
  const start = transcoder.envelopeStart(encoder.encode(apiVersion), encoder.encode(kind));
  return (json) => {
    if (!isAt(json, 0, typeMeta)) return undefined;
    try {
      return transcoder.object(json, typeMeta.length, structOf(schema), start);
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
  /** Of the name: what most other names differ in. */
  readonly first: number;
  readonly length: number;
  /** Of the struct's fields on the wire, by number. */
  readonly rank: number;
  readonly value: Value;
  /** Its members are members of this struct in JSON. */
  readonly inline: WireStruct | undefined;
}

/** How a value is written as a field of this number: of a list or a map, each of its elements. */
class Value {
  readonly type: Schema['type'];
  readonly number: number;
  /** Of a list. */
  readonly element: Value | undefined;
  /** Of a map: its values are fields of an entry. */
  readonly mapped: Value | undefined;
  /** It cannot be written here. */
  readonly isUnsupported: boolean;
  private readonly schema: Schema;
  private known: WireStruct | undefined;

  constructor(schema: Schema, number: number) {
    this.type = schema.type;
    this.number = number;
    this.element = schema.type === 'list' ? new Value(schema.element, number) : undefined;
    this.mapped = schema.type === 'map' ? new Value(schema.element, 2) : undefined;
    this.isUnsupported = schema.type === 'list' && schema.message;
    this.schema = schema;
  }

  /** Of a struct, when it is first needed: they nest without end. */
  get struct(): WireStruct {
    this.known ??= structOf(this.schema as StructSchema);
    return this.known;
  }
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
  const key = encoder.encode(name);
  const [first = 0] = key;
  return [{ key, first, length: key.length, rank, value: new Value(schema, number), inline: struct }];
}

/** Objects are transcoded one after the other: they share buffers. */
class Transcoder {
  private json: Uint8Array = new Uint8Array();
  private position = 0;
  private out = new Uint8Array(usualBytes);
  private length = 0;
  /** Of the structs that are being written: rank, start and end of each field, as many as `top` says. */
  private readonly segments: number[] = [];
  private top = 0;
  /** Where fields are moved by way of. */
  private spare = new Uint8Array(usualBytes);

  /** What stands in an envelope before the object. */
  envelopeStart(apiVersion: Uint8Array, kind: Uint8Array): Uint8Array {
    this.length = 0;
    this.bytes(magic);
    this.tag(1, 2);
    const typeMeta = this.open();
    this.tag(1, 2);
    this.varint(apiVersion.length);
    this.bytes(apiVersion);
    this.tag(2, 2);
    this.varint(kind.length);
    this.bytes(kind);
    this.close(typeMeta);
    return this.out.slice(0, this.length);
  }

  object(json: Uint8Array, start: number, struct: WireStruct, envelopeStart: Uint8Array): Uint8Array {
    this.json = json;
    this.position = start;
    this.length = 0;
    this.top = 0;
    this.bytes(envelopeStart);
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
    if (this.out.length > keptBytes) this.out = new Uint8Array(usualBytes);
    if (this.spare.length > keptBytes) this.spare = new Uint8Array(usualBytes);
    return envelope;
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
    const mark = this.top;
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
      this.remember(entry.rank, start);
      if (this.json[this.position] !== comma) break;
      next = this.find(entries, next + 1, this.position + 1);
      if (next < 0 && isInline) break;
      this.position++;
    }
    if (isOrdered) this.absents(struct, last + 1, absent.length);
    else this.reorder(struct, begin, mark);
    this.top = mark;
  }

  private remember(rank: number, start: number): void {
    const { segments } = this;
    segments[this.top++] = rank;
    segments[this.top++] = start;
    segments[this.top++] = this.length;
  }

  private inlineStruct(entry: Entry, struct: WireStruct): void {
    this.tag(entry.value.number, 2);
    const message = this.open();
    this.members(struct, true);
    this.close(message);
  }

  /** Writes the struct's fields again, in the order of their numbers. */
  private reorder({ absent }: WireStruct, begin: number, mark: number): void {
    const { segments, top } = this;
    if (this.spare.length < this.length - begin) this.spare = new Uint8Array(this.out.length);
    const { spare } = this;
    spare.set(this.out.subarray(begin, this.length));
    this.length = begin;
    for (let rank = 0; rank < absent.length; rank++) {
      let at = mark;
      while (at < top && segments[at] !== rank) at += 3;
      if (at >= top) this.absentField(absent[rank]);
      else this.bytes(spare, (segments[at + 1] as number) - begin, (segments[at + 2] as number) - begin);
    }
  }

  /** The entry whose name stands at `position`, from `from` on; -1 for none. */
  private find(entries: readonly Entry[], from: number, position: number): number {
    const { json } = this;
    if (json[position] !== quote) throw unsupported;
    const start = position + 1;
    const first = json[start];
    for (let index = from; index < entries.length; index++) {
      const entry = entries[index] as Entry;
      if (entry.inline) {
        if (this.find(entry.inline.entries, 0, position) >= 0) return index;
      } else if (entry.first === first && json[start + entry.length] === quote && isAt(json, start, entry.key)) {
        return index;
      }
    }
    return -1;
  }

  /** A member from its name on, as one field or several. */
  private field({ length, value }: Entry, absent: Uint8Array | undefined): void {
    this.position += length + 2;
    this.take(colon);
    if (this.json[this.position] === letterN) {
      this.position += 4;
      this.absentField(absent);
      return;
    }
    if (value.isUnsupported) throw unsupported;
    if (value.element) this.list(value.element);
    else if (value.mapped) this.map(value.number, value.mapped);
    else this.value(value);
  }

  private list(element: Value): void {
    this.take(openBracket);
    while (this.json[this.position] !== closeBracket) {
      this.value(element);
      if (this.json[this.position] === comma) this.position++;
    }
    this.position++;
  }

  private map(number: number, mapped: Value): void {
    this.take(openBrace);
    while (this.json[this.position] !== closeBrace) {
      this.tag(number, 2);
      const entry = this.open();
      this.tag(1, 2);
      this.text();
      this.take(colon);
      this.value(mapped);
      this.close(entry);
      if (this.json[this.position] === comma) this.position++;
    }
    this.position++;
  }

  private value(value: Value): void {
    const { number, type } = value;
    switch (type) {
      case 'struct': {
        this.tag(number, 2);
        const message = this.open();
        this.struct(value.struct);
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
        this.special(type);
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
    // It is written while its end is looked for, so there must be room for all that is left.
    this.room(json.length - start + 1);
    const { out } = this;
    const text = this.length;
    let to = text + 1;
    let end = start;
    for (let byte = json[end]; byte !== quote; byte = json[++end]) {
      if (byte === backslash || byte === undefined) {
        this.escapedText(start);
        return;
      }
      out[to++] = byte;
    }
    this.position = end + 1;
    this.length = to;
    this.close(text);
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
    for (let depth = 0; end < json.length; end++) {
      const byte = json[end];
      if (byte === quote) end = this.endOfText(end);
      else if (byte === openBrace || byte === openBracket) depth++;
      else if (byte === closeBrace || byte === closeBracket) {
        if (depth === 0) break;
        depth--;
      } else if (byte === comma && depth === 0) break;
    }
    this.position = end;
    this.varint(end - start);
    this.bytes(json, start, end);
  }

  /** The closing quote of the text whose opening quote stands at `start`. */
  private endOfText(start: number): number {
    const { json } = this;
    let end = start + 1;
    for (let byte = json[end]; byte !== quote; byte = json[++end]) {
      if (byte === undefined || (byte === backslash && json[++end] === letterU)) throw unsupported;
    }
    return end;
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
    const { json, position } = this;
    if (json[position] !== quote || json[position + 20] !== 0x5a || json[position + 21] !== quote) throw unsupported;
    const year = this.twoDigits(1) * 100 + this.twoDigits(3);
    if (year < 1970) throw unsupported;
    const month = this.twoDigits(6) - 1;
    const day = this.twoDigits(9);
    const ms = Date.UTC(year, month, day, this.twoDigits(12), this.twoDigits(15), this.twoDigits(18));
    this.position += 22;
    return ms / 1000;
  }

  /** So far behind `position`. */
  private twoDigits(behind: number): number {
    return this.digit(this.position + behind) * 10 + this.digit(this.position + behind + 1);
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
    if (value < 0x80) {
      this.out[this.length++] = value;
      return;
    }
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

  private bytes(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const length = end - start;
    this.room(length);
    // A view of so many bytes costs what copying them one by one does.
    if (length > 64) this.out.set(bytes.subarray(start, end), this.length);
    else for (let index = 0; index < length; index++) this.out[this.length + index] = bytes[start + index] as number;
    this.length += length;
  }

  private room(more: number): void {
    if (this.length + more <= this.out.length) return;
    const larger = new Uint8Array(Math.max(2 * this.out.length, this.length + more));
    larger.set(this.out.subarray(0, this.length));
    this.out = larger;
  }
}

const magic = new Uint8Array(protobufMagic);
const usualBytes = 64 * 1024;
/** A buffer that grew larger than this is not kept for the next object. */
const keptBytes = 1024 * 1024;
const transcoder = new Transcoder();

function isAt(json: Uint8Array, start: number, part: Uint8Array): boolean {
  for (let index = 0; index < part.length; index++) if (json[start + index] !== part[index]) return false;
  return true;
}
