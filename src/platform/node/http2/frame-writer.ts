/**
 * Frames of a connection on their way to its socket: written side by side into memory that all connections share, and handed to the
 * socket once a turn of the event loop, so that what many streams have to say at the same time is one write and one TLS record.
 */

import type { Duplex } from 'node:stream';
import { FrameType, frameHeadBytes } from './protocol.ts';

/** Memory for frames. It is written to again when the sockets have taken all of it. */
class Slab {
  readonly bytes = Buffer.allocUnsafeSlow(slabBytes);
  used = 0;
  /** Segments that sockets have not taken. */
  private pending = 0;

  hold(): void {
    this.pending++;
  }

  /** Also the callback of writes: one for all. */
  readonly release = (): void => {
    this.pending--;
    if (this.pending > 0) return;
    this.used = 0;
    if (this !== current && free.length < freeBound) free.push(this);
  };

  get isHeld(): boolean {
    return this.pending > 0;
  }
}

/** Two chunks of a list with their frames' heads: what goes out in one write is one piece of memory, and need not be put together. */
const slabBytes = 160 * 1024;
/** Of answers that go out together: lists, or a change to a thousand watchers. */
const freeBound = 12;
const free: Slab[] = [];
let current = new Slab();

/** Bytes that wait for the peer before streams are asked to wait: those with much to say, and all of them. */
const highWater = 128 * 1024;
const fullBytes = 512 * 1024;

/** What a connection gets of a slab beyond what it needs when others write in between: pieces of a few events would not be worth their overhead. */
const grantBytes = 16 * 1024;

/** Written up to `end`; up to `limit` it is nobody else's. */
interface Segment {
  readonly slab: Slab;
  readonly start: number;
  end: number;
  limit: number;
}

export class FrameWriter {
  private readonly socket: Duplex;
  private readonly afterFlush: () => void;
  private segments: Segment[] = [];
  private waiting = 0;
  private scheduled = false;
  /** The stream whose DATA was written last, where that frame begins in the last segment, and its payload's bytes; 0 for none that could go on. */
  private dataStream = 0;
  private dataAt = 0;
  private dataBytes = 0;

  /** `afterFlush` is called when what was waiting has been handed to the socket. */
  constructor(socket: Duplex, afterFlush: () => void) {
    this.socket = socket;
    this.afterFlush = afterFlush;
  }

  /** No more of long answers should be added now: the peer does not take what it has got already. */
  get isCongested(): boolean {
    return this.queued >= highWater;
  }

  /** Nothing but control frames should be added now. */
  get isFull(): boolean {
    return this.queued >= fullBytes;
  }

  /** Bytes that the peer has not taken. */
  get queued(): number {
    return this.waiting + this.socket.writableLength;
  }

  /** `payload` is copied. */
  frame(
    type: number,
    flags: number,
    stream: number,
    payload: Uint8Array | undefined,
    start = 0,
    end = payload?.length ?? 0,
  ): void {
    const length = end - start;
    const segment = this.take(frameHeadBytes + length);
    const { bytes } = segment.slab;
    const at = segment.end - frameHeadBytes - length;
    putLength(bytes, at, length);
    bytes[at + 3] = type;
    bytes[at + 4] = flags;
    putUint32(bytes, at + 5, stream);
    if (payload === undefined) return;
    bytes.set(start === 0 && end === payload.length ? payload : payload.subarray(start, end), at + frameHeadBytes);
  }

  /** A frame of DATA, or more of the last one if that was the same stream's and does not grow beyond `frameSize`. */
  data(stream: number, payload: Uint8Array, frameSize: number): void {
    const { length } = payload;
    const segment = this.segments.at(-1);
    const total = this.dataBytes + length;
    if (this.dataStream === stream && segment && total <= frameSize && this.extend(segment, length)) {
      const { bytes } = segment.slab;
      bytes.set(payload, segment.end - length);
      putLength(bytes, this.dataAt, total);
      this.dataBytes = total;
      return;
    }
    this.frame(FrameType.data, 0, stream, payload);
    this.dataStream = stream;
    this.dataAt = (this.segments.at(-1) as Segment).end - frameHeadBytes - length;
    this.dataBytes = length;
  }

  /** A frame whose payload is one number of 32 bits. */
  numberFrame(type: number, stream: number, value: number): void {
    const segment = this.take(frameHeadBytes + 4);
    const { bytes } = segment.slab;
    const at = segment.end - frameHeadBytes - 4;
    putLength(bytes, at, 4);
    bytes[at + 3] = type;
    bytes[at + 4] = 0;
    putUint32(bytes, at + 5, stream);
    putUint32(bytes, at + frameHeadBytes, value);
  }

  readonly flush = (): void => {
    this.scheduled = false;
    this.dataStream = 0;
    const { segments } = this;
    if (segments.length === 0) return;
    this.segments = [];
    this.waiting = 0;
    const { socket } = this;
    if (segments.length > 1) socket.cork();
    for (const { slab, start, end } of segments) {
      if (socket.writable) socket.write(slab.bytes.subarray(start, end), slab.release);
      else slab.release();
    }
    if (segments.length > 1) socket.uncork();
    this.afterFlush();
  };

  /** The segment whose last `bytes` are now this connection's to write. */
  private take(bytes: number): Segment {
    this.dataStream = 0;
    const last = this.segments.at(-1);
    if (last && this.extend(last, bytes)) return last;
    const size = last ? Math.max(bytes, grantBytes) : bytes;
    if (current.used + size > slabBytes) nextSlab();
    const slab = current;
    const start = slab.used;
    slab.used += size;
    slab.hold();
    const segment: Segment = { slab, start, end: start + bytes, limit: start + size };
    this.segments.push(segment);
    this.waiting += bytes;
    if (!this.scheduled) {
      this.scheduled = true;
      process.nextTick(this.flush);
    }
    return segment;
  }

  /** False when there is no room behind it. */
  private extend(segment: Segment, bytes: number): boolean {
    const end = segment.end + bytes;
    if (end > segment.limit) {
      if (segment.slab !== current || segment.limit !== current.used || end > slabBytes) return false;
      current.used = end;
      segment.limit = end;
    }
    segment.end = end;
    this.waiting += bytes;
    return true;
  }
}

function nextSlab(): void {
  const full = current;
  current = free.pop() ?? new Slab();
  if (!full.isHeld && free.length < freeBound) {
    full.used = 0;
    free.push(full);
  }
}

function putLength(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 16;
  target[at + 1] = value >>> 8;
  target[at + 2] = value;
}

function putUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
