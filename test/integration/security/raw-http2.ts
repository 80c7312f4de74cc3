/** A client that speaks HTTP/2 frame by frame (RFC 9113), so that it can say what no honest client says. */

import { connect, type TLSSocket } from 'node:tls';

export const frameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, continuation: 9 } as const;
export const flag = { none: 0, endStream: 1, endHeaders: 4 } as const;
const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export interface Frame {
  readonly type: number;
  readonly stream: number;
  readonly payload: Buffer;
}

export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** GET of a path, as HPACK without any state. */
export function getBlock(path: string): Buffer {
  return Buffer.concat([Buffer.from([0x82, 0x87]), literal(4, path), literal(1, 'localhost')]);
}

/** A field of the static table's name with this value, not indexed; values below 127 bytes. */
function literal(nameIndex: number, value: string): Buffer {
  return Buffer.concat([Buffer.from([nameIndex, value.length]), Buffer.from(value)]);
}

/** A field with a name of its own, not indexed; the value may be long. */
export function longField(name: string, value: string): Buffer {
  const lengths: number[] = [];
  let rest = value.length - 127;
  for (; rest >= 0x80; rest >>= 7) lengths.push((rest & 0x7f) | 0x80);
  lengths.push(rest);
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([127, ...lengths]),
    Buffer.from(value),
  ]);
}

export class RawHttp2 {
  readonly socket: TLSSocket;
  readonly frames: Frame[] = [];
  /** Resolves when the server has ended the connection. */
  readonly closed: Promise<void>;
  private rest = Buffer.alloc(0);

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (bytes: Buffer) => this.read(bytes));
  }

  static open(port: number): Promise<RawHttp2> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], rejectUnauthorized: false }, () => {
        const client = new RawHttp2(socket);
        socket.write(Buffer.concat([Buffer.from(preface), frame(frameType.settings, flag.none, 0)]));
        resolve(client);
      });
      socket.once('error', reject);
    });
  }

  /** In pieces, so that the server gets a chance to object; stops when it has. */
  async flood(pieces: Iterable<Buffer>): Promise<void> {
    for (const piece of pieces) {
      if (this.socket.destroyed) return;
      this.socket.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Error codes of the GOAWAY frames that came. */
  goaways(): number[] {
    return this.frames.filter(({ type }) => type === frameType.goaway).map(({ payload }) => payload.readUInt32BE(4));
  }

  resets(): number[] {
    return this.frames.filter(({ type }) => type === frameType.reset).map(({ payload }) => payload.readUInt32BE(0));
  }

  private read(bytes: Buffer): void {
    this.rest = Buffer.concat([this.rest, bytes]);
    while (this.rest.length >= 9) {
      const length = this.rest.readUIntBE(0, 3);
      if (this.rest.length < 9 + length) return;
      const payload = this.rest.subarray(9, 9 + length);
      this.frames.push({ type: this.rest[3] ?? 0, stream: this.rest.readUInt32BE(5), payload });
      this.rest = this.rest.subarray(9 + length);
    }
  }
}
