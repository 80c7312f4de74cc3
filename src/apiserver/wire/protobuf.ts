/** Protobuf of lists and watch events, put together from the objects' own encodings. */

import { envelopeEnd, envelopeMessage, envelopeStart } from '#api/codec/protobuf-encode.ts';
import { newNotAcceptable } from '#api/errors.ts';
import type { KubeObject, WatchEventType } from '#api/object.ts';
import type { ApiResponse, EncodedObject } from '#api/request.ts';
import { CachedObject } from '../cache/cached-object.ts';
import type { KindCodec } from '../registry/kind-codec.ts';
import { ByteWriter } from './byte-writer.ts';

/** A list as it goes out: bytes before the items, the items one by one, bytes after them. */
export interface ListPieces {
  readonly head: Uint8Array;
  readonly count: number;
  readonly write: (writer: ByteWriter, index: number) => void;
  readonly tail: Uint8Array;
}

/** JSON of objects whose protobuf is made within one turn of the event loop: a few milliseconds. */
const turnBytes = 512 * 1024;

/**
 * Makes the protobuf of objects that never had any, so that all lengths are known, in many turns of the event loop; `turn` ends one.
 * Undefined when that is soon done. Rejects as `turn` does.
 */
export function measureProtobuf(items: readonly EncodedObject[], turn: () => Promise<void>): Promise<void> | undefined {
  const measured = measureFrom(items, 0);
  return measured === items.length ? undefined : measureRest(items, measured, turn);
}

async function measureRest(items: readonly EncodedObject[], start: number, turn: () => Promise<void>): Promise<void> {
  for (let next = start; next < items.length; ) {
    await turn();
    next = measureFrom(items, next);
  }
}

/** What one turn does; answers where the next one begins. */
function measureFrom(items: readonly EncodedObject[], start: number): number {
  let bytes = 0;
  for (let next = start; next < items.length; next++) {
    const item = items[next];
    if (!(item instanceof CachedObject) || item.protobufLength > 0) continue;
    if (bytes > turnBytes) return next;
    bytes += item.value.length;
    item.protobuf();
  }
  return items.length;
}

/**
 * A list message is the same for every kind: ListMeta is field 1, the items are field 2. The object is field 2 of its own envelope, too:
 * tag, length and message go from there into the list as they are. The length of all items comes first: objects say theirs without being
 * encoded again.
 */
export function protobufListPieces(
  { apiVersion, kind, metadata, items }: Extract<ApiResponse, { readonly type: 'list' }>,
  listMeta: KindCodec | undefined,
): ListPieces {
  if (!listMeta?.encodeProtobuf) throw newNotAcceptable(['application/json', 'application/yaml']);
  // ListMeta's own envelope has it as field 2; here it is field 1.
  const meta = envelopeMessage(listMeta.encodeProtobuf(metadata as unknown as KubeObject)).slice();
  meta[0] = fieldTag(1);
  const length = meta.length + messageLengths(items);
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

/** Of the field 2 of all envelopes, with its tag. The rest of the envelope is the same for all objects that were read of one resource. */
function messageLengths(items: readonly EncodedObject[]): number {
  const first = items.find((item) => item instanceof CachedObject)?.protobuf();
  const envelopeLength = first ? first.length - envelopeMessage(first).length : 0;
  let length = 0;
  for (const item of items) {
    if (item instanceof CachedObject && item.protobufLength > 0) length += item.protobufLength - envelopeLength;
    else length += envelopeMessage(item.protobuf()).length;
  }
  return length;
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
