/**
 * Frames of a connection on their way to its socket: written side by side into memory that all connections share, and handed to the
 * socket once a turn of the event loop, so that what many streams have to say at the same time is one write and one TLS record.
 */

import type { Duplex } from 'node:stream';
import { frameHeadBytes } from './protocol.ts';

const slabBytes = 64 * 1024;
let slab = Buffer.allocUnsafeSlow(slabBytes);
let slabUsed = 0;

/** Bytes that wait for the peer before streams are asked to wait. */
const highWater = 256 * 1024;

export class FrameWriter {
  private readonly socket: Duplex;
  private readonly afterFlush: () => void;
  private segments: Buffer[] = [];
  private segmentStart = 0;
  private waiting = 0;
  private scheduled = false;

  /** `afterFlush` is called when what was waiting has been handed to the socket. */
  constructor(socket: Duplex, afterFlush: () => void) {
    this.socket = socket;
    this.afterFlush = afterFlush;
  }

  /** Nothing but control frames should be added now: the peer does not take what it has got already. */
  get isCongested(): boolean {
    return this.waiting + this.socket.writableLength >= highWater;
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
    const at = this.take(frameHeadBytes + length);
    const target = slab;
    target[at] = length >>> 16;
    target[at + 1] = length >>> 8;
    target[at + 2] = length;
    target[at + 3] = type;
    target[at + 4] = flags;
    putUint32(target, at + 5, stream);
    if (payload === undefined) return;
    target.set(start === 0 && end === payload.length ? payload : payload.subarray(start, end), at + frameHeadBytes);
  }

  /** A frame whose payload is one number of 32 bits. */
  numberFrame(type: number, stream: number, value: number): void {
    const at = this.take(frameHeadBytes + 4);
    slab.fill(0, at, at + 5);
    slab[at + 2] = 4;
    slab[at + 3] = type;
    putUint32(slab, at + 5, stream);
    putUint32(slab, at + frameHeadBytes, value);
  }

  flush(): void {
    this.scheduled = false;
    const { segments } = this;
    if (segments.length === 0) return;
    this.segments = [];
    this.waiting = 0;
    if (this.socket.writable) {
      if (segments.length === 1) this.socket.write(segments[0]);
      else this.writeAll(segments);
    }
    this.afterFlush();
  }

  private writeAll(segments: readonly Buffer[]): void {
    this.socket.cork();
    for (const segment of segments) this.socket.write(segment);
    this.socket.uncork();
  }

  /** Where in the slab the next `bytes` are this connection's. */
  private take(bytes: number): number {
    if (slabUsed + bytes > slab.length) {
      slab = Buffer.allocUnsafeSlow(Math.max(slabBytes, bytes));
      slabUsed = 0;
    }
    const at = slabUsed;
    slabUsed += bytes;
    this.waiting += bytes;
    const last = this.segments.at(-1);
    if (last !== undefined && last.buffer === slab.buffer && this.segmentStart + last.length === at) {
      this.segments[this.segments.length - 1] = slab.subarray(this.segmentStart, slabUsed);
    } else {
      this.segmentStart = at;
      this.segments.push(slab.subarray(at, slabUsed));
    }
    if (!this.scheduled) {
      this.scheduled = true;
      process.nextTick(() => this.flush());
    }
    return at;
  }
}

function putUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
