/**
 * WatchFrame: one watch event with its encoded frame, made once and shared by every watcher that gets it.
 */

import type { WatchEventType } from '#api/object.ts';
import type { EncodedObject, EncodedWatchEvent } from '#api/request.ts';
import type { ByteWriter } from '../wire/byte-writer.ts';
import { protobufWatchFrame, writeProtobufWatchFrame } from '../wire/protobuf.ts';
import type { CachedObject } from './cached-object.ts';

const encoder = new TextEncoder();
const heads = {
  ADDED: encoder.encode('{"type":"ADDED","object":'),
  MODIFIED: encoder.encode('{"type":"MODIFIED","object":'),
  DELETED: encoder.encode('{"type":"DELETED","object":'),
  BOOKMARK: encoder.encode('{"type":"BOOKMARK","object":'),
  ERROR: encoder.encode('{"type":"ERROR","object":'),
} as const satisfies Record<WatchEventType, Uint8Array>;
const tail = encoder.encode('}\n');

export class WatchFrame implements EncodedWatchEvent {
  readonly type: WatchEventType;
  readonly body: EncodedObject;
  private frame: Uint8Array | undefined;
  private protobufFrame: Uint8Array | undefined;

  constructor(type: WatchEventType, body: EncodedObject) {
    this.type = type;
    this.body = body;
  }

  /** `{"type":"ADDED","object":{...}}` and a newline. */
  json(): Uint8Array {
    this.frame ??= jsonFrame(this.type, this.body.json());
    return this.frame;
  }

  protobuf(): Uint8Array {
    this.protobufFrame ??= protobufWatchFrame(this.type, this.body.protobuf());
    return this.protobufFrame;
  }
}

/** One event of a watch's initial state: nobody else gets it, so its frame is written and not kept. */
export class InitialFrame implements EncodedWatchEvent {
  readonly type = 'ADDED';
  readonly body: CachedObject;

  constructor(body: CachedObject) {
    this.body = body;
  }

  writeJson(writer: ByteWriter): void {
    writer.put(heads.ADDED);
    this.body.writeJson(writer);
    writer.put(tail);
  }

  writeProtobuf(writer: ByteWriter): void {
    writeProtobufWatchFrame(writer, this.type, this.body.protobuf());
  }
}

export function jsonFrame(type: WatchEventType, body: Uint8Array): Uint8Array {
  const head = heads[type];
  const frame = new Uint8Array(head.length + body.length + tail.length);
  frame.set(head);
  frame.set(body, head.length);
  frame.set(tail, head.length + body.length);
  return frame;
}
