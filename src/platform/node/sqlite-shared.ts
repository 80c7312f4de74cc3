/** Memory that the serving thread and the writer's thread of a store both have. */

export interface SharedMemory {
  /** By `sharedWord`. */
  readonly words: Int32Array;
  /** The records of an append. */
  readonly records: Uint8Array;
}

export const sharedWord = {
  /** Counted up and notified when there is something to do. */
  wakes: 0,
  /** Records of the append that waits in `records`; 0 for none. */
  appends: 1,
} as const;

/** Appends of a busy second fit; pages of it that no append reached yet take no room. */
const recordsBytes = 512 * 1024;

export function createSharedMemory(): SharedMemory {
  return {
    words: new Int32Array(new SharedArrayBuffer(Object.keys(sharedWord).length * Int32Array.BYTES_PER_ELEMENT)),
    records: new Uint8Array(new SharedArrayBuffer(recordsBytes)),
  };
}
