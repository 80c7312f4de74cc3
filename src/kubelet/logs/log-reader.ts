/**
 * Reading a container's log: from a start that the options name to the end, and on while the container runs.
 *
 * Idea: the file is read in large blocks, each block's lines become one chunk of output. Following waits for the kernel to say
 * that the directory changed; nothing is polled.
 *
 * Invariants:
 * 1. No line is lost or doubled by rotation: a new file under the name is taken up only after the old one, which may have grown
 *    until then, was read to its end once more.
 * 2. Following ends when the container has ended and everything that it wrote has been given out.
 * 3. Memory is one block and one unfinished line; lines longer than a mebibyte are left out.
 *
 * Source: k8s.io/cri-client pkg/logs.
 */

import { concat } from '#api/streaming/byte-stream.ts';
import type { LogStream } from '#api/streaming/log-options.ts';
import type { LogFile, LogFiles } from './log-files.ts';
import { parseLogLine, timestampMs, timestampPrefix } from './log-line.ts';

export interface LogRequest {
  readonly path: string;
  readonly stream: LogStream;
  readonly timestamps: boolean;
  /** Lines before this time are left out; milliseconds since the epoch. */
  readonly sinceMs?: number;
  readonly tailLines?: number;
  readonly limitBytes?: number;
  /** Present to follow: what tells that the container writes no more. */
  readonly follow?: ContainerLife;
}

export interface ContainerLife {
  isRunning(): Promise<boolean>;
  /** Resolves when the container has ended (sooner is allowed: isRunning is asked), or the signal fires. */
  ended(signal: AbortSignal): Promise<void>;
}

const blockBytes = 64 * 1024;
const maxLineBytes = 1 << 20;
const newline = 0x0a;

/** Chunks of log text. Throws when there is no such log. Ends early, without an error, when the signal fires. */
export async function* readLog(
  files: LogFiles,
  request: LogRequest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  let file = await files.open(request.path);
  if (!file) throw new Error(`failed to open log file ${JSON.stringify(request.path)}: no such file`);
  const news = new News();
  const left = new AbortController();
  signal.addEventListener('abort', news.tell, { once: true });
  const unwatch = request.follow ? files.watch(request.path, news.tell) : undefined;
  request.follow?.ended(left.signal).then(news.tell, news.tell);
  try {
    const writer = new LogWriter(request);
    let offset = await startOffset(file, request.tailLines);
    let running = request.follow !== undefined;
    for (;;) {
      // Asked before reading: what a container wrote before it ended is in the file by then.
      if (request.follow && running) running = await request.follow.isRunning();
      for (;;) {
        const block = await file.read(offset, blockBytes);
        if (block.length === 0) break;
        offset += block.length;
        const out = writer.write(block);
        if (out.length > 0) yield out;
        if (writer.full || signal.aborted) return;
      }
      if (!request.follow) {
        const rest = writer.flush();
        if (rest.length > 0) yield rest;
        return;
      }
      const next: LogFile | undefined = await files.open(request.path);
      if (next && next.identity !== file.identity) {
        const grown = (await file.size()) > offset;
        if (grown) await next.close();
        else {
          await file.close();
          file = next;
          offset = 0;
        }
        continue;
      }
      await next?.close();
      if (!running) return;
      await news.wait();
      if (signal.aborted) return;
    }
  } finally {
    signal.removeEventListener('abort', news.tell);
    left.abort();
    unwatch?.();
    await file.close();
  }
}

/** Wakes one waiter for any number of reasons; what was told while nobody waited ends the next wait at once. */
class News {
  private pending = false;
  private wake: (() => void) | undefined;

  readonly tell = (): void => {
    this.pending = true;
    this.wake?.();
  };

  async wait(): Promise<void> {
    if (!this.pending) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.wake = undefined;
    this.pending = false;
  }
}

/** Where the last `lines` lines start; an unfinished line at the end is not counted, but included. */
async function startOffset(file: LogFile, lines: number | undefined): Promise<number> {
  if (lines === undefined) return 0;
  let right = await file.size();
  let found = 0;
  while (right > 0) {
    const left = Math.max(0, right - blockBytes);
    const block = await file.read(left, right - left);
    for (let i = block.length - 1; i >= 0; i--) {
      if (block[i] === newline && ++found > lines) return left + i + 1;
    }
    right = left;
  }
  return 0;
}

/** Turns blocks of the file into what the client gets. */
class LogWriter {
  /** Nothing more may be written: a bound of the request is reached. */
  full = false;
  private readonly request: LogRequest;
  private held = new Uint8Array();
  private skipping = false;
  private atLineStart = true;
  private bytesLeft: number;
  private linesLeft: number;

  constructor(request: LogRequest) {
    this.request = request;
    this.bytesLeft = request.limitBytes ?? Number.POSITIVE_INFINITY;
    // Without following, lines that are written meanwhile are not part of the tail.
    this.linesLeft = request.follow ? Number.POSITIVE_INFINITY : (request.tailLines ?? Number.POSITIVE_INFINITY);
    this.full = this.linesLeft === 0 && !request.follow;
  }

  write(block: Uint8Array): Uint8Array {
    const out: Uint8Array[] = [];
    let start = 0;
    while (!this.full) {
      const end = block.indexOf(newline, start);
      if (end < 0) break;
      const piece = block.subarray(start, end + 1);
      start = end + 1;
      if (this.skipping) {
        this.skipping = false;
        continue;
      }
      this.line(this.held.length > 0 ? concat([this.held, piece]) : piece, out);
      this.held = new Uint8Array();
    }
    const rest = block.subarray(start);
    if (rest.length > 0 && !this.skipping) {
      this.held = concat([this.held, rest]).slice();
      if (this.held.length > maxLineBytes) {
        this.held = new Uint8Array();
        this.skipping = true;
      }
    }
    return concat(out);
  }

  /** The unfinished line at the end of a log that is not followed. */
  flush(): Uint8Array {
    const out: Uint8Array[] = [];
    if (this.held.length > 0 && !this.full) this.line(this.held, out);
    return concat(out);
  }

  private line(bytes: Uint8Array, out: Uint8Array[]): void {
    const line = parseLogLine(bytes);
    if (!line) return;
    const { request } = this;
    const old = request.sinceMs !== undefined && timestampMs(line.timestamp) < request.sinceMs;
    if (!old && (request.stream === 'All' || request.stream === line.stream)) {
      if (request.timestamps && this.atLineStart) this.emit(timestampPrefix(line.timestamp), out);
      this.emit(line.text, out);
    }
    this.atLineStart = !line.partial;
    if (--this.linesLeft <= 0) this.full = true;
  }

  private emit(bytes: Uint8Array, out: Uint8Array[]): void {
    const cut = bytes.length > this.bytesLeft ? bytes.subarray(0, this.bytesLeft) : bytes;
    out.push(cut);
    this.bytesLeft -= cut.length;
    if (this.bytesLeft <= 0) this.full = true;
  }
}
