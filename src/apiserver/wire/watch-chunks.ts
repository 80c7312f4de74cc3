/**
 * WatchChunks: a watch's events as bytes. The initial state goes out as a list does, in chunks of one buffer that is used again and again;
 * what changes later in frames that all watchers share, one after the other: whoever puts them on a connection joins them.
 */

import type { EncodedWatchEvent, WatchEvents } from '#api/request.ts';
import type { ChunkFlow, ChunkSink, ChunkStream } from '#api/wire.ts';
import { InitialFrame, jsonFrame, WatchFrame } from '../cache/watch-frame.ts';
import type { Exchange } from '../exchange.ts';
import { ByteWriter } from './byte-writer.ts';
import { type FrameMaker, WatchFlow } from './watch-flow.ts';

/** Bytes handed to the transport at a time. */
export const chunkBytes = 64 * 1024;
/** Room behind a chunk for the object that fills it, so that the buffer seldom grows. */
export const largeObjectBytes = 8 * 1024;
/** A first guess at the room that an object needs. */
export const usualObjectBytes = 2 * 1024;

export interface FrameEncoding {
  /** Its frame, the same bytes for everybody. */
  readonly frame: (event: EncodedWatchEvent) => Uint8Array;
  readonly writeInitial: (writer: ByteWriter, event: InitialFrame) => void;
}

export function jsonFrames(): FrameEncoding {
  return {
    frame: (event) => (event instanceof WatchFrame ? event.json() : jsonFrame(event.type, event.body.json())),
    writeInitial: (writer, event) => event.writeJson(writer),
  };
}

const end = { done: true, value: undefined } as const;

export class WatchChunks implements ChunkStream, FrameMaker, AsyncIterableIterator<Uint8Array, undefined> {
  private readonly source: WatchEvents;
  private readonly batches: AsyncIterator<readonly EncodedWatchEvent[]>;
  private readonly encoding: FrameEncoding;
  private readonly exchange: Exchange;
  /** Of the last batch, what is still to come, by iterating. */
  private rest: Iterator<EncodedWatchEvent> = [].values();

  constructor(source: WatchEvents, encoding: FrameEncoding, exchange: Exchange) {
    this.source = source;
    this.batches = source[Symbol.asyncIterator]();
    this.encoding = encoding;
    this.exchange = exchange;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  takeFirst(): Iterable<Uint8Array> | undefined {
    const initial = this.source.takeInitial?.();
    return initial && this.initialChunks(initial.events, initial.sent);
  }

  flowInto(sink: ChunkSink): ChunkFlow | undefined {
    if (!this.source.listen) return undefined;
    const flow = new WatchFlow(sink, this);
    flow.begin(this.source.listen(flow));
    return flow;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const event = this.rest.next();
      if (!event.done) return { done: false, value: this.frame(event.value) };
      const batch = await this.batches.next();
      if (batch.done) return end;
      this.rest = batch.value.values();
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.batches.return?.();
    return end;
  }

  private *initialChunks(events: readonly EncodedWatchEvent[], sent: () => void): Generator<Uint8Array, void, void> {
    const { encoding } = this;
    const writer = new ByteWriter(Math.min(chunkBytes + largeObjectBytes, events.length * usualObjectBytes));
    for (const event of events) {
      const before = writer.length;
      if (event instanceof InitialFrame) encoding.writeInitial(writer, event);
      else writer.put(encoding.frame(event));
      this.count(writer.length - before);
      if (writer.length >= chunkBytes) yield writer.lend();
    }
    if (writer.length > 0) yield writer.lend();
    sent();
  }

  frame(event: EncodedWatchEvent): Uint8Array {
    const frame = this.encoding.frame(event);
    this.count(frame.length);
    return frame;
  }

  private count(bytes: number): void {
    const { exchange } = this;
    exchange.count(bytes);
    exchange.eventSizes?.observe(bytes);
  }
}
