/** Header blocks of a connection to names and values (RFC 7541). The decoder's table follows the peer's encoder: no block may be left out. */

import { staticTable } from './hpack-static-table.ts';
import { decodeHuffman } from './huffman.ts';
import { ConnectionError, ErrorCode } from './protocol.ts';

/** Bytes of the dynamic table: the value that HTTP/2 starts with, which we leave. */
const tableBound = 4096;
/** What an entry counts beside its name and value (RFC 7541, 4.1). */
const entryOverhead = 32;

export type FieldVisitor = (name: string, value: string) => void;

export class HpackDecoder {
  /** The newest entry is the last; those before `first` were evicted. */
  private names: string[] = [];
  private values: string[] = [];
  private first = 0;
  private size = 0;
  private bound = tableBound;

  private bytes: Buffer = nothing;
  private at = 0;
  private end = 0;

  /** Calls `visit` for each field in order. Throws ConnectionError (compressionError) for what is no header block. */
  decode(block: Buffer, visit: FieldVisitor): void {
    this.bytes = block;
    this.at = 0;
    this.end = block.length;
    let fields = 0;
    while (this.at < this.end) {
      const byte = block[this.at] as number;
      if (byte & 0x80) {
        const index = this.integer(7);
        visit(this.nameAt(index), this.valueAt(index));
      } else if ((byte & 0xe0) === 0x20) {
        if (fields > 0) throw broken('a table size update after a field');
        this.resize(this.integer(5));
        continue;
      } else {
        const isIndexed = (byte & 0x40) !== 0;
        const index = this.integer(isIndexed ? 6 : 4);
        const name = index === 0 ? this.string() : this.nameAt(index);
        const value = this.string();
        if (isIndexed) this.add(name, value);
        visit(name, value);
      }
      fields++;
    }
    this.bytes = nothing;
  }

  private nameAt(index: number): string {
    if (index >= 1 && index <= staticTable.length) return (staticTable[index - 1] as readonly [string, string])[0];
    return this.names[this.position(index)] as string;
  }

  private valueAt(index: number): string {
    if (index >= 1 && index <= staticTable.length) return (staticTable[index - 1] as readonly [string, string])[1];
    return this.values[this.position(index)] as string;
  }

  private position(index: number): number {
    const position = this.names.length - (index - staticTable.length);
    if (index === 0 || position < this.first) throw broken(`no field has index ${index}`);
    return position;
  }

  private add(name: string, value: string): void {
    const size = name.length + value.length + entryOverhead;
    this.evict(this.bound - size);
    // An entry larger than the table empties it and is not kept (RFC 7541, 4.4).
    if (size > this.bound) return;
    this.names.push(name);
    this.values.push(value);
    this.size += size;
  }

  private resize(bound: number): void {
    if (bound > tableBound) throw broken(`a table of ${bound} bytes`);
    this.bound = bound;
    this.evict(bound);
  }

  private evict(bound: number): void {
    while (this.size > Math.max(0, bound)) {
      const name = this.names[this.first] as string;
      const value = this.values[this.first] as string;
      this.size -= name.length + value.length + entryOverhead;
      this.names[this.first] = '';
      this.values[this.first] = '';
      this.first++;
    }
    if (this.first < compactFrom) return;
    this.names = this.names.slice(this.first);
    this.values = this.values.slice(this.first);
    this.first = 0;
  }

  /** RFC 7541, 5.1. */
  private integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = (this.bytes[this.at++] as number) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      if (this.at >= this.end) throw broken('a number is cut off');
      const byte = this.bytes[this.at++] as number;
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw broken('a number is too large');
  }

  private string(): string {
    if (this.at >= this.end) throw broken('a string is missing');
    const isHuffman = ((this.bytes[this.at] as number) & 0x80) !== 0;
    const length = this.integer(7);
    const start = this.at;
    const end = start + length;
    if (end > this.end) throw broken('a string is cut off');
    this.at = end;
    if (!isHuffman) return this.bytes.toString('latin1', start, end);
    const text = decodeHuffman(this.bytes, start, end);
    if (text === undefined) throw broken('a string is no Huffman code');
    return text;
  }
}

const nothing = Buffer.alloc(0);
/** Evicted entries that are dropped from the arrays at once. */
const compactFrom = 64;

function broken(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.compressionError, `broken header block: ${what}`);
}
