/**
 * Byte streams: the one shape in which exec, attach, port-forward, logs and proxied upgrades move bytes, whatever carries them
 * (a socket, a stream of a SPDY connection, a channel of a WebSocket, memory).
 *
 * Invariants:
 * 1. Back-pressure: `write` resolves when there is room; who reads slowly slows the writer down, through every layer.
 * 2. Half-close: `end` says that nothing more comes from us; the other direction goes on.
 * 3. Memory is bounded: a queue holds its bound and one chunk at most.
 */

import type { UpgradeConnection } from '../request.ts';

/** Both directions. `incoming` is iterated at most once; leaving the loop early means that nobody wants the rest. */
export type ByteStream = UpgradeConnection;

/** Bytes that a stream holds for a reader before its writer has to wait. */
const defaultQueueBytes = 256 * 1024;

/** The stream or connection under a write has gone. */
export class StreamClosedError extends Error {
  override readonly name = 'StreamClosedError';
}

/** A bounded queue of chunks between one writer and one reader. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  private chunks: Uint8Array[] = [];
  private size = 0;
  private state: 'open' | 'ended' | 'discarded' = 'open';
  private failure: unknown;
  private readonly bound: number;
  private wakeReader: (() => void) | undefined;
  private wakeWriters: (() => void)[] = [];

  constructor(bound = defaultQueueBytes) {
    this.bound = bound;
  }

  /** Undefined when there is room for more, else a promise of it. Bytes for a reader that has left are dropped. */
  push(bytes: Uint8Array): Promise<void> | undefined {
    if (this.state !== 'open' || bytes.length === 0) return undefined;
    this.chunks.push(bytes);
    this.size += bytes.length;
    this.wakeReader?.();
    if (this.size < this.bound) return undefined;
    return new Promise((resolve) => this.wakeWriters.push(resolve));
  }

  /** The reader gets what is queued and then the end. */
  end(): void {
    if (this.state === 'open') this.state = 'ended';
    this.wakeReader?.();
    this.releaseWriters();
  }

  /** The reader gets what is queued and then this error. */
  fail(error: unknown): void {
    if (this.state === 'open') this.failure = error;
    this.end();
  }

  /** Nobody reads any more: what is queued and what still comes is dropped. */
  discard(): void {
    this.state = 'discarded';
    this.chunks = [];
    this.size = 0;
    this.wakeReader?.();
    this.releaseWriters();
  }

  get ended(): boolean {
    return this.state !== 'open';
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        const chunk = this.chunks.shift();
        if (chunk) {
          this.size -= chunk.length;
          if (this.size < this.bound) this.releaseWriters();
          yield chunk;
        } else if (this.state === 'open') {
          await new Promise<void>((resolve) => {
            this.wakeReader = resolve;
          });
          this.wakeReader = undefined;
        } else {
          if (this.failure !== undefined) throw this.failure;
          return;
        }
      }
    } finally {
      this.discard();
    }
  }

  private releaseWriters(): void {
    const waiting = this.wakeWriters;
    this.wakeWriters = [];
    for (const wake of waiting) wake();
  }
}

/** Two ends of a connection in memory: what one writes, the other reads. */
export function connectedPair(bound = defaultQueueBytes): readonly [ByteStream, ByteStream] {
  const forth = new ByteQueue(bound);
  const back = new ByteQueue(bound);
  const side = (out: ByteQueue, incoming: ByteQueue): ByteStream => ({
    incoming,
    write: async (bytes) => {
      if (out.ended) throw new StreamClosedError('write after the end');
      // The caller may use its buffer again.
      await out.push(bytes.slice());
    },
    end: async () => out.end(),
    destroy: (error) => {
      if (error === undefined) out.end();
      else out.fail(error);
      incoming.discard();
    },
  });
  return [side(forth, back), side(back, forth)];
}

/** Copies until `from` ends; does not end `to`. Rejects with the failure of either. */
export async function copy(from: AsyncIterable<Uint8Array>, to: Pick<ByteStream, 'write'>): Promise<void> {
  for await (const chunk of from) await to.write(chunk);
}

/**
 * Copies both ways until one side ends, then closes both: an upgraded connection has no half-close that a proxy could rely on
 * (apimachinery util/proxy). What the ended side said has then been delivered, also when it took no more of ours long before.
 */
export async function splice(a: ByteStream, b: ByteStream): Promise<void> {
  await Promise.race([oneWay(a, b), oneWay(b, a)]);
  a.destroy();
  b.destroy();
}

async function oneWay(from: ByteStream, to: ByteStream): Promise<void> {
  try {
    for await (const chunk of from.incoming) {
      try {
        await to.write(chunk);
      } catch {
        // `to` is gone, but may have spoken before it went: its own direction runs to its end and ends the splice.
        return await new Promise<never>(() => {});
      }
    }
    await to.end();
  } catch {
    // `from` broke. Both are closed, which is all that there is to do.
  }
}

/** Everything up to the end, as one array; undefined as soon as it is more than `maxBytes`. */
export async function collect(from: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of from) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return concat(chunks);
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}
