/**
 * SPDY/3.1 header blocks: names and values, compressed by one zlib stream per direction that lives as long as the connection
 * (SPDY/3 section 2.6.10).
 *
 * Idea: each block ends in a sync flush, on a byte boundary. So a block is inflated (and deflated) alone, as raw DEFLATE with the
 * last 32 KiB of plain text for its dictionary: two pure functions with a bound on their output, nothing to close, no waiting.
 */

import { dictionary, dictionaryId } from './dictionary.ts';
import { SpdyError } from './frame.ts';

/** Raw DEFLATE (RFC 1951), ended by a sync flush instead of a final block. Comes from the platform. */
export interface RawDeflate {
  deflate(bytes: Uint8Array, dictionary: Uint8Array): Uint8Array;
  /** Throws on malformed input and when the output would be longer than `maxBytes`. */
  inflate(bytes: Uint8Array, dictionary: Uint8Array, maxBytes: number): Uint8Array;
}

/** Names are lower-case; values of a repeated header are joined by NUL. */
export type SpdyHeaders = Readonly<Record<string, string>>;

/** Plain bytes of one block at most. A stream of ours has three headers of 20 bytes. */
const maxBlockBytes = 64 * 1024;
const maxHeaders = 100;
const windowBytes = 32 * 1024;

export class HeaderDeflater {
  private window = dictionary;
  private started = false;
  private readonly codec: RawDeflate;

  constructor(codec: RawDeflate) {
    this.codec = codec;
  }

  encode(headers: SpdyHeaders): Uint8Array {
    const block = encodeBlock(headers);
    const deflated = this.codec.deflate(block, this.window);
    this.window = slide(this.window, block);
    if (this.started) return deflated;
    this.started = true;
    // The zlib stream's own header: deflate with a 32 KiB window, and the dictionary that must be known (RFC 1950).
    const first = new Uint8Array(6 + deflated.length);
    first.set([0x78, 0xbb]);
    new DataView(first.buffer).setUint32(2, dictionaryId);
    first.set(deflated, 6);
    return first;
  }
}

export class HeaderInflater {
  private window: Uint8Array | undefined;
  private readonly codec: RawDeflate;

  constructor(codec: RawDeflate) {
    this.codec = codec;
  }

  /** Throws SpdyError: after that the connection cannot go on, the two windows differ. */
  decode(bytes: Uint8Array): SpdyHeaders {
    let deflated = bytes;
    if (!this.window) {
      const prefix = zlibHeader(bytes);
      this.window = prefix.usesDictionary ? dictionary : new Uint8Array();
      deflated = bytes.subarray(prefix.length);
    }
    let block: Uint8Array;
    try {
      block = this.codec.inflate(deflated, this.window, maxBlockBytes);
    } catch (cause) {
      throw new SpdyError('header block does not inflate', { cause });
    }
    this.window = slide(this.window, block);
    return decodeBlock(block);
  }
}

function zlibHeader(bytes: Uint8Array): { length: number; usesDictionary: boolean } {
  const [method = 0, flags = 0] = bytes;
  if ((method & 0x0f) !== 8 || ((method << 8) | flags) % 31 !== 0) throw new SpdyError('header block is not zlib');
  if ((flags & 0x20) === 0) return { length: 2, usesDictionary: false };
  if (bytes.length < 6 || view(bytes).getUint32(2) !== dictionaryId) throw new SpdyError('unknown zlib dictionary');
  return { length: 6, usesDictionary: true };
}

function slide(window: Uint8Array, plain: Uint8Array): Uint8Array {
  const keep = Math.max(0, Math.min(window.length, windowBytes - plain.length));
  const next = new Uint8Array(keep + Math.min(plain.length, windowBytes));
  next.set(window.subarray(window.length - keep));
  next.set(plain.subarray(Math.max(0, plain.length - windowBytes)), keep);
  return next;
}

function encodeBlock(headers: SpdyHeaders): Uint8Array {
  const encoder = new TextEncoder();
  const texts = Object.entries(headers).flatMap(([name, value]) => [
    encoder.encode(name.toLowerCase()),
    encoder.encode(value),
  ]);
  const block = new Uint8Array(4 + texts.reduce((size, text) => size + 4 + text.length, 0));
  const words = view(block);
  words.setUint32(0, texts.length / 2);
  let offset = 4;
  for (const text of texts) {
    words.setUint32(offset, text.length);
    block.set(text, offset + 4);
    offset += 4 + text.length;
  }
  return block;
}

function decodeBlock(block: Uint8Array): SpdyHeaders {
  const words = view(block);
  const decoder = new TextDecoder();
  let offset = 0;
  const number = () => {
    if (offset + 4 > block.length) throw new SpdyError('header block is cut off');
    offset += 4;
    return words.getUint32(offset - 4);
  };
  const text = () => {
    const length = number();
    if (length > block.length - offset) throw new SpdyError('header block is cut off');
    offset += length;
    return decoder.decode(block.subarray(offset - length, offset));
  };
  const count = number();
  if (count > maxHeaders) throw new SpdyError(`${count} headers in one block`);
  const headers = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    const name = text();
    const value = text();
    if (name === '' || name !== name.toLowerCase()) throw new SpdyError('header name is not lower-case');
    if (headers.has(name)) throw new SpdyError('header name appears twice');
    headers.set(name, value);
  }
  if (offset !== block.length) throw new SpdyError('bytes after the last header');
  return Object.assign(Object.create(null), Object.fromEntries(headers));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
