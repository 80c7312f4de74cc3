/** Answers onto sockets: compressed for those who take it, written as fast as the peer takes them and no faster. */

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ApiRequest } from '#api/request.ts';
import type { ChunkFlow, ChunkSink, ChunkStream, WireResponse } from '#api/wire.ts';
import type { HttpBounds } from './http-bounds.ts';

/** Answers from this size on are gzipped for clients that take it (upstream: 128 KiB, level 1). */
const gzipFromBytes = 128 * 1024;
const compress = promisify(gzip);

export function compressed(response: WireResponse, request: ApiRequest): WireResponse | Promise<WireResponse> {
  if (response.type === 'upgrade' || !response.compressible) return response;
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return response;
  const headers = { ...response.headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
  if (response.type === 'full') {
    if (response.body.length < gzipFromBytes) return response;
    return compress(response.body, { level: 1 }).then((body) => ({ ...response, headers, body }));
  }
  return { type: 'stream', status: response.status, headers, chunks: gzipChunks(response.chunks), compressible: false };
}

/** Each chunk is a gzip member of its own: members may follow each other (RFC 1952), and no stream state is held. */
async function* gzipChunks(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield await compress(chunk, { level: 1 });
}

/** What answers are written to: an HTTP/2 stream, an HTTP/1.1 response, an upgraded socket. */
interface Sink extends NodeJS.EventEmitter {
  readonly destroyed: boolean;
  write(chunk: Uint8Array, written?: () => void): boolean;
  end(last?: Uint8Array): unknown;
}

export interface AnswerBounds extends Pick<HttpBounds, 'stalledMs' | 'answerMs'> {
  /** Takes the sink away from a peer that is too slow. */
  readonly cut: () => void;
}

/** Somebody else says how long the peer may take. */
const forever = Number.POSITIVE_INFINITY;
const patient: AnswerBounds = { stalledMs: forever, answerMs: forever, cut: () => {} };

/** Bodies from this size on are handed over in pieces, so that it shows whether the peer takes them. */
const pieceBytes = 64 * 1024;

/** An answer that exists as a whole. */
export function writeBody(body: Uint8Array, sink: Sink, bounds: AnswerBounds): Promise<void> | undefined {
  if (body.length > pieceBytes) return writeChunks(pieces(body), sink, bounds);
  if (body.length > 0) sink.end(body);
  else sink.end();
  return undefined;
}

function* pieces(body: Uint8Array): Generator<Uint8Array, void, void> {
  for (let at = 0; at < body.length; at += pieceBytes) yield body.subarray(at, at + pieceBytes);
}

/** Writes and ends; resolves when all was taken. Stops, and tells the source, when the peer is gone or too slow. */
export async function writeChunks(
  chunks: Iterable<Uint8Array> | ChunkStream,
  sink: Sink,
  bounds?: AnswerBounds,
  longRunning = false,
): Promise<void> {
  const { stalledMs, answerMs, cut } = bounds ?? patient;
  const untilMs = longRunning ? forever : performance.now() + answerMs;
  const patienceMs = () => Math.min(stalledMs, untilMs - performance.now());
  const stream = Symbol.asyncIterator in chunks ? chunks : undefined;
  for (const chunk of stream ? (stream.takeFirst?.() ?? []) : (chunks as Iterable<Uint8Array>)) {
    if (sink.destroyed) break;
    const isWritten = written(chunk, sink, patienceMs());
    if (isWritten !== true && !(await isWritten)) return cut();
  }
  const flowing = stream && !sink.destroyed ? new Flowing(sink, patienceMs, cut).begin(stream) : undefined;
  if (flowing) return flowing;
  for await (const chunk of stream ?? []) {
    if (sink.destroyed) return;
    if (sink.write(chunk) || (await drained(sink, patienceMs()))) continue;
    return cut();
  }
  sink.end();
}

/** A stream that flows on its way into a sink; a sink that is full is waited for, as long as the peer may take. */
class Flowing implements ChunkSink {
  private readonly sink: Sink;
  private readonly patienceMs: () => number;
  private readonly cut: () => void;
  private readonly settled = Promise.withResolvers<void>();
  private flow: ChunkFlow | undefined;
  private patience: NodeJS.Timeout | undefined;

  constructor(sink: Sink, patienceMs: () => number, cut: () => void) {
    this.sink = sink;
    this.patienceMs = patienceMs;
    this.cut = cut;
  }

  /** Resolves when the source has ended, or the peer is gone or too slow; rejects when the source fails. Undefined if it does not flow. */
  begin(stream: ChunkStream): Promise<void> | undefined {
    this.sink.on('drain', this.onDrain);
    this.sink.once('close', this.onClose);
    this.flow = stream.flowInto?.(this);
    if (this.flow) return this.settled.promise;
    this.stop();
    return undefined;
  }

  write(chunk: Uint8Array): boolean {
    if (this.sink.write(chunk)) return true;
    const withinMs = this.patienceMs();
    if (withinMs !== forever) this.patience = setTimeout(this.onStalled, Math.max(0, withinMs));
    return false;
  }

  end(): void {
    this.stop();
    this.sink.end();
    this.settled.resolve();
  }

  fail(error: unknown): void {
    this.stop();
    this.settled.reject(error);
  }

  private readonly onDrain = (): void => {
    clearTimeout(this.patience);
    this.flow?.resume();
  };

  private readonly onClose = (): void => {
    this.stop();
    this.flow?.cancel();
    this.settled.resolve();
  };

  private readonly onStalled = (): void => {
    this.onClose();
    this.cut();
  };

  private stop(): void {
    clearTimeout(this.patience);
    this.sink.off('drain', this.onDrain);
    this.sink.off('close', this.onClose);
  }
}

/** True, or resolves, when the chunk's bytes are needed no more or the peer is gone; false when the time went by first. */
function written(chunk: Uint8Array, sink: Sink, withinMs: number): boolean | Promise<boolean> {
  let isTaken = false;
  let settle: (() => void) | undefined;
  sink.write(chunk, () => {
    isTaken = true;
    settle?.();
  });
  if (isTaken) return true;
  return settled(sink, withinMs, (done) => {
    settle = done;
    return () => {};
  });
}

/** Resolves when the sink takes more, or the peer is gone; false when the time went by first. */
function drained(sink: Sink, withinMs: number): boolean | Promise<boolean> {
  if (sink.destroyed) return true;
  return settled(sink, withinMs, (done) => {
    sink.once('drain', done);
    return () => sink.off('drain', done);
  });
}

/** `wait` is told what to call later, and gives what takes that back. */
function settled(sink: Sink, withinMs: number, wait: (done: () => void) => () => void): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (taken: boolean) => {
      clearTimeout(timer);
      sink.off('close', done);
      forget();
      resolve(taken);
    };
    const done = () => settle(true);
    const timer = withinMs === forever ? undefined : setTimeout(settle, Math.max(0, withinMs), false);
    sink.once('close', done);
    const forget = wait(done);
  });
}

/** The client left before the answer began: whoever makes it must know. */
export function closeChunks(response: WireResponse): void {
  if (response.type !== 'stream') return;
  const { chunks } = response;
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : undefined;
  void iterator?.return?.();
}
