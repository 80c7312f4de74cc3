/**
 * The write-ahead log of a database, flushed by us rather than by SQLite. SQLite calls fsync, which on common file systems writes the file's times and size to
 * their journal too, and waits for that; for what a commit promises fdatasync is enough, and it has nothing else to write as long as the file does not get longer. So the
 * file is made longer ahead of SQLite, by steps of zeros, as etcd does with its log. SQLite ends its reading of the log at the first frame that is not of its
 * present round, and zeros are none.
 *
 * The connection that writes has synchronous=NORMAL: SQLite then flushes where the order of writes matters to it (before and after a checkpoint, when the log begins anew), and only
 * a commit is ours to flush.
 */

import { closeSync, fdatasyncSync, fstatSync, openSync, writeSync } from 'node:fs';

/** Some hundred small commits. */
const step = new Uint8Array(2 ** 20);

export class WalFile {
  private readonly file: number;
  /** Bytes that the file had when it was last looked at. */
  private size = 0;

  /** Of a database that a connection has open, and that stays open for as long as this: the last connection to close removes the log. */
  constructor(databasePath: string) {
    this.file = openSync(`${databasePath}-wal`, 'r+');
  }

  /** Returns when all that was committed is on disk. Throws when the disk fails: what of it is there then, nobody knows. */
  flush(): void {
    const { size } = fstatSync(this.file);
    // Longer by a commit: it has used up what was there for it.
    this.size = size > this.size ? size + this.extend(size) : size;
    fdatasyncSync(this.file);
  }

  close(): void {
    closeSync(this.file);
  }

  /** The bytes that were added: fewer or none on a full disk, where commits may still find room. */
  private extend(size: number): number {
    try {
      return writeSync(this.file, step, 0, step.length, size);
    } catch {
      return 0;
    }
  }
}
