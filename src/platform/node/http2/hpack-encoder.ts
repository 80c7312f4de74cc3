/** Response heads to header blocks. Without a dynamic table: nothing to keep for a connection. */

import type { ResponseHeaders } from '#api/request.ts';
import { staticTable } from './hpack-static-table.ts';

/** Fields of a connection, which HTTP/2 forbids (RFC 9113, 8.2.2): an answer that is passed on may have them. */
const connectionFields = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** The starts of literal fields without indexing, by name: index or name (RFC 7541, 6.2.2). */
const prefixes = new Map<string, Buffer>();
const prefixBound = 512;

/** Most bytes of a length or an index. */
const lengthBytes = 5;

const statuses: ReadonlyMap<number, number> = new Map(
  staticTable.flatMap(([name, value], at) => (name === ':status' ? [[Number(value), 0x80 | (at + 1)] as const] : [])),
);

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
  const indexed = statuses.get(status);
  if (indexed === undefined) {
    put(':status', String(status));
    return;
  }
  reserve(1);
  room[used++] = indexed;
}

function put(name: string, value: string): void {
  const prefix = prefixes.get(name) ?? prefixOf(name);
  reserve(prefix.length);
  room.set(prefix, used);
  used += prefix.length;
  putText(value);
}

/** Its length and its characters, one byte each. */
function putText(text: string): void {
  const { length } = text;
  reserve(lengthBytes + length);
  putInteger(length, 7);
  const target = room;
  const start = used;
  for (let index = 0; index < length; index++) {
    const code = text.charCodeAt(index) & 0xff;
    // What would end a line elsewhere never leaves the server.
    target[start + index] = code === 0 || code === carriageReturn || code === lineFeed ? space : code;
  }
  used += length;
}

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const space = 0x20;

/** RFC 7541, 5.1. There must be room. */
function putInteger(value: number, prefixBits: number): void {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) {
    room[used++] = value;
    return;
  }
  room[used++] = mask;
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) room[used++] = (rest & 0x7f) | 0x80;
  room[used++] = rest;
}

/** Written behind what there is already, and taken from there. */
function prefixOf(name: string): Buffer {
  const start = used;
  const lower = name.toLowerCase();
  const index = staticTable.findIndex(([known]) => known === lower) + 1;
  reserve(lengthBytes);
  if (index > 0) putInteger(index, 4);
  else {
    room[used++] = 0;
    putText(lower);
  }
  const prefix = Buffer.from(room.subarray(start, used));
  used = start;
  if (prefixes.size >= prefixBound) prefixes.clear();
  prefixes.set(name, prefix);
  return prefix;
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
