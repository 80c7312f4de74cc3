/**
 * Channels over a WebSocket: every message starts with the number of its channel (apimachinery util/httpstream/wsstream). In
 * `raw` subprotocols that is a byte; in base64 ones a digit, and the rest is base64. From v5 on the message [255, n] closes
 * channel n.
 *
 * Messages of a channel that is not read are dropped, as upstream does; what arrives for one that is read waits in a bounded
 * queue and then holds the connection back.
 */

import { ByteQueue } from './byte-stream.ts';
import type { MessageSocket } from './web-socket.ts';

export interface ChannelFormat {
  readonly codec: 'raw' | 'base64';
  /** The client may close one channel (v5). */
  readonly closes: boolean;
}

const closeSignal = 255;

export class ChannelSocket {
  /** Resolves when the client is gone, or has broken the protocol. Never rejects. */
  readonly closed: Promise<void>;
  private readonly socket: MessageSocket;
  private readonly format: ChannelFormat;
  private readonly queues: ReadonlyMap<number, ByteQueue>;

  constructor(socket: MessageSocket, format: ChannelFormat, readable: readonly number[]) {
    this.socket = socket;
    this.format = format;
    this.queues = new Map(readable.map((channel) => [channel, new ByteQueue()]));
    this.closed = this.read();
  }

  /** What the client sends on a channel that was declared readable. */
  incoming(channel: number): AsyncIterable<Uint8Array> {
    return this.queues.get(channel) ?? new ByteQueue();
  }

  async write(channel: number, bytes: Uint8Array): Promise<void> {
    if (this.format.codec === 'base64') {
      await this.socket.send(`${channel}${bytes.toBase64()}`);
      return;
    }
    const message = new Uint8Array(1 + bytes.length);
    message[0] = channel;
    message.set(bytes, 1);
    await this.socket.send(message);
  }

  async close(): Promise<void> {
    await this.socket.close(1000);
    await this.closed;
  }

  private async read(): Promise<void> {
    try {
      for await (const message of this.socket.messages) {
        const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
        if (bytes.length === 0) continue;
        if (this.format.closes && bytes[0] === closeSignal) {
          // A close that names no channel breaks the protocol: the session ends.
          if (bytes.length !== 2 || !this.closeIncoming(bytes[1] ?? 0)) break;
          continue;
        }
        const first = bytes[0] ?? 0;
        const channel = this.format.codec === 'base64' ? first - 0x30 : first;
        const queue = this.queues.get(channel);
        if (!queue) continue;
        const payload = this.format.codec === 'base64' ? fromBase64(bytes.subarray(1)) : bytes.subarray(1);
        if (payload) await queue.push(payload);
      }
    } catch {
      // A broken connection is the end of every channel, like a closed one.
    }
    for (const queue of this.queues.values()) queue.end();
  }

  private closeIncoming(channel: number): boolean {
    this.queues.get(channel)?.end();
    return channel <= maxChannel;
  }
}

/** The highest channel of remote commands: resize. */
const maxChannel = 4;

/** Undefined for what is not base64: the message is dropped. */
function fromBase64(text: Uint8Array): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(new TextDecoder('latin1').decode(text));
  } catch {
    return undefined;
  }
}
