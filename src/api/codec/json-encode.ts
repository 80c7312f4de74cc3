/**
 * Encoding of objects as JSON, byte for byte as upstream writes them: fields in Go's order with Go's omitempty, maps sorted by
 * key, HTML characters escaped (encoding/json). The walk goes by the schema, so the order in which an object's properties were
 * made does not matter, and properties that the schema does not know are not written.
 *
 * Per struct the quoted names and the way each member is written are prepared once.
 */

import { escapeHtml } from '#base/html-escape.ts';
import { int64Text, isInt64 } from '../int64.ts';
import type { FieldSchema, ScalarSchema, Schema, StructSchema } from '../schema/schema.ts';
import { nilList, nilMap } from '../schema/zero.ts';
import type { Tree } from './json-decode.ts';

/** One object as compact JSON, without a line end. */
export function encodeJson(schema: StructSchema, object: object): string {
  return encodeStruct(object as Tree, schema, false);
}

/** The same of what upstream has read from protobuf, which knows no empty lists and maps: those that are always written are null. */
export function encodeProtobufRead(schema: StructSchema, object: object): string {
  return encodeStruct(object as Tree, schema, true);
}

/** A tree without a schema, keys sorted: how upstream writes custom resources and other unstructured content. */
export function encodeTree(value: unknown, level = 0): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return scalarText(value);
  // What is in order already, as all that was stored before, the engine writes several times as fast.
  if (level < triedLevels && isInOrder(value, 0)) return escapeHtml(JSON.stringify(value));
  if (Array.isArray(value)) {
    let text = '[';
    for (let i = 0; i < value.length; i++)
      text += i === 0 ? encodeTree(value[i], level + 1) : `,${encodeTree(value[i], level + 1)}`;
    return `${text}]`;
  }
  let text = '';
  for (const key of sortedKeys(value)) {
    const member = (value as Tree)[key];
    if (member !== undefined) text += `${text === '' ? '{' : ','}${quote(key)}:${encodeTree(member, level + 1)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/** As deep as the fields of a manager: metadata, managedFields, entry, fieldsV1. Below, looking again and again would not pay. */
const triedLevels = 4;

/** No deeper than the engine's own writer surely goes. */
const maxPlainDepth = 100;

/** JSON.stringify writes the tree as encodeTree does, HTML characters aside: keys are in order, texts are well formed, integers are exact. */
function isInOrder(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isSafeInteger(value) || !isInt64(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === maxPlainDepth) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isInOrder(item, depth + 1)) return false;
    return true;
  }
  let before = '';
  for (const key in value) {
    if (key < before || !key.isWellFormed() || !isInOrder((value as Tree)[key], depth + 1)) return false;
    before = key;
  }
  return true;
}

/** A raw value keeps the order in which its writer had it. */
function encodeRaw(value: unknown): string {
  return escapeHtml(JSON.stringify(value));
}

/** Compact JSON text as upstream prints it for `?pretty=true`: two spaces, empty objects and lists closed at once. */
export function indentJson(text: string): string {
  let indented = '';
  let indent = '\n';
  let position = 0;
  while (position < text.length) {
    const character = text[position] ?? '';
    if (character === '"') {
      let end = text.indexOf('"', position + 1);
      while (hasOddBackslashes(text, end)) end = text.indexOf('"', end + 1);
      indented += text.slice(position, end + 1);
      position = end + 1;
      continue;
    }
    position++;
    if (character === '{' || character === '[') {
      const closing = text[position];
      if (closing === '}' || closing === ']') {
        indented += character + closing;
        position++;
        continue;
      }
      indent += '  ';
      indented += character + indent;
    } else if (character === '}' || character === ']') {
      indent = indent.slice(0, -2);
      indented += indent + character;
    } else if (character === ',') {
      indented += character + indent;
    } else {
      indented += character === ':' ? ': ' : character;
    }
  }
  return indented;
}

function hasOddBackslashes(text: string, quotePosition: number): boolean {
  let start = quotePosition;
  while (text.charCodeAt(start - 1) === 0x5c) start--;
  return ((quotePosition - start) & 1) === 1;
}

/** A struct's members, prepared: `"name":` and what is written when the member is not there (undefined: nothing). */
interface Member {
  readonly name: string;
  readonly key: string;
  readonly schema: Schema;
  readonly absent: string | undefined;
  /** Zero values that are there are left out all the same. */
  readonly dropsZero: boolean;
  /** A list or map that is always written. */
  readonly canBeEmpty: boolean;
}

const prepared = new WeakMap<StructSchema, readonly Member[]>();

function membersOf(schema: StructSchema): readonly Member[] {
  let members = prepared.get(schema);
  if (members === undefined) {
    members = schema.members.map((field) => ({
      name: field.name,
      key: `${JSON.stringify(field.name)}:`,
      schema: field.schema,
      absent: absentText(field),
      dropsZero: field.omitempty && !field.pointer,
      canBeEmpty: !field.pointer && (field.schema.type === 'list' || field.schema.type === 'map'),
    }));
    prepared.set(schema, members);
  }
  return members;
}

function absentText(field: FieldSchema): string | undefined {
  const { schema } = field;
  if (field.omitzero) return undefined;
  if (field.pointer) return field.omitempty ? undefined : 'null';
  switch (schema.type) {
    case 'struct':
      return encodeStruct({}, schema, false);
    case 'IntOrString':
      return '0';
    case 'Quantity':
    case 'Duration':
      return schema.type === 'Quantity' ? '"0"' : '"0s"';
    case 'Time':
    case 'MicroTime':
    case 'RawExtension':
      return 'null';
    case 'JSONSchemaPropsOrBool':
      return 'false';
    default:
      if (field.omitempty) return undefined;
  }
  switch (schema.type) {
    case 'string':
      return '""';
    case 'bool':
      return 'false';
    case 'int':
    case 'int32':
    case 'int64':
    case 'float64':
      return '0';
    default:
      return 'null';
  }
}

function encodeStruct(object: Tree, schema: StructSchema, emptyIsNull: boolean): string {
  let text = '';
  let separator = '{';
  for (const member of membersOf(schema)) {
    const value = object[member.name];
    let encoded: string | undefined;
    if (value === undefined || value === null || value === nilList || value === nilMap) encoded = member.absent;
    else if (typeof value === 'string' && value !== '') encoded = quote(value);
    else if (member.dropsZero && isZero(value, member.schema)) continue;
    else if (emptyIsNull && member.canBeEmpty && isZero(value, member.schema)) encoded = 'null';
    else encoded = encodeValue(value, member.schema, emptyIsNull);
    if (encoded === undefined) continue;
    text += separator + member.key + encoded;
    separator = ',';
  }
  return text === '' ? '{}' : `${text}}`;
}

function isZero(value: unknown, schema: Schema): boolean {
  switch (schema.type) {
    case 'list':
      return (value as readonly unknown[]).length === 0;
    case 'map':
      for (const key in value as Tree) {
        if ((value as Tree)[key] !== undefined) return false;
      }
      return true;
    case 'string':
    case 'bytes':
      return value === '';
    case 'bool':
      return value === false;
    case 'int':
    case 'int32':
    case 'int64':
    case 'float64':
      return value === 0;
    default:
      return false;
  }
}

function encodeValue(value: unknown, schema: Schema, emptyIsNull: boolean): string {
  switch (schema.type) {
    case 'struct':
      return encodeStruct((value ?? {}) as Tree, schema, emptyIsNull);
    case 'list': {
      if (value === nilList) return 'null';
      const list = value as readonly unknown[];
      let text = '[';
      for (let i = 0; i < list.length; i++) {
        const element = encodeValue(list[i], schema.element, emptyIsNull);
        text += i === 0 ? element : `,${element}`;
      }
      return `${text}]`;
    }
    case 'map': {
      if (value === nilMap) return 'null';
      let text = '';
      for (const key of sortedKeys(value as object)) {
        const element = (value as Tree)[key];
        if (element !== undefined)
          text += `${text === '' ? '{' : ','}${quote(key)}:${encodeValue(element, schema.element, emptyIsNull)}`;
      }
      return text === '' ? '{}' : `${text}}`;
    }
    default:
      return typeof value === 'string' ? quote(value) : encodeScalar(value, schema);
  }
}

function encodeScalar(value: unknown, schema: ScalarSchema): string {
  if (typeof value === 'number' && schema.type === 'float64') return floatText(value);
  if (typeof value !== 'object' || value === null) return scalarText(value);
  const props = schema.schemaProps?.();
  if (!props) return encodeRaw(value);
  if (!Array.isArray(value)) return encodeStruct(value as Tree, props, false);
  return `[${value.map((element) => (typeof element === 'string' ? quote(element) : encodeStruct(element as Tree, props, false))).join(',')}]`;
}

function scalarText(value: unknown): string {
  if (typeof value === 'number') return isInt64(value) ? int64Text(value) : floatText(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return 'null';
}

function floatText(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}

/** Keys in the order of their bytes. UTF-16 order differs from it only beyond the basic plane, which label-like keys never reach. */
function sortedKeys(object: object): readonly string[] {
  const keys = Object.keys(object);
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index] as string) < (keys[index - 1] as string)) return keys.sort();
  }
  return keys;
}

/** Anything that JSON or Go's HTML-safe encoder writes differently than it is. */
const needsEscape = /[^ !#-%'-;=?-[\]-\u2027\u202a-\ud7ff\ue000-\uffff]/;

function quote(text: string): string {
  return needsEscape.test(text) ? escapeHtml(JSON.stringify(text.toWellFormed())) : `"${text}"`;
}
