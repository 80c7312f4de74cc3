/**
 * Frames of a connection on their way to its socket: written side by side into memory that all connections share, and handed to the
 * socket once a turn of the event loop, so that what many streams have to say at the same time is one write and one TLS record.
 */

import type { Duplex } from 'node:stream';
import { frameHeadBytes } from './protocol.ts';

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
/** Of lists that go out together. */
const freeBound = 4;
const free: Slab[] = [];
let current = new Slab();

/** Bytes that wait for the peer before streams are asked to wait. */
const highWater = 128 * 1024;

interface Segment {
  readonly slab: Slab;
  readonly start: number;
  end: number;
}

export class FrameWriter {
  private readonly socket: Duplex;
  private readonly afterFlush: () => void;
  private segments: Segment[] = [];
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
    const target = current.bytes;
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
    const target = current.bytes;
    target.fill(0, at, at + 5);
    target[at + 2] = 4;
    target[at + 3] = type;
    putUint32(target, at + 5, stream);
    putUint32(target, at + frameHeadBytes, value);
  }

  flush(): void {
    this.scheduled = false;
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
  }

  /** Where in the current slab the next `bytes` are this connection's. */
  private take(bytes: number): number {
    if (current.used + bytes > slabBytes) nextSlab();
    const slab = current;
    const at = slab.used;
    slab.used += bytes;
    this.waiting += bytes;
    const last = this.segments.at(-1);
    if (last !== undefined && last.slab === slab && last.end === at) {
      last.end = slab.used;
    } else {
      slab.hold();
      this.segments.push({ slab, start: at, end: slab.used });
    }
    if (!this.scheduled) {
      this.scheduled = true;
      process.nextTick(() => this.flush());
    }
    return at;
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

function putUint32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
