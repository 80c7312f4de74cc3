/**
 * Heads of records, put together by the thousand: what a start reads instead of every row of the history, most of whose
 * pages are values.
 *
 * A segment is one row of the table `heads`: the heads of all records up to its last revision that no earlier segment has. The writer
 * adds one when enough records came (sqlite-writer.ts); those that came since are read from the history itself. Compaction
 * drops rows of the history and leaves segments alone until half of what they hold is gone, so they may tell of
 * records that are not there any more, all of them superseded at the compacted revision or before.
 *
 * A segment's bytes are little-endian; per record: how far its revision is below the segment's last (4 bytes), the length of
 * its key with two flags (4), its createRevision (8), its expiry if it has one (16), its key in UTF-8.
 */

import { crc32 } from 'node:zlib';
import type { RecordHead } from '#store/journal.ts';

/** Records in a segment unless told otherwise: about 200 KB. */
export const defaultSegmentRecords = 2048;

export interface SegmentHead extends RecordHead {
  readonly deleted: boolean;
}

const fixedBytes = 16;
const expiryBytes = 16;

/** In the word of the key's length. */
const deletedFlag = 0x8000_0000;
const expiryFlag = 0x4000_0000;
const lengthMask = 0x3fff_ffff;

/** In revision order, none beyond `lastRevision`, none 2 ** 32 or more below it. */
export function packHeads(heads: readonly SegmentHead[], lastRevision: number): Buffer {
  let bound = 0;
  for (const { key } of heads) bound += fixedBytes + expiryBytes + key.length * 3;
  const bytes = Buffer.allocUnsafe(bound);
  let at = 0;
  for (const { revision, key, createRevision, expiry, deleted } of heads) {
    const keyAt = at + fixedBytes + (expiry ? expiryBytes : 0);
    const length = bytes.write(key, keyAt, 'utf8');
    bytes.writeUInt32LE(lastRevision - revision, at);
    bytes.writeUInt32LE((length | (deleted ? deletedFlag : 0) | (expiry ? expiryFlag : 0)) >>> 0, at + 4);
    bytes.writeDoubleLE(createRevision, at + 8);
    if (expiry) {
      bytes.writeDoubleLE(expiry.ttlSeconds, at + 16);
      bytes.writeDoubleLE(expiry.atMs, at + 24);
    }
    at = keyAt + length;
  }
  return bytes.subarray(0, at);
}

/** In revision order. */
export function unpackHeads(packed: Uint8Array, lastRevision: number, visit: (head: SegmentHead) => void): void {
  const { buffer, byteOffset, byteLength } = packed;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const view = new DataView(buffer, byteOffset, byteLength);
  for (let at = 0; at < byteLength; ) {
    const word = view.getUint32(at + 4, true);
    const hasExpiry = (word & expiryFlag) !== 0;
    const keyAt = at + fixedBytes + (hasExpiry ? expiryBytes : 0);
    const end = keyAt + (word & lengthMask);
    visit({
      revision: lastRevision - view.getUint32(at, true),
      key: bytes.toString('utf8', keyAt, end),
      createRevision: view.getFloat64(at + 8, true),
      expiry: hasExpiry
        ? { ttlSeconds: view.getFloat64(at + 16, true), atMs: view.getFloat64(at + 24, true) }
        : undefined,
      deleted: (word & deletedFlag) !== 0,
    });
    at = end;
  }
}

/** Says whether a segment is as it was written. */
export function segmentChecksum(packed: Uint8Array, lastRevision: number): number {
  return crc32(packed, crc32(String(lastRevision)));
}
