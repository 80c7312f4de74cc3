/** The answers of a connection on their way out: windows, turns, and who has to wait. */

import type { ResponseHeaders } from '#api/request.ts';
import type { FrameWriter } from './frame-writer.ts';
import { encodeHead } from './hpack-encoder.ts';
import {
  ConnectionError,
  defaultMaxFrameSize,
  defaultWindow,
  ErrorCode,
  Flag,
  FrameType,
  maxWindow,
  StreamError,
} from './protocol.ts';
import type { Http2Stream } from './stream.ts';

/** Bytes of a stream in a row while others wait. */
const turnBytes = 64 * 1024;
/** What is no longer than this goes past those who wait for their turn: events of watches. */
const smallBytes = 16 * 1024;

export class AnswerSender {
  /** What the peer lets us send of a stream that begins now. */
  streamWindow = defaultWindow;

  private readonly writer: FrameWriter;
  private readonly ended: (stream: Http2Stream) => void;
  /** Streams that have bytes to send and wait for the connection. */
  private readonly waiting = new Set<Http2Stream>();
  private window = defaultWindow;
  private frameSize = defaultMaxFrameSize;

  /** `ended` is called with each stream whose last frame has been made. */
  constructor(writer: FrameWriter, ended: (stream: Http2Stream) => void) {
    this.writer = writer;
    this.ended = ended;
  }

  /** Throws ConnectionError. */
  setFrameSize(bytes: number): void {
    if (bytes < defaultMaxFrameSize || bytes > 0xff_ffff)
      throw new ConnectionError(ErrorCode.protocolError, 'MAX_FRAME_SIZE');
    this.frameSize = Math.min(bytes, turnBytes);
  }

  /** Of all streams, those that are open too (RFC 9113, 6.9.2): `resume` when it has been acknowledged. Throws ConnectionError. */
  setStreamWindow(bytes: number, open: Iterable<Http2Stream>): void {
    if (bytes > maxWindow) throw new ConnectionError(ErrorCode.flowControlError, 'INITIAL_WINDOW_SIZE');
    const change = bytes - this.streamWindow;
    this.streamWindow = bytes;
    for (const stream of open) {
      stream.sendWindow += change;
      if (stream.sendWindow > maxWindow) throw new ConnectionError(ErrorCode.flowControlError, 'INITIAL_WINDOW_SIZE');
      if (stream.unsent.length > 0) this.waiting.add(stream);
    }
  }

  /** Throws ConnectionError. */
  grow(bytes: number): void {
    this.window += bytes;
    if (this.window > maxWindow) throw new ConnectionError(ErrorCode.flowControlError, 'the window is too large');
    this.resume();
  }

  /** Throws StreamError. */
  growStream(stream: Http2Stream, bytes: number): void {
    stream.sendWindow += bytes;
    if (stream.sendWindow > maxWindow) throw new StreamError(ErrorCode.flowControlError, 'the window is too large');
    this.pump(stream);
  }

  head(stream: Http2Stream, status: number, headers: ResponseHeaders, length: number | undefined, end: boolean): void {
    const block = encodeHead(status, headers, length);
    const flags = end ? Flag.endStream : 0;
    if (block.length <= this.frameSize) {
      this.writer.frame(FrameType.headers, flags | Flag.endHeaders, stream.id, block);
    } else {
      this.writer.frame(FrameType.headers, flags, stream.id, block, 0, this.frameSize);
      for (let at = this.frameSize; at < block.length; at += this.frameSize) {
        const to = Math.min(block.length, at + this.frameSize);
        this.writer.frame(FrameType.continuation, to === block.length ? Flag.endHeaders : 0, stream.id, block, at, to);
      }
    }
    if (!end) return;
    stream.localEnded = true;
    this.ended(stream);
  }

  sendWhole(stream: Http2Stream, bytes: Uint8Array): boolean {
    const { length } = bytes;
    if (length > smallBytes || length > this.frameSize || length > this.window || length > stream.sendWindow)
      return false;
    if (length === 0 || this.writer.isFull) return false;
    this.writer.data(stream.id, bytes, this.frameSize);
    this.window -= length;
    stream.sendWindow -= length;
    return true;
  }

  pump(stream: Http2Stream): void {
    if (stream.localEnded || stream.destroyed) return;
    const { unsent } = stream;
    let turn = turnBytes;
    while (unsent.length > 0) {
      const first = unsent[0] as (typeof unsent)[number];
      const left = first.bytes.length - first.at;
      const room = Math.min(this.window, stream.sendWindow, this.frameSize);
      if (left > 0 && (room <= 0 || turn <= 0 || this.writer.isCongested)) {
        // Its own window opens by a frame that names it; everything else is waited for together.
        if (stream.sendWindow > 0) this.waiting.add(stream);
        return;
      }
      const size = Math.min(left, room);
      const isLast = stream.ending && unsent.length === 1 && size === left;
      if (size > 0 || isLast) {
        this.writer.frame(
          FrameType.data,
          isLast ? Flag.endStream : 0,
          stream.id,
          first.bytes,
          first.at,
          first.at + size,
        );
      }
      first.at += size;
      turn -= size;
      this.window -= size;
      stream.sendWindow -= size;
      if (size < left) continue;
      unsent.shift();
      first.taken?.();
      if (isLast) {
        this.localEnd(stream);
        return;
      }
    }
    if (!stream.ending) {
      stream.drained();
      return;
    }
    this.writer.frame(FrameType.data, Flag.endStream, stream.id, undefined);
    this.localEnd(stream);
  }

  private localEnd(stream: Http2Stream): void {
    stream.localEnded = true;
    stream.drained();
    this.ended(stream);
  }

  /** The connection can take more: everybody who waits gets a turn. */
  resume(): void {
    if (this.waiting.size === 0) return;
    for (const stream of [...this.waiting]) {
      if (this.window <= 0 || this.writer.isCongested) return;
      this.waiting.delete(stream);
      this.pump(stream);
    }
  }

  forget(stream: Http2Stream): void {
    this.waiting.delete(stream);
  }
}
