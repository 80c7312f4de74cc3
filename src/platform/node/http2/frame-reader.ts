/** Bytes of a peer, cut wherever the network cut them, to whole frames. */

import { ConnectionError, defaultMaxFrameSize, ErrorCode, frameHeadBytes, maxWindow, preface } from './protocol.ts';

/** The payload is part of what was read: good for as long as it is held. */
export type FrameVisitor = (type: number, flags: number, stream: number, payload: Buffer) => void;

export class FrameReader {
  private readonly visit: FrameVisitor;
  private rest: Buffer = noBytes;
  private hasPreface = false;

  constructor(visit: FrameVisitor) {
    this.visit = visit;
  }

  /** Visits every frame that is whole now, unless a visit stops it. Throws ConnectionError, and whatever a visit throws. */
  read(bytes: Buffer, isStopped: () => boolean): void {
    let data = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    this.rest = noBytes;
    if (!this.hasPreface) {
      if (!isPrefix(data, preface)) throw new ConnectionError(ErrorCode.protocolError, 'not an HTTP/2 preface');
      if (data.length < preface.length) {
        this.rest = data;
        return;
      }
      this.hasPreface = true;
      data = data.subarray(preface.length);
    }
    this.rest = this.frames(data, isStopped);
  }

  /** Gives what is no whole frame yet. */
  private frames(data: Buffer, isStopped: () => boolean): Buffer {
    let at = 0;
    while (data.length - at >= frameHeadBytes) {
      const length = ((data[at] as number) << 16) | ((data[at + 1] as number) << 8) | (data[at + 2] as number);
      if (length > defaultMaxFrameSize)
        throw new ConnectionError(ErrorCode.frameSizeError, `a frame of ${length} bytes`);
      const start = at + frameHeadBytes;
      if (data.length - start < length) break;
      const type = data[at + 3] as number;
      const flags = data[at + 4] as number;
      const stream = data.readUInt32BE(at + 5) & maxWindow;
      at = start + length;
      this.visit(type, flags, stream, data.subarray(start, at));
      if (isStopped()) return noBytes;
    }
    return at === data.length ? noBytes : data.subarray(at);
  }
}

const noBytes = Buffer.alloc(0);

function isPrefix(data: Buffer, whole: Buffer): boolean {
  const length = Math.min(data.length, whole.length);
  return data.compare(whole, 0, length, 0, length) === 0;
}
