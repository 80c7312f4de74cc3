/**
 * One request and its answer on an HTTP/2 connection: a body to read, a head and bytes to write. Written bytes wait here while the peer's
 * windows are shut or its connection is full.
 */

import { EventEmitter } from 'node:events';
import type { ResponseHeaders } from '#api/request.ts';
import { ErrorCode } from './protocol.ts';
import type { RequestHead } from './request-head.ts';

/** What a stream needs of its connection. */
export interface StreamTransport {
  sendHead(
    stream: Http2Stream,
    status: number,
    headers: ResponseHeaders,
    length: number | undefined,
    end: boolean,
  ): void;
  /** Frames what `stream.unsent` has as far as windows and the connection allow. */
  pump(stream: Http2Stream): void;
  /** Frames these bytes at once if nothing is in the way; otherwise false, and nothing has happened. */
  sendWhole(stream: Http2Stream, bytes: Uint8Array): boolean;
  reset(stream: Http2Stream, code: ErrorCode): void;
  /** Bytes of the body that are no longer held. */
  consumed(stream: Http2Stream, bytes: number): void;
}

interface Unsent {
  readonly bytes: Uint8Array;
  at: number;
  readonly taken: (() => void) | undefined;
}

/** Events: `drain` after a `write` that gave false; `close`, once, when the answer is out or the stream is gone. */
export class Http2Stream extends EventEmitter {
  readonly id: number;
  readonly head: RequestHead;
  /** The answer is out, or nobody waits for it any more. */
  destroyed = false;
  /** The peer has said all that it has to say. */
  remoteEnded: boolean;
  /** Our side's last frame has been made. */
  localEnded = false;
  headSent = false;
  ending = false;
  /** Bytes that the peer lets us send, and those that we let it send. */
  sendWindow: number;
  receiveWindow: number;
  /** Read, but not yet given back to the peer's window. */
  credit = 0;
  readonly unsent: Unsent[] = [];
  received = 0;

  private readonly transport: StreamTransport;
  private readonly parts: Uint8Array[] = [];
  private wake: (() => void) | undefined;
  private needsDrain = false;

  constructor(
    id: number,
    head: RequestHead,
    remoteEnded: boolean,
    sendWindow: number,
    receiveWindow: number,
    transport: StreamTransport,
  ) {
    super();
    this.id = id;
    this.head = head;
    this.remoteEnded = remoteEnded;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
    this.transport = transport;
  }

  /** There is no body. */
  get isBodyless(): boolean {
    return this.remoteEnded && this.received === 0;
  }

  /** `length` is the content-length; `end`: there is no body. */
  respond(status: number, headers: ResponseHeaders, length?: number, end = false): void {
    if (this.destroyed || this.headSent) return;
    this.headSent = true;
    if (end) this.ending = true;
    this.transport.sendHead(this, status, headers, length, end);
  }

  /**
   * False when the bytes have to wait: `drain` follows. They must stay as they are until `taken`, which is called when they are needed no
   * more; without it they are kept.
   */
  write(bytes: Uint8Array, taken?: () => void): boolean {
    if (this.destroyed || this.ending) return true;
    if (this.unsent.length === 0 && this.transport.sendWhole(this, bytes)) {
      taken?.();
      return true;
    }
    this.unsent.push({ bytes, at: 0, taken });
    this.transport.pump(this);
    if (this.unsent.length === 0) return true;
    this.needsDrain = true;
    return false;
  }

  /** `last` is kept until it is sent. */
  end(last?: Uint8Array): void {
    if (this.destroyed || this.ending) return;
    if (last !== undefined && last.length > 0) this.unsent.push({ bytes: last, at: 0, taken: undefined });
    this.ending = true;
    this.transport.pump(this);
  }

  reset(code: ErrorCode = ErrorCode.cancel): void {
    if (!this.destroyed) this.transport.reset(this, code);
  }

  /** The next part of the body; undefined at its end or when the stream is gone. One reader at a time. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const part = this.parts.shift();
      if (part !== undefined) {
        this.transport.consumed(this, part.length);
        return part;
      }
      if (this.remoteEnded || this.destroyed) return undefined;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** All of a body that has come as a whole, in parts, instead of `read`. */
  takeAll(): readonly Uint8Array[] {
    const parts = this.parts.splice(0);
    for (const part of parts) this.transport.consumed(this, part.length);
    return parts;
  }

  /** The body as it comes. */
  async *body(): AsyncGenerator<Uint8Array, void, void> {
    for (let part = await this.read(); part !== undefined; part = await this.read()) yield part;
  }

  /** Of the connection: a part of the body has come; the connection has checked the windows. */
  push(part: Uint8Array | undefined, isLast: boolean): void {
    if (part !== undefined) {
      this.received += part.length;
      this.parts.push(part);
    }
    if (isLast) this.remoteEnded = true;
    this.awake();
  }

  /** Of the connection: `unsent` has become empty. */
  drained(): void {
    if (!this.needsDrain) return;
    this.needsDrain = false;
    this.emit('drain');
  }

  /** Of the connection: it is over. Gives the bytes of the body that nobody has read. */
  destroy(): number {
    this.destroyed = true;
    let unread = 0;
    for (const part of this.parts) unread += part.length;
    this.parts.length = 0;
    const { unsent } = this;
    while (unsent.length > 0) unsent.shift()?.taken?.();
    this.awake();
    this.emit('close');
    return unread;
  }

  private awake(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }
}
