/**
 * Response heads to header blocks. Without a dynamic table: nothing to keep for a connection, and the block of a field that was
 * answered before (all but lengths and ids) is known.
 */

import type { ResponseHeaders } from '#api/request.ts';
import { staticTable } from './hpack-static-table.ts';

/** Fields of a connection, which HTTP/2 forbids (RFC 9113, 8.2.2): an answer that is passed on may have them. */
const connectionFields = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

interface KnownName {
  /** The start of a literal field without indexing: index or name (RFC 7541, 6.2.2). */
  readonly prefix: Buffer;
  /** The last value that was encoded. */
  value: string | undefined;
  block: Buffer;
}

const known = new Map<string, KnownName>();
const knownBound = 512;

let room = Buffer.allocUnsafeSlow(4096);
let used = 0;

/** Good until the next call. `length`: content-length, when the body is whole. */
export function encodeHead(status: number, headers: ResponseHeaders, length?: number): Uint8Array {
  used = 0;
  putStatus(status);
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || connectionFields.has(name)) continue;
    if (typeof value === 'string') put(name, value);
    else for (const each of value) put(name, each);
  }
  if (length !== undefined) put('content-length', String(length));
  if (headers.date === undefined) put('date', httpDate());
  return room.subarray(0, used);
}

function putStatus(status: number): void {
  const text = String(status);
  const index = staticTable.findIndex(([name, value]) => name === ':status' && value === text);
  if (index >= 0) {
    reserve(1);
    room[used++] = 0x80 | (index + 1);
  } else {
    put(':status', text);
  }
}

function put(name: string, value: string): void {
  const entry = known.get(name) ?? know(name);
  if (entry.value !== value) {
    entry.value = value;
    entry.block = fieldBlock(entry.prefix, value);
  }
  reserve(entry.block.length);
  room.set(entry.block, used);
  used += entry.block.length;
}

function know(name: string): KnownName {
  if (known.size >= knownBound) known.clear();
  const entry = { prefix: namePrefix(name.toLowerCase()), value: undefined, block: Buffer.alloc(0) };
  known.set(name, entry);
  return entry;
}

function namePrefix(name: string): Buffer {
  const index = staticTable.findIndex(([known]) => known === name) + 1;
  if (index > 0) return Buffer.from(integer(index, 4, 0));
  return Buffer.concat([Buffer.from([0]), stringBlock(name)]);
}

function fieldBlock(prefix: Buffer, value: string): Buffer {
  return Buffer.concat([prefix, stringBlock(value)]);
}

function stringBlock(text: string): Buffer {
  // What would end a line elsewhere never leaves the server.
  const bytes = Buffer.from(text.replace(unsafe, ' '), 'latin1');
  return Buffer.concat([Buffer.from(integer(bytes.length, 7, 0)), bytes]);
}

const unsafe = /[\0\r\n]/g;

/** RFC 7541, 5.1. */
function integer(value: number, prefixBits: number, flags: number): number[] {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) return [flags | value];
  const bytes = [flags | mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}

function reserve(bytes: number): void {
  if (used + bytes <= room.length) return;
  const larger = Buffer.allocUnsafeSlow(2 * (used + bytes));
  larger.set(room.subarray(0, used));
  room = larger;
}

let dateSecond = 0;
let dateText = '';

function httpDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
