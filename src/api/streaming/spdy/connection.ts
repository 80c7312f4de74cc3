/**
 * A SPDY/3.1 connection as Kubernetes speaks it: many streams with headers over one byte stream, either side as client or server.
 *
 * Peers are spdystream (client-go, containerd, CRI-O), which has no flow control: WINDOW_UPDATE is neither sent nor looked at.
 * Back-pressure is therefore the connection's: while one stream holds more than its bound unread, nothing more is read.
 *
 * Invariants:
 * 1. Frames leave in the order of calls, so both header windows stay equal.
 * 2. RST_STREAM from the peer is the end of a stream's data, after what was queued (containerd resets the error stream of a
 *    port-forward right behind its message).
 * 3. After `closed` nothing is held: every stream's reader has seen the end and writes fail.
 */

import type { Clock } from '#base/env.ts';
import { ByteQueue, type ByteStream, StreamClosedError } from '../byte-stream.ts';
import { encodeFrame, resetStatus, SpdyDecoder, SpdyError, type SpdyFrame } from './frame.ts';
import { HeaderDeflater, HeaderInflater, type RawDeflate, type SpdyHeaders } from './header-block.ts';

export interface SpdyOptions {
  /** Clients open streams with odd numbers, servers with even ones. */
  readonly role: 'client' | 'server';
  readonly deflate: RawDeflate;
  readonly clock: Clock;
  /** Called for each stream that the peer opens; a throw refuses it. Without it every stream is refused. */
  readonly onStream?: (stream: SpdyStream) => void;
}

/** Streams open at one time at most; a port-forward has two for each forwarded connection. */
const maxStreams = 2048;

/** How long the peer may take to answer a new stream (k8s.io/streaming createStreamResponseTimeout). */
const replyTimeoutMs = 30_000;

/** Payload bytes of the data frames that we send: small enough that streams take turns. */
const dataFrameBytes = 32 * 1024;

export class SpdyConnection {
  /** Resolves when nothing more comes from the peer and every stream has ended. Never rejects. */
  readonly closed: Promise<void>;
  private readonly transport: ByteStream;
  private readonly options: SpdyOptions;
  private readonly streams = new Map<number, SpdyStream>();
  private readonly pings = new Map<number, () => void>();
  private readonly deflater: HeaderDeflater;
  private readonly inflater: HeaderInflater;
  private nextStreamId: number;
  private nextPingId: number;
  private lastPeerStreamId = 0;
  private state: 'open' | 'goingAway' | 'closed' = 'open';

  constructor(transport: ByteStream, options: SpdyOptions) {
    this.transport = transport;
    this.options = options;
    this.deflater = new HeaderDeflater(options.deflate);
    this.inflater = new HeaderInflater(options.deflate);
    this.nextStreamId = options.role === 'client' ? 1 : 2;
    this.nextPingId = this.nextStreamId;
    this.closed = this.read();
  }

  /** Opens a stream and waits for the peer's reply; rejects with StreamClosedError when it is refused or the connection ends. */
  async open(headers: SpdyHeaders): Promise<SpdyStream> {
    if (this.state !== 'open') throw new StreamClosedError('the SPDY connection is closed');
    const id = this.nextStreamId;
    this.nextStreamId += 2;
    const stream = new SpdyStream(id, headers, this.sender, () => this.streams.delete(id));
    this.streams.set(id, stream);
    const sent = this.send({ type: 'synStream', streamId: id, fin: false, block: this.deflater.encode(headers) });
    const timer = this.options.clock.after(replyTimeoutMs, () => stream.receiveReset());
    try {
      await Promise.all([sent, stream.replied]);
    } finally {
      timer.cancel();
    }
    return stream;
  }

  /** Resolves when the peer has answered: it is there and reads. */
  async ping(): Promise<void> {
    const id = this.nextPingId;
    this.nextPingId = (this.nextPingId + 2) % 0x7ffffffe;
    const answered = new Promise<void>((resolve) => this.pings.set(id, resolve));
    await this.send({ type: 'ping', id });
    await Promise.race([answered, this.closed]);
    this.pings.delete(id);
    if (this.state === 'closed') throw new StreamClosedError('the SPDY connection is closed');
  }

  /** Says goodbye and closes the transport; what was written before has been handed to it. */
  async close(): Promise<void> {
    if (this.state === 'open') {
      this.state = 'goingAway';
      await this.send({ type: 'goAway', lastStreamId: this.lastPeerStreamId, status: 0 }).catch(() => {});
      await this.transport.end().catch(() => {});
    }
    this.destroy();
    await this.closed;
  }

  /** Drops the connection at once. */
  destroy(error?: unknown): void {
    this.transport.destroy(error);
    this.finish();
  }

  private readonly sender = (frame: SpdyFrame): Promise<void> => this.send(frame);

  private async send(frame: SpdyFrame): Promise<void> {
    if (this.state === 'closed') throw new StreamClosedError('the SPDY connection is closed');
    await this.transport.write(encodeFrame(frame));
  }

  private async read(): Promise<void> {
    // The constructor has not returned yet; whoever made the connection gets to see it before its first stream.
    await Promise.resolve();
    const decoder = new SpdyDecoder();
    try {
      for await (const chunk of this.transport.incoming) {
        for (const frame of decoder.push(chunk)) await this.receive(frame);
        if (this.state === 'closed') break;
      }
      // The peer has said all; without its answers our own direction is of no use.
      await this.transport.end();
    } catch (error) {
      // A broken protocol or a broken transport: the streams end below, their readers and writers tell.
      this.transport.destroy(error);
    } finally {
      this.finish();
    }
  }

  private async receive(frame: SpdyFrame): Promise<void> {
    switch (frame.type) {
      case 'data':
        await this.streams.get(frame.streamId)?.receive(frame.bytes, frame.fin);
        return;
      case 'synStream':
        await this.accept(frame.streamId, this.inflater.decode(frame.block), frame.fin);
        return;
      case 'synReply':
        this.inflater.decode(frame.block);
        this.streams.get(frame.streamId)?.receiveReply(frame.fin);
        return;
      case 'headers':
        // Nobody sends headers later; they pass through the window all the same.
        this.inflater.decode(frame.block);
        return;
      case 'rstStream':
        this.streams.get(frame.streamId)?.receiveReset();
        return;
      case 'ping':
        if (frame.id % 2 === this.nextPingId % 2) this.pings.get(frame.id)?.();
        else await this.send(frame);
        return;
      case 'goAway':
        if (this.state === 'open') this.state = 'goingAway';
        return;
    }
  }

  private async accept(id: number, headers: SpdyHeaders, fin: boolean): Promise<void> {
    const ours = id % 2 === this.nextStreamId % 2;
    if (ours || id <= this.lastPeerStreamId) throw new SpdyError(`stream ${id} out of order`);
    this.lastPeerStreamId = id;
    const stream = new SpdyStream(id, headers, this.sender, () => this.streams.delete(id));
    try {
      if (this.state !== 'open' || !this.options.onStream) throw new SpdyError('no streams are accepted');
      if (this.streams.size >= maxStreams) throw new SpdyError('too many streams');
      this.streams.set(id, stream);
      this.options.onStream(stream);
    } catch {
      this.streams.delete(id);
      stream.receiveReset();
      await this.send({ type: 'rstStream', streamId: id, status: resetStatus.refusedStream });
      return;
    }
    stream.receiveReply(fin);
    await this.send({ type: 'synReply', streamId: id, fin: false, block: this.deflater.encode({}) });
  }

  private finish(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    for (const stream of this.streams.values()) stream.receiveReset();
    this.streams.clear();
    for (const answer of this.pings.values()) answer();
    this.pings.clear();
  }
}

/** One stream of a connection; made by SpdyConnection. */
export class SpdyStream implements ByteStream {
  readonly id: number;
  /** As given by the side that opened it; names in lower case. */
  readonly headers: SpdyHeaders;
  /** Settles with the peer's answer to a stream of ours. */
  readonly replied: Promise<void>;
  private readonly queue = new ByteQueue();
  private readonly send: (frame: SpdyFrame) => Promise<void>;
  private readonly forget: () => void;
  private readonly onReply: { resolve(): void; reject(error: unknown): void };
  private localOpen = true;
  private remoteOpen = true;

  constructor(id: number, headers: SpdyHeaders, send: (frame: SpdyFrame) => Promise<void>, forget: () => void) {
    this.id = id;
    this.headers = headers;
    this.send = send;
    this.forget = forget;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.replied = promise;
    this.onReply = { resolve, reject };
    // Whoever opened the stream awaits it; a stream of the peer's has nobody who would.
    promise.catch(() => {});
  }

  get incoming(): AsyncIterable<Uint8Array> {
    return this.queue;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; offset += dataFrameBytes) {
      if (!this.localOpen) throw new StreamClosedError(`SPDY stream ${this.id} is closed`);
      await this.send({
        type: 'data',
        streamId: this.id,
        fin: false,
        bytes: bytes.subarray(offset, offset + dataFrameBytes),
      });
    }
  }

  async end(): Promise<void> {
    if (!this.localOpen) return;
    this.localOpen = false;
    if (!this.remoteOpen) this.forget();
    await this.send({ type: 'data', streamId: this.id, fin: true, bytes: new Uint8Array() });
  }

  /** Resets the stream in both directions. */
  destroy(): void {
    this.queue.discard();
    if (!this.localOpen && !this.remoteOpen) return;
    this.localOpen = false;
    this.remoteOpen = false;
    this.forget();
    this.send({ type: 'rstStream', streamId: this.id, status: resetStatus.cancel }).catch(() => {
      // The connection has gone, and the stream with it.
    });
  }

  /** From the connection: data. Resolves when there is room for more. */
  async receive(bytes: Uint8Array, fin: boolean): Promise<void> {
    if (!this.remoteOpen) return;
    // Decoded frames are views of the transport's chunk, which is ours to keep.
    const room = this.queue.push(bytes);
    if (fin) this.endRemote();
    else await room;
  }

  /** From the connection: the peer took the stream. */
  receiveReply(fin: boolean): void {
    this.onReply.resolve();
    if (fin) this.endRemote();
  }

  /** From the connection: the peer reset the stream, or nothing more can come. */
  receiveReset(): void {
    this.onReply.reject(new StreamClosedError(`SPDY stream ${this.id} was refused`));
    this.localOpen = false;
    this.endRemote();
  }

  private endRemote(): void {
    this.remoteOpen = false;
    this.queue.end();
    if (!this.localOpen) this.forget();
  }
}
