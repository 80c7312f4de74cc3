/**
 * Encoding of objects as Kubernetes protobuf, byte for byte as upstream's generated code writes it: fields by number, every field
 * that is no pointer written even when zero, maps sorted by key, apiVersion and kind only in the envelope
 * (`k8s\0` and runtime.Unknown; apimachinery runtime/serializer/protobuf).
 */

import { unreachable } from '#base/errors.ts';
import { parseDuration } from '../duration.ts';
import type { FieldSchema, ScalarSchema, Schema, StructSchema } from '../schema/schema.ts';
import { parseTime } from '../time.ts';
import type { Tree } from './json-decode.ts';
import { encodeTree } from './json-encode.ts';
import { ReverseWriter, type WireType } from './protobuf-writer.ts';

/** Encoding is never interrupted, so one buffer does for all objects. */
const shared = new ReverseWriter();

export const protobufMagic: readonly number[] = [0x6b, 0x38, 0x73, 0x00];

/** One object with its envelope. `object` must carry its apiVersion and kind. */
export function encodeProtobuf(schema: StructSchema, object: object): Uint8Array {
  const tree = object as Tree;
  const writer = shared;
  writer.reset();
  writer.raw(envelopeEnd);
  const mark = writer.length;
  writeStruct(writer, tree, schema);
  writeEnvelopeStart(writer, String(tree.apiVersion ?? ''), String(tree.kind ?? ''), writer.length - mark);
  return writer.finish();
}

/** A message without the envelope. */
export function encodeMessage(schema: StructSchema, object: object): Uint8Array {
  const writer = new ReverseWriter();
  writeStruct(writer, object as Tree, schema);
  return writer.finish();
}

/** What stands in an envelope behind the message: no content encoding and no content type. */
export const envelopeEnd: Uint8Array = new Uint8Array([0x1a, 0, 0x22, 0]);

/** What stands in an envelope before a message of this length. */
export function envelopeStart(apiVersion: string, kind: string, messageLength: number): Uint8Array {
  const writer = new ReverseWriter();
  writeEnvelopeStart(writer, apiVersion, kind, messageLength);
  return writer.finish();
}

function writeEnvelopeStart(writer: ReverseWriter, apiVersion: string, kind: string, messageLength: number): void {
  writer.varint(messageLength);
  writer.tag(2, 2);
  const mark = writer.length;
  writeText(writer, 2, kind);
  writeText(writer, 1, apiVersion);
  writer.message(mark);
  writer.tag(1, 2);
  writer.raw(protobufMagic);
}

/** The message in an envelope that was made here, with its tag (field 2) and length: a view. */
export function envelopeMessage(envelope: Uint8Array): Uint8Array {
  let at = protobufMagic.length + 1;
  let typeLength = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = envelope[at++] ?? 0;
    typeLength |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return envelope.subarray(at + typeLength, envelope.length - envelopeEnd.length);
}

function writeText(writer: ReverseWriter, number: number, text: string): void {
  writer.string(text);
  writer.tag(number, 2);
}

/** A field on the wire, prepared. */
interface WireField {
  readonly name: string;
  readonly inline: boolean;
  readonly number: number;
  readonly schema: Schema;
  /** What is written when it is not there. */
  readonly absent: Uint8Array | undefined;
}

const prepared = new WeakMap<StructSchema, readonly WireField[]>();

/** Highest number first. */
function wireFields(schema: StructSchema): readonly WireField[] {
  let fields = prepared.get(schema);
  if (fields === undefined) {
    fields = schema.fields
      .map((field) => ({
        name: field.name,
        inline: field.inline,
        number: field.number ?? 0,
        schema: field.schema,
        absent: absentBytes(field),
      }))
      .filter(({ number }) => number > 0)
      .sort((a, b) => b.number - a.number);
    prepared.set(schema, fields);
  }
  return fields;
}

function writeStruct(writer: ReverseWriter, object: Tree, schema: StructSchema): void {
  for (const { name, inline, number, schema: type, absent } of wireFields(schema)) {
    const value = inline ? object : object[name];
    if (value !== undefined && value !== null) writeField(writer, number, value, type);
    else if (absent !== undefined) writer.raw(absent);
  }
}

/** What is written of a field that is not there; undefined for nothing. */
export function absentBytes(field: FieldSchema): Uint8Array | undefined {
  if (field.number === undefined) return undefined;
  const writer = new ReverseWriter();
  writeAbsent(writer, field.number, field);
  return writer.length === 0 ? undefined : writer.finish();
}

/** Zero values of what is no pointer are written; lists, maps and byte strings that are nil are not. */
function writeAbsent(writer: ReverseWriter, number: number, field: FieldSchema): void {
  if (field.pointer) return;
  const { schema } = field;
  switch (schema.type) {
    case 'struct':
      writeField(writer, number, {}, schema);
      return;
    case 'string':
      writeText(writer, number, '');
      return;
    case 'bool':
      writeField(writer, number, false, schema);
      return;
    case 'int':
    case 'int32':
    case 'int64':
    case 'float64':
    case 'IntOrString':
      writeField(writer, number, 0, schema);
      return;
    case 'Quantity':
      writeField(writer, number, '', schema);
      return;
    case 'Duration':
      writeField(writer, number, '0s', schema);
      return;
    case 'Time':
    case 'MicroTime':
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
      writer.varint(0);
      writer.tag(number, 2);
      return;
    case 'JSONSchemaPropsOrBool':
      writeField(writer, number, false, schema);
      return;
    case 'JSONSchemaPropsOrArray':
    case 'JSONSchemaPropsOrStringArray':
      writer.varint(0);
      writer.tag(number, 2);
      return;
    case 'list':
    case 'map':
    case 'bytes':
    case 'any':
      return;
    default:
      unreachable(schema);
  }
}

/** A field with its tag; a list or map as one field per element. */
function writeField(writer: ReverseWriter, number: number, value: unknown, schema: Schema): void {
  if (schema.type === 'list') {
    const list = value as readonly unknown[];
    if (schema.message) {
      const mark = writer.length;
      for (let i = list.length - 1; i >= 0; i--) writeField(writer, 1, list[i], schema.element);
      writer.message(mark);
      writer.tag(number, 2);
      return;
    }
    for (let i = list.length - 1; i >= 0; i--) writeField(writer, number, list[i], schema.element);
    return;
  }
  if (schema.type === 'map') {
    const map = value as Tree;
    const keys = Object.keys(map).sort();
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i] ?? '';
      if (map[key] === undefined) continue;
      const mark = writer.length;
      writeField(writer, 2, map[key], schema.element);
      writeText(writer, 1, key);
      writer.message(mark);
      writer.tag(number, 2);
    }
    return;
  }
  if (schema.type === 'struct') {
    const mark = writer.length;
    writeStruct(writer, (value ?? {}) as Tree, schema);
    writer.message(mark);
    writer.tag(number, 2);
    return;
  }
  writer.tag(number, writeScalar(writer, value, schema));
}

/** The value of a scalar; returns the wire type of its tag. */
function writeScalar(writer: ReverseWriter, value: unknown, schema: ScalarSchema): WireType {
  switch (schema.type) {
    case 'string':
      writer.string(String(value ?? ''));
      return 2;
    case 'bool':
      writer.varint(value === true ? 1 : 0);
      return 0;
    case 'int':
    case 'int32':
    case 'int64':
      writer.varint(Number(value));
      return 0;
    case 'float64':
      writer.double(Number(value));
      return 1;
    case 'bytes':
      writer.bytes(Uint8Array.fromBase64(String(value)));
      return 2;
    default:
      break;
  }
  const mark = writer.length;
  writeSpecial(writer, value, schema);
  writer.message(mark);
  return 2;
}

/** Content of the messages that stand for types with codecs of their own. */
function writeSpecial(writer: ReverseWriter, value: unknown, schema: ScalarSchema): void {
  switch (schema.type) {
    case 'Time':
    case 'MicroTime': {
      if (typeof value !== 'string') return;
      writer.varint(schema.type === 'MicroTime' ? Number(/\.(\d{6})/.exec(value)?.[1] ?? 0) * 1000 : 0);
      writer.tag(2, 0);
      writer.varint(Math.floor((parseTime(value) ?? 0) / 1000));
      writer.tag(1, 0);
      return;
    }
    case 'Duration':
      writer.varint(Number(parseDuration(String(value)) ?? 0n));
      writer.tag(1, 0);
      return;
    case 'Quantity':
      writeText(writer, 1, String(value));
      return;
    case 'IntOrString': {
      const isText = typeof value === 'string';
      writeText(writer, 3, isText ? value : '');
      writer.varint(isText ? 0 : Number(value));
      writer.tag(2, 0);
      writer.varint(isText ? 1 : 0);
      writer.tag(1, 0);
      return;
    }
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
      if (value !== null && value !== undefined) writeText(writer, 1, JSON.stringify(value));
      return;
    case 'any':
      writeText(writer, 1, encodeTree(value));
      return;
    default:
      writeSchemaProps(writer, value, schema);
      return;
  }
}

/** The JSONSchemaPropsOr... messages: a schema, or the other form. */
function writeSchemaProps(writer: ReverseWriter, value: unknown, schema: ScalarSchema): void {
  const props = schema.schemaProps?.();
  if (!props || value === null) return;
  const isObject = typeof value === 'object' && !Array.isArray(value);
  switch (schema.type) {
    case 'JSONSchemaPropsOrBool':
      if (isObject) writeField(writer, 2, value, props);
      writer.varint(isObject || value === true ? 1 : 0);
      writer.tag(1, 0);
      return;
    default: {
      if (isObject) {
        writeField(writer, 1, value, props);
        return;
      }
      const element: Schema = schema.type === 'JSONSchemaPropsOrArray' ? props : { type: 'string', goName: 'string' };
      writeField(writer, 2, value, { type: 'list', goName: '', element, message: false });
      return;
    }
  }
}
