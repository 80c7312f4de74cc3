/**
 * Watches over one HTTP/2 connection for as little of the driver's CPU as can be, for driver and servers share the machine: frames are looked
 * for, and what is in those of DATA is handed over as it comes. A server that pads its frames or compresses the status in an unusual way is not understood.
 */

import { connect, type TLSSocket } from 'node:tls';
import { Flag, FrameType, frameHeadBytes, maxWindow, preface, Setting } from '#platform/node/http2/protocol.ts';
import type { Endpoint } from './connection.ts';

/** The connection's window is opened again after so many bytes; those of its streams are as wide as they can be. */
const windowStep = 2 ** 29;
/** Index 8 of HPACK's static table: `:status: 200`. */
const status200 = 0x88;

interface Watch {
  readonly onData: (bytes: Buffer) => void;
  begun(error?: Error): void;
}

export class WatchConnection {
  private readonly socket: TLSSocket;
  private readonly endpoint: Endpoint;
  private readonly watches = new Map<number, Watch>();
  private nextId = 1;
  private rest: Buffer = Buffer.alloc(0);
  /** Of the frame of DATA that is coming in. */
  private dataLeft = 0;
  private dataWatch: Watch | undefined;
  private taken = 0;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
    const { hostname, port } = new URL(endpoint.server);
    this.socket = connect({ ...endpoint.options, host: hostname, port: Number(port), ALPNProtocols: ['h2'] });
    this.socket.on('data', (bytes: Buffer) => this.receive(bytes));
    this.socket.on('error', (error) => this.ended(error));
    this.socket.on('close', () => this.ended(new Error('the connection was closed')));
    this.socket.write(preface);
    const settings = Buffer.alloc(12);
    settings.writeUInt16BE(Setting.enablePush, 0);
    settings.writeUInt16BE(Setting.initialWindowSize, 6);
    settings.writeUInt32BE(maxWindow, 8);
    this.frame(FrameType.settings, 0, 0, settings);
    this.frame(FrameType.windowUpdate, 0, 0, uint32(maxWindow - 2 ** 16));
  }

  /** Resolves when the answer begins; rejects when that is no 200. */
  watch(path: string, onData: (bytes: Buffer) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const begun = (error?: Error) => (error ? reject(error) : resolve());
    this.watches.set(this.nextId, { onData, begun });
    const { server, authorization } = this.endpoint;
    const head = Buffer.concat([
      // Of the static table: GET and https; names of :authority, :path, accept, user-agent and authorization.
      Buffer.from([0x82, 0x87]),
      literal([0x01], new URL(server).host),
      literal([0x04], path),
      literal([0x0f, 0x04], 'application/json'),
      literal([0x0f, 0x2b], 'kubets-bench'),
      ...(authorization === undefined ? [] : [literal([0x0f, 0x08], authorization)]),
    ]);
    this.frame(FrameType.headers, Flag.endHeaders | Flag.endStream, this.nextId, head);
    this.nextId += 2;
    return promise;
  }

  close(): void {
    this.socket.destroy();
  }

  private ended(error: Error): void {
    for (const watch of this.watches.values()) watch.begun(error);
    this.watches.clear();
  }

  private receive(chunk: Buffer): void {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      if (this.dataLeft > 0) {
        const part = bytes.subarray(at, at + this.dataLeft);
        at += part.length;
        this.dataLeft -= part.length;
        if (part.length > 0) this.dataWatch?.onData(part);
      }
      if (bytes.length - at < frameHeadBytes) break;
      const length = bytes.readUIntBE(at, 3);
      const type = bytes[at + 3];
      const id = bytes.readUInt32BE(at + 5);
      if (type === FrameType.data) {
        at += frameHeadBytes;
        this.dataLeft = length;
        this.dataWatch = this.watches.get(id);
        this.count(length);
        continue;
      }
      const end = at + frameHeadBytes + length;
      if (bytes.length < end) break;
      this.control(type, bytes[at + 4] ?? 0, id, bytes.subarray(at + frameHeadBytes, end));
      at = end;
    }
    this.rest = bytes.subarray(at);
  }

  private count(bytes: number): void {
    this.taken += bytes;
    if (this.taken < windowStep) return;
    this.frame(FrameType.windowUpdate, 0, 0, uint32(this.taken));
    this.taken = 0;
  }

  private control(type: number | undefined, flags: number, id: number, payload: Buffer): void {
    if (type === FrameType.headers) {
      this.watches.get(id)?.begun(payload[0] === status200 ? undefined : new Error('a watch was refused'));
    } else if (type === FrameType.settings && !(flags & Flag.ack)) {
      this.frame(FrameType.settings, Flag.ack, 0, Buffer.alloc(0));
    } else if (type === FrameType.ping && !(flags & Flag.ack)) {
      this.frame(FrameType.ping, Flag.ack, 0, payload);
    }
  }

  private frame(type: number, flags: number, id: number, payload: Buffer): void {
    const head = Buffer.alloc(frameHeadBytes);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(id, 5);
    this.socket.write(Buffer.concat([head, payload]));
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A header that is not put into the table: its name's index, then the value as it is (RFC 7541, 6.2.2 and 5.2). */
function literal(name: readonly number[], value: string): Buffer {
  const text = Buffer.from(value);
  const size: number[] = [];
  if (text.length < 127) size.push(text.length);
  else {
    size.push(127);
    let left = text.length - 127;
    for (; left > 127; left >>= 7) size.push((left & 127) | 128);
    size.push(left);
  }
  return Buffer.concat([Buffer.from([...name, ...size]), text]);
}
