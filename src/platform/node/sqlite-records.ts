/**
 * Records on their way to the writer's thread: bytes instead of a message of many objects, in memory that both threads have or, when they
 * are too many for that, in a buffer that is moved. Little-endian; per record a head of 40 bytes, the key in UTF-8, the value.
 */

import type { JournalRecord } from '#store/journal.ts';

const headBytes = 40;

/** Where the length of a value would be: the record is a deletion. */
const deletion = 0xffffffff;

export interface PackedRecords {
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Room that is enough for the records. */
export function packedBound(records: readonly JournalRecord[]): number {
  let bound = 0;
  for (const { key, value } of records) bound += headBytes + key.length * 3 + (value?.length ?? 0);
  return bound;
}

/** `bytes` has at least `packedBound`. */
export function packRecords(records: readonly JournalRecord[], bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (const { revision, createRevision, expiry, key, value } of records) {
    const { written } = encoder.encodeInto(key, bytes.subarray(at + headBytes));
    view.setFloat64(at, revision, true);
    view.setFloat64(at + 8, createRevision, true);
    view.setFloat64(at + 16, expiry?.atMs ?? 0, true);
    view.setFloat64(at + 24, expiry?.ttlSeconds ?? 0, true);
    view.setUint32(at + 32, written, true);
    view.setUint32(at + 36, value?.length ?? deletion, true);
    at += headBytes + written;
    if (value) {
      bytes.set(value, at);
      at += value.length;
    }
  }
}

/** Keys and values are views of the buffer. */
export function* unpackRecords(packed: PackedRecords): Generator<JournalRecord, void, void> {
  const { buffer, byteOffset, byteLength } = packed.bytes;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const view = new DataView(buffer, byteOffset, byteLength);
  let at = 0;
  for (let i = 0; i < packed.count; i++) {
    const keyEnd = at + headBytes + view.getUint32(at + 32, true);
    const valueLength = view.getUint32(at + 36, true);
    const ttlSeconds = view.getFloat64(at + 24, true);
    const deleted = valueLength === deletion;
    const valueEnd = deleted ? keyEnd : keyEnd + valueLength;
    yield {
      revision: view.getFloat64(at, true),
      createRevision: view.getFloat64(at + 8, true),
      expiry: ttlSeconds > 0 ? { ttlSeconds, atMs: view.getFloat64(at + 16, true) } : undefined,
      key: bytes.toString('utf8', at + headBytes, keyEnd),
      value: deleted ? undefined : bytes.subarray(keyEnd, valueEnd),
    };
    at = valueEnd;
  }
}

const encoder = new TextEncoder();
