/** Protobuf of lists and watch events, put together from the objects' own encodings. */

import { unwrapProtobuf } from '#api/codec/protobuf-decode.ts';
import { wrapProtobuf } from '#api/codec/protobuf-encode.ts';
import { newNotAcceptable } from '#api/errors.ts';
import type { KubeObject, WatchEventType } from '#api/object.ts';
import type { ApiResponse } from '#api/request.ts';
import type { KindCodec } from '../registry/kind-codec.ts';

const encoder = new TextEncoder();

/** A list message is the same for every kind: ListMeta is field 1, the items are field 2. */
export function encodeProtobufList(
  { apiVersion, kind, metadata, items }: Extract<ApiResponse, { readonly type: 'list' }>,
  listMeta: KindCodec | undefined,
): Uint8Array {
  if (!listMeta?.encodeProtobuf) throw newNotAcceptable(['application/json', 'application/yaml']);
  const meta = messageOf(listMeta.encodeProtobuf(metadata as unknown as KubeObject));
  const messages = items.map((item) => messageOf(item.protobuf()));
  let length = fieldLength(meta.length);
  for (const message of messages) length += fieldLength(message.length);
  const body = new Uint8Array(length);
  let offset = writeField(body, 0, 1, meta);
  for (const message of messages) offset = writeField(body, offset, 2, message);
  return wrapProtobuf(apiVersion, kind, body);
}

/**
 * A length-delimited frame (4 bytes, big-endian) with a meta/v1 WatchEvent: type is field 1, object (RawExtension: raw is its field 1) is
 * field 2.
 */
export function protobufWatchFrame(type: WatchEventType, object: Uint8Array): Uint8Array {
  const typeBytes = encoder.encode(type);
  const rawLength = fieldLength(object.length);
  const length = fieldLength(typeBytes.length) + fieldLength(rawLength);
  const frame = new Uint8Array(4 + length);
  new DataView(frame.buffer).setUint32(0, length);
  let offset = writeField(frame, 4, 1, typeBytes);
  offset = writeHead(frame, offset, 2, rawLength);
  writeField(frame, offset, 1, object);
  return frame;
}

function messageOf(envelope: Uint8Array): Uint8Array {
  return unwrapProtobuf(envelope).message;
}

function fieldLength(length: number): number {
  return 1 + varintLength(length) + length;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

function writeField(target: Uint8Array, offset: number, field: number, bytes: Uint8Array): number {
  const start = writeHead(target, offset, field, bytes.length);
  target.set(bytes, start);
  return start + bytes.length;
}

function writeHead(target: Uint8Array, offset: number, field: number, length: number): number {
  let position = offset;
  target[position++] = (field << 3) | 2;
  let rest = length;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[position++] = (rest % 0x80) | 0x80;
  target[position++] = rest;
  return position;
}
