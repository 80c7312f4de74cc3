/**
 * Protobuf wire writing, from the last byte to the first: a message's length is known when its content has been written, so one pass
 * and one buffer do (as gogo's MarshalToSizedBuffer). Callers write fields in reverse order of their numbers.
 */

import { int64Of } from '../int64.ts';

const encoder = new TextEncoder();

export type WireType = 0 | 1 | 2 | 5;

const firstBytes = 4096;
/** A buffer that grew larger than this is not kept for the next message. */
const keptBytes = 1024 * 1024;

export class ReverseWriter {
  private buffer = new Uint8Array(firstBytes);
  /** The first byte written last. */
  private start = this.buffer.length;

  /** Bytes written so far; a mark for `message`. */
  get length(): number {
    return this.buffer.length - this.start;
  }

  /** The message: a copy. */
  finish(): Uint8Array {
    return this.buffer.slice(this.start);
  }

  /** For the next message, whether or not the last was finished. */
  reset(): void {
    if (this.buffer.length > keptBytes) this.buffer = new Uint8Array(firstBytes);
    this.start = this.buffer.length;
  }

  tag(number: number, wire: WireType): void {
    this.varint((number << 3) | wire);
  }

  /** Ends a message that began at `mark` by writing its length in front of it. */
  message(mark: number): void {
    this.varint(this.length - mark);
  }

  /** Integers up to 64 bits; negative ones as ten bytes, as int32 and int64 do. */
  varint(value: number): void {
    if (value >= 0 && value < 0x80) {
      this.reserve(1);
      this.buffer[--this.start] = value;
      return;
    }
    if (value < 0 || value > Number.MAX_SAFE_INTEGER) {
      this.bigVarint(BigInt.asUintN(64, int64Of(value)));
      return;
    }
    let count = 1;
    for (let rest = Math.floor(value / 0x80); rest > 0; rest = Math.floor(rest / 0x80)) count++;
    this.reserve(count);
    this.start -= count;
    let at = this.start;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.buffer[at++] = (rest % 0x80) | 0x80;
    this.buffer[at] = rest;
  }

  private bigVarint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.raw(bytes);
  }

  double(value: number): void {
    this.reserve(8);
    this.start -= 8;
    new DataView(this.buffer.buffer).setFloat64(this.start, value, true);
  }

  /** A length-delimited string. */
  string(text: string): void {
    // Most strings are ASCII: one byte a character, no encoder.
    const { length } = text;
    this.reserve(length);
    let position = this.start;
    for (let i = length - 1; i >= 0; i--) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        this.bytes(encoder.encode(text));
        return;
      }
      this.buffer[--position] = code;
    }
    this.start = position;
    this.varint(length);
  }

  /** A length-delimited byte string. */
  bytes(bytes: Uint8Array): void {
    this.raw(bytes);
    this.varint(bytes.length);
  }

  /** Bytes as they are. */
  raw(bytes: ArrayLike<number>): void {
    this.reserve(bytes.length);
    this.start -= bytes.length;
    this.buffer.set(bytes, this.start);
  }

  private reserve(count: number): void {
    if (this.start >= count) return;
    const used = this.length;
    const larger = new Uint8Array(Math.max(this.buffer.length * 2, used + count));
    larger.set(this.buffer.subarray(this.start), larger.length - used);
    this.buffer = larger;
    this.start = larger.length - used;
  }
}
