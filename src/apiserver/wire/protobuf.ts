/** Protobuf of lists and watch events, put together from the objects' own encodings. */

import { envelopeEnd, envelopeMessage, envelopeStart } from '#api/codec/protobuf-encode.ts';
import { newNotAcceptable } from '#api/errors.ts';
import type { KubeObject, WatchEventType } from '#api/object.ts';
import type { ApiResponse, EncodedObject } from '#api/request.ts';
import type { KindCodec } from '../registry/kind-codec.ts';
import { ByteWriter } from './byte-writer.ts';

/** A list as it goes out: bytes before the items, the items one by one, bytes after them. */
export interface ListPieces {
  readonly head: Uint8Array;
  readonly count: number;
  readonly write: (writer: ByteWriter, index: number) => void;
  readonly tail: Uint8Array;
}

/**
 * A list message is the same for every kind: ListMeta is field 1, the items are field 2. The object is field 2 of its own envelope, too:
 * tag, length and message go from there into the list as they are. All items are encoded at once, for their length comes first.
 */
export function protobufListPieces(
  { apiVersion, kind, metadata, items }: Extract<ApiResponse, { readonly type: 'list' }>,
  listMeta: KindCodec | undefined,
): ListPieces {
  if (!listMeta?.encodeProtobuf) throw newNotAcceptable(['application/json', 'application/yaml']);
  // ListMeta's own envelope has it as field 2; here it is field 1.
  const meta = envelopeMessage(listMeta.encodeProtobuf(metadata as unknown as KubeObject)).slice();
  meta[0] = fieldTag(1);
  let length = meta.length;
  for (const item of items) length += envelopeMessage(item.protobuf()).length;
  const start = envelopeStart(apiVersion, kind, length);
  const head = new Uint8Array(start.length + meta.length);
  head.set(start);
  head.set(meta, start.length);
  return {
    head,
    count: items.length,
    write: (writer, index) => writer.put(envelopeMessage((items[index] as EncodedObject).protobuf())),
    tail: envelopeEnd,
  };
}

/**
 * A length-delimited frame (4 bytes, big-endian) with a meta/v1 WatchEvent: type is field 1, object (RawExtension: raw is its field 1) is
 * field 2.
 */
export function writeProtobufWatchFrame(writer: ByteWriter, type: WatchEventType, object: Uint8Array): void {
  const rawLength = fieldLength(object.length);
  writer.uint32(fieldLength(type.length) + fieldLength(rawLength));
  writer.varint(fieldTag(1));
  writer.varint(type.length);
  writer.ascii(type);
  writer.varint(fieldTag(2));
  writer.varint(rawLength);
  writer.varint(fieldTag(1));
  writer.varint(object.length);
  writer.put(object);
}

/** The same on its own. */
export function protobufWatchFrame(type: WatchEventType, object: Uint8Array): Uint8Array {
  const writer = new ByteWriter(object.length + frameRoom);
  writeProtobufWatchFrame(writer, type, object);
  return writer.take();
}

/** More than a frame has around its object. */
const frameRoom = 48;

function fieldLength(length: number): number {
  return 1 + varintLength(length) + length;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest >>>= 7) length++;
  return length;
}

/** Of a length-delimited field with a low number. */
function fieldTag(field: number): number {
  return (field << 3) | 2;
}
