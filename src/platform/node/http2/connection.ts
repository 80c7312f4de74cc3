/**
 * The server's side of an HTTP/2 connection (RFC 9113) on a socket: frames in, streams out.
 *
 * Why not node:http2: docs/adr/006. Server push, priorities and CONNECT tunnels are not offered; no header is ever indexed for the peer.
 *
 * 1. What a peer may make us hold is bounded: a head by `headBound`, bodies that nobody has read by the connection's window, answers that it does
 *    not take by FrameWriter's high-water mark, acknowledgements by `ackBound`.
 * 2. What costs us more than the peer (resets, pings, settings, empty frames) is counted: AbuseGuard.
 * 3. A broken connection gets GOAWAY with the reason's code, a broken stream RST_STREAM; nothing malformed reaches a handler.
 */

import type { Duplex } from 'node:stream';
import type { ResponseHeaders } from '#api/request.ts';
import { AbuseGuard } from './abuse-guard.ts';
import { AnswerSender } from './answer-sender.ts';
import { FrameReader } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import {
  ConnectionError,
  defaultWindow,
  ErrorCode,
  Flag,
  FrameType,
  maxWindow,
  Setting,
  StreamError,
} from './protocol.ts';
import { checkTrailer, HeadReader } from './request-head.ts';
import { Http2Stream, type StreamTransport } from './stream.ts';

export interface Http2Options {
  readonly maxConcurrentStreams: number;
  /** What a peer may send of one body, and of all bodies of the connection, before anybody reads it. */
  readonly streamWindow: number;
  readonly connectionWindow: number;
  /** Characters of names and values of a head; more is answered by whoever gets the stream (`head.isTooLarge`). */
  readonly headBound: number;
  /** Milliseconds between the first and the last frame of a head. */
  readonly headMs: number;
  /** Takes each request, within the turn in which its head came. Must not throw. */
  readonly onStream: (stream: Http2Stream, connection: Http2Connection) => void;
}

/** A head of up to so many bounds is told that it is too large; beyond that its connection goes. */
const boundsOfBlock = 2;
/** Bytes of acknowledgements that a peer may leave unread. */
const ackBound = 1024 * 1024;
/** How long a socket may stay after our last word. */
const lingerMs = 1000;

export class Http2Connection implements StreamTransport {
  readonly socket: Duplex;
  readonly streams = new Map<number, Http2Stream>();

  private readonly options: Http2Options;
  private readonly writer: FrameWriter;
  private readonly sender: AnswerSender;
  private readonly reader: FrameReader;
  private readonly decoder = new HpackDecoder();
  private readonly guard = new AbuseGuard();
  private hasSettings = false;
  private block: HeaderBlock | undefined;
  private lastId = 0;
  /** Streams of the bytes that are being read. */
  private readonly begun: Http2Stream[] = [];
  /** The last streams that we ended before the peer had: its trailers may be on their way. */
  private readonly wasReset = new Set<number>();
  private receiveWindow: number;
  private credit = 0;
  private goingAway = false;
  private isClosed = false;

  constructor(socket: Duplex, options: Http2Options) {
    this.socket = socket;
    this.options = options;
    this.writer = new FrameWriter(socket, () => this.sender.resume());
    this.sender = new AnswerSender(this.writer, (stream) => this.finish(stream));
    this.reader = new FrameReader((type, flags, id, payload) => this.frame(type, flags, id, payload));
    this.receiveWindow = options.connectionWindow;
    this.greet();
    socket.on('data', (bytes: Buffer) => this.receive(bytes));
    socket.on('drain', () => this.sender.resume());
    socket.once('end', () => this.closeSocket());
    socket.once('close', () => this.closed());
  }

  /** GOAWAY: streams that are open go on, new ones are refused; the socket ends with the last. */
  close(): void {
    if (this.goingAway || this.isClosed) return;
    this.goAway(ErrorCode.noError);
    if (this.streams.size === 0) this.closeSocket();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private greet(): void {
    const { maxConcurrentStreams, streamWindow, connectionWindow, headBound } = this.options;
    const settings = [
      [Setting.maxConcurrentStreams, maxConcurrentStreams],
      [Setting.initialWindowSize, streamWindow],
      [Setting.maxHeaderListSize, headBound],
    ] as const;
    const payload = Buffer.alloc(6 * settings.length);
    for (const [index, [name, value]] of settings.entries()) {
      payload.writeUInt16BE(name, 6 * index);
      payload.writeUInt32BE(value, 6 * index + 2);
    }
    this.writer.frame(FrameType.settings, 0, 0, payload);
    this.writer.numberFrame(FrameType.windowUpdate, 0, connectionWindow - defaultWindow);
  }

  private receive(bytes: Buffer): void {
    if (this.isClosed) return;
    try {
      this.reader.read(bytes, () => this.isClosed);
    } catch (error) {
      this.fail(error);
    }
    // Small bodies came with their heads.
    for (const stream of this.begun.splice(0)) if (!stream.destroyed) this.options.onStream(stream, this);
  }

  private frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (!this.hasSettings && (type !== FrameType.settings || flags & Flag.ack)) {
      throw new ConnectionError(ErrorCode.protocolError, 'the first frame is no SETTINGS');
    }
    if (this.block && (type !== FrameType.continuation || id !== this.block.id)) {
      throw new ConnectionError(ErrorCode.protocolError, 'a head is interrupted');
    }
    try {
      this.dispatch(type, flags, id, payload);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      this.guard.count('broken streams', performance.now());
      const stream = this.streams.get(id);
      if (stream) this.reset(stream, error.code);
      else this.writer.numberFrame(FrameType.resetStream, id, error.code);
    }
  }

  private dispatch(type: number, flags: number, id: number, payload: Buffer): void {
    switch (type) {
      case FrameType.data:
        this.data(flags, id, payload);
        break;
      case FrameType.headers:
        this.headers(flags, id, payload);
        break;
      case FrameType.continuation:
        this.continuation(flags, payload);
        break;
      case FrameType.windowUpdate:
        this.windowUpdate(id, payload);
        break;
      case FrameType.resetStream:
        this.resetByPeer(id, payload);
        break;
      case FrameType.settings:
        this.settings(flags, id, payload);
        break;
      case FrameType.ping:
        this.ping(flags, id, payload);
        break;
      case FrameType.priority:
        this.priority(id, payload);
        break;
      case FrameType.goAway:
        if (id !== 0) throw new ConnectionError(ErrorCode.protocolError, 'GOAWAY on a stream');
        return;
      case FrameType.pushPromise:
        throw new ConnectionError(ErrorCode.protocolError, 'a client does not push');
      default:
        // Extensions that we do not know are left alone (RFC 9113, 5.5).
        return;
    }
  }

  // Heads

  private headers(flags: number, id: number, payload: Buffer): void {
    if ((id & 1) === 0) throw new ConnectionError(ErrorCode.protocolError, `HEADERS on stream ${id}`);
    let start = 0;
    let end = payload.length;
    if (flags & Flag.padded) {
      end -= payload[0] ?? 0;
      start = 1;
    }
    let dependsOn: number | undefined;
    if (flags & Flag.priority) {
      if (end - start < 5) throw new ConnectionError(ErrorCode.frameSizeError, 'HEADERS without its priority');
      dependsOn = payload.readUInt32BE(start) & maxWindow;
      start += 5;
    }
    if (end < start) throw new ConnectionError(ErrorCode.protocolError, 'more padding than frame');
    const part = payload.subarray(start, end);
    const endStream = (flags & Flag.endStream) !== 0;
    const isSelfDependent = dependsOn === id;
    if (flags & Flag.endHeaders) {
      this.headDone({ id, endStream, isSelfDependent }, part);
      return;
    }
    const timer = setTimeout(
      () => this.fail(new ConnectionError(ErrorCode.enhanceYourCalm, 'a head takes too long')),
      this.options.headMs,
    );
    this.block = { id, endStream, isSelfDependent, parts: [part], size: part.length, timer };
  }

  private continuation(flags: number, payload: Buffer): void {
    const { block } = this;
    if (!block) throw new ConnectionError(ErrorCode.protocolError, 'CONTINUATION of nothing');
    if (payload.length === 0) this.guard.count('empty frames', performance.now());
    block.size += payload.length;
    // Without the whole block the decoder is lost: the connection goes (CVE-2024-27983).
    if (block.size > boundsOfBlock * this.options.headBound)
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'a head without end');
    if (!(flags & Flag.endHeaders)) {
      block.parts.push(payload);
      return;
    }
    this.block = undefined;
    clearTimeout(block.timer);
    this.headDone(block, Buffer.concat([...block.parts, payload]));
  }

  private headDone({ id, endStream, isSelfDependent }: HeadersFrame, bytes: Buffer): void {
    const open = this.streams.get(id);
    if (open) {
      this.trailers(open, endStream, bytes);
      return;
    }
    const reader = new HeadReader(this.options.headBound);
    this.decoder.decode(bytes, reader.field);
    if (this.wasReset.has(id)) return;
    if (id <= this.lastId) throw new ConnectionError(ErrorCode.streamClosed, `HEADERS on stream ${id}, which is over`);
    if (this.goingAway) return;
    this.lastId = id;
    if (isSelfDependent) throw new StreamError(ErrorCode.protocolError, 'a stream that depends on itself');
    if (this.streams.size >= this.options.maxConcurrentStreams)
      throw new StreamError(ErrorCode.refusedStream, 'too many streams');
    const head = reader.head();
    if (endStream && head.length !== undefined && head.length > 0) throw lengthFault();
    const stream = new Http2Stream(id, head, endStream, this.sender.streamWindow, this.options.streamWindow, this);
    this.streams.set(id, stream);
    this.begun.push(stream);
  }

  private trailers(stream: Http2Stream, endStream: boolean, bytes: Buffer): void {
    let fault: unknown;
    this.decoder.decode(bytes, (name, value) => {
      try {
        checkTrailer(name, value);
      } catch (error) {
        fault ??= error;
      }
    });
    if (stream.remoteEnded) throw new StreamError(ErrorCode.streamClosed, 'HEADERS after the end');
    if (fault !== undefined) throw fault;
    if (!endStream) throw new StreamError(ErrorCode.protocolError, 'HEADERS within a body');
    this.bodyEnds(stream, undefined);
  }

  // Bodies

  private data(flags: number, id: number, payload: Buffer): void {
    if (id === 0) throw new ConnectionError(ErrorCode.protocolError, 'DATA without a stream');
    let start = 0;
    let end = payload.length;
    if (flags & Flag.padded) {
      end -= payload[0] ?? 0;
      start = 1;
      if (payload.length === 0 || end < start)
        throw new ConnectionError(ErrorCode.protocolError, 'more padding than frame');
    }
    this.receiveWindow -= payload.length;
    if (this.receiveWindow < 0) throw new ConnectionError(ErrorCode.flowControlError, 'more than the window');
    const stream = this.streams.get(id);
    if (!stream || stream.remoteEnded) {
      if (id > this.lastId && !this.goingAway)
        throw new ConnectionError(ErrorCode.protocolError, 'DATA on an idle stream');
      this.giveBack(payload.length);
      if (this.wasReset.has(id)) return;
      this.guard.count('frames on closed streams', performance.now());
      if (this.goingAway && !stream) return;
      throw new StreamError(ErrorCode.streamClosed, 'DATA after the end');
    }
    stream.receiveWindow -= payload.length;
    if (stream.receiveWindow < 0) throw new StreamError(ErrorCode.flowControlError, 'more than the window');
    const part = payload.subarray(start, end);
    if (payload.length > part.length) this.consumed(stream, payload.length - part.length);
    const { length } = stream.head;
    const total = stream.received + part.length;
    if (length !== undefined && total > length) throw lengthFault();
    if (flags & Flag.endStream) this.bodyEnds(stream, part);
    else if (part.length === 0) this.guard.count('empty frames', performance.now());
    else stream.push(part, false);
  }

  private bodyEnds(stream: Http2Stream, part: Buffer | undefined): void {
    const { length } = stream.head;
    if (length !== undefined && stream.received + (part?.length ?? 0) !== length) throw lengthFault();
    stream.push(part && part.length > 0 ? part : undefined, true);
    if (stream.localEnded) this.finish(stream);
  }

  consumed(stream: Http2Stream, bytes: number): void {
    this.giveBack(bytes);
    if (stream.remoteEnded || stream.destroyed) return;
    stream.credit += bytes;
    if (stream.credit * 2 < this.options.streamWindow) return;
    this.writer.numberFrame(FrameType.windowUpdate, stream.id, stream.credit);
    stream.receiveWindow += stream.credit;
    stream.credit = 0;
  }

  private giveBack(bytes: number): void {
    this.credit += bytes;
    if (this.credit * 2 < this.options.connectionWindow || this.isClosed) return;
    this.writer.numberFrame(FrameType.windowUpdate, 0, this.credit);
    this.receiveWindow += this.credit;
    this.credit = 0;
  }

  // Control

  private windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(ErrorCode.frameSizeError, 'WINDOW_UPDATE');
    const increment = payload.readUInt32BE(0) & maxWindow;
    if (id === 0) {
      if (increment === 0) throw new ConnectionError(ErrorCode.protocolError, 'a window that does not grow');
      this.sender.grow(increment);
      return;
    }
    if (id > this.lastId && !this.goingAway)
      throw new ConnectionError(ErrorCode.protocolError, 'WINDOW_UPDATE on an idle stream');
    if (increment === 0) throw new StreamError(ErrorCode.protocolError, 'a window that does not grow');
    const stream = this.streams.get(id);
    if (stream) this.sender.growStream(stream, increment);
  }

  private resetByPeer(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(ErrorCode.frameSizeError, 'RST_STREAM');
    if (id === 0 || (id > this.lastId && !this.goingAway))
      throw new ConnectionError(ErrorCode.protocolError, 'RST_STREAM on an idle stream');
    // CVE-2023-44487
    this.guard.count('resets', performance.now());
    this.wasReset.delete(id);
    const stream = this.streams.get(id);
    if (stream) this.forget(stream);
  }

  private settings(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(ErrorCode.protocolError, 'SETTINGS on a stream');
    const isAck = (flags & Flag.ack) !== 0;
    if (isAck ? payload.length > 0 : payload.length % 6 !== 0)
      throw new ConnectionError(ErrorCode.frameSizeError, 'SETTINGS');
    if (isAck) return;
    if (this.hasSettings) this.guard.count('settings', performance.now());
    this.hasSettings = true;
    for (let at = 0; at < payload.length; at += 6) this.setting(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    this.acknowledge(FrameType.settings, undefined);
    this.sender.resume();
  }

  private setting(name: number, value: number): void {
    if (name === Setting.enablePush && value > 1) throw new ConnectionError(ErrorCode.protocolError, 'ENABLE_PUSH');
    if (name === Setting.maxFrameSize) this.sender.setFrameSize(value);
    if (name === Setting.initialWindowSize) this.sender.setStreamWindow(value, this.streams.values());
  }

  private ping(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(ErrorCode.protocolError, 'PING on a stream');
    if (payload.length !== 8) throw new ConnectionError(ErrorCode.frameSizeError, 'PING');
    if (flags & Flag.ack) return;
    this.guard.count('pings', performance.now());
    this.acknowledge(FrameType.ping, payload);
  }

  private acknowledge(type: number, payload: Uint8Array | undefined): void {
    if (this.writer.queued > ackBound)
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'acknowledgements are not read');
    this.writer.frame(type, Flag.ack, 0, payload);
  }

  /** Deprecated (RFC 9113, 5.3.2): checked and otherwise left alone. */
  private priority(id: number, payload: Buffer): void {
    if (id === 0) throw new ConnectionError(ErrorCode.protocolError, 'PRIORITY without a stream');
    if (payload.length !== 5) throw new StreamError(ErrorCode.frameSizeError, 'PRIORITY');
    if ((payload.readUInt32BE(0) & maxWindow) === id)
      throw new StreamError(ErrorCode.protocolError, 'a stream that depends on itself');
  }

  // Answers

  sendHead(
    stream: Http2Stream,
    status: number,
    headers: ResponseHeaders,
    length: number | undefined,
    end: boolean,
  ): void {
    this.sender.head(stream, status, headers, length, end);
  }

  pump(stream: Http2Stream): void {
    this.sender.pump(stream);
  }

  sendWhole(stream: Http2Stream, bytes: Uint8Array): boolean {
    return this.sender.sendWhole(stream, bytes);
  }

  private finish(stream: Http2Stream): void {
    // The answer is out: what the peer still had to say is not wanted (RFC 9113, 8.1).
    if (stream.remoteEnded) this.forget(stream);
    else this.reset(stream, ErrorCode.noError);
  }

  reset(stream: Http2Stream, code: ErrorCode): void {
    this.writer.numberFrame(FrameType.resetStream, stream.id, code);
    if (!stream.remoteEnded) this.remember(stream.id);
    this.forget(stream);
  }

  private remember(id: number): void {
    this.wasReset.add(id);
    if (this.wasReset.size <= this.options.maxConcurrentStreams) return;
    for (const oldest of this.wasReset) {
      this.wasReset.delete(oldest);
      return;
    }
  }

  private forget(stream: Http2Stream): void {
    if (!this.streams.delete(stream.id)) return;
    this.sender.forget(stream);
    this.giveBack(stream.destroy());
    if (this.goingAway && this.streams.size === 0) this.closeSocket();
  }

  // The end

  private goAway(code: ErrorCode): void {
    this.goingAway = true;
    const payload = Buffer.alloc(8);
    payload.writeUInt32BE(this.lastId, 0);
    payload.writeUInt32BE(code, 4);
    this.writer.frame(FrameType.goAway, 0, 0, payload);
  }

  /** Only faults of the peer get here; anything else is a bug and must be seen. */
  private fail(error: unknown): void {
    if (!(error instanceof ConnectionError)) throw error;
    if (this.isClosed) return;
    this.goAway(error.code);
    this.closeSocket();
  }

  private closeSocket(): void {
    if (this.isClosed) return;
    this.writer.flush();
    this.closed();
    this.socket.end();
    // A peer that does not say goodbye is not waited for.
    setTimeout(() => this.socket.destroy(), lingerMs).unref();
  }

  private closed(): void {
    this.isClosed = true;
    this.goingAway = true;
    clearTimeout(this.block?.timer);
    this.block = undefined;
    for (const stream of [...this.streams.values()]) this.forget(stream);
  }
}

interface HeadersFrame {
  readonly id: number;
  readonly endStream: boolean;
  readonly isSelfDependent: boolean;
}

/** A head that comes in several frames. */
interface HeaderBlock extends HeadersFrame {
  readonly parts: Buffer[];
  size: number;
  readonly timer: NodeJS.Timeout;
}

function lengthFault(): StreamError {
  return new StreamError(ErrorCode.protocolError, 'the body is not as long as content-length says');
}
