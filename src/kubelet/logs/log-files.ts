/**
 * The files that container runtimes write logs into, as a port: a simulated node has none of the kernel's.
 */

export interface LogFile {
  /** The same for as long as it is the same file, also under another name. */
  readonly identity: string;
  size(): Promise<number>;
  /** Up to `length` bytes from `offset`; fewer at the end, none beyond it. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface LogFiles {
  /** Undefined when there is no such file (between a rotation's rename and the runtime's reopening, for example). */
  open(path: string): Promise<LogFile | undefined>;
  /**
   * Calls `onChange` when something may have happened to the file, or to what is under its name: never too seldom, sometimes too
   * often, and once when the watch stands. Call the answer to end it.
   */
  watch(path: string, onChange: () => void): () => void;
}
