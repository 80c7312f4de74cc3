/** ByteWriter: collects bytes into one growing buffer: what is written many times should be copied once. */

export class ByteWriter {
  private buffer: Uint8Array;
  private used = 0;
  private readonly capacity: number;

  constructor(capacity: number, buffer: Uint8Array = new Uint8Array(capacity)) {
    this.capacity = capacity;
    this.buffer = buffer;
  }

  get length(): number {
    return this.used;
  }

  put(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.used);
    this.used += bytes.length;
  }

  /** ASCII only: numbers and names that have been checked. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { buffer } = this;
    let at = this.used;
    for (let index = 0; index < text.length; index++) buffer[at++] = text.charCodeAt(index);
    this.used = at;
  }

  /** The length of what follows, as protobuf writes it. */
  varint(value: number): void {
    this.reserve(5);
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.buffer[this.used++] = (rest & 0x7f) | 0x80;
    this.buffer[this.used++] = rest;
  }

  /** Four bytes, big-endian. */
  uint32(value: number): void {
    this.reserve(4);
    for (let shift = 24; shift >= 0; shift -= 8) this.buffer[this.used++] = value >>> shift;
  }

  /** What was written, now the caller's: what follows goes into a new buffer. */
  take(): Uint8Array {
    const taken = this.buffer.subarray(0, this.used);
    this.buffer = nothing;
    this.used = 0;
    return taken;
  }

  /** What was written, good until the next `put`: the buffer is used again. */
  lend(): Uint8Array {
    const lent = this.buffer.subarray(0, this.used);
    this.used = 0;
    return lent;
  }

  private reserve(more: number): void {
    const needed = this.used + more;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.buffer.length, this.capacity));
    grown.set(this.buffer.subarray(0, this.used));
    this.buffer = grown;
  }
}

const nothing = new Uint8Array();

/** A writer of what goes out at once and is kept by nobody: small answers share memory, which for each of them costs more than the rest. */
export function answerWriter(bytes: number): ByteWriter {
  return new ByteWriter(bytes, bytes <= smallBytes ? fromPool(bytes) : undefined);
}

const smallBytes = 8 * 1024;
const poolBytes = 64 * 1024;
let pool = nothing;
let poolUsed = 0;

function fromPool(bytes: number): Uint8Array {
  if (poolUsed + bytes > pool.length) {
    pool = new Uint8Array(poolBytes);
    poolUsed = 0;
  }
  const taken = pool.subarray(poolUsed, poolUsed + bytes);
  poolUsed += bytes;
  return taken;
}
