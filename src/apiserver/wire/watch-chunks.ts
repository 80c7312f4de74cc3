/**
 * WatchChunks: a watch's events as bytes. The initial state goes out as a list does, in chunks of one buffer that is used again and again;
 * what changes later in frames that all watchers share.
 */

import type { EncodedWatchEvent, WatchEvents } from '#api/request.ts';
import type { ChunkStream } from '#api/wire.ts';
import { InitialFrame, jsonFrame, WatchFrame } from '../cache/watch-frame.ts';
import type { Exchange } from '../exchange.ts';
import { ByteWriter } from './byte-writer.ts';

/** Bytes handed to the transport at a time. */
export const chunkBytes = 64 * 1024;
/** Room behind a chunk for the object that fills it, so that the buffer seldom grows. */
export const largeObjectBytes = 8 * 1024;
/** A first guess at the room that an object needs. */
export const usualObjectBytes = 2 * 1024;

/** Batches of more events than this are no coincidence of watchers, but one that fell behind. */
const sharedEvents = 256;

export interface FrameEncoding {
  readonly shared: SharedBatch;
  /** Its frame, the same bytes for everybody. */
  readonly frame: (event: EncodedWatchEvent) => Uint8Array;
  readonly writeInitial: (writer: ByteWriter, event: InitialFrame) => void;
}

/** Watchers of the same objects get the same batches, one after the other: the last one's bytes are joined once for all of them. */
export class SharedBatch {
  private events: readonly EncodedWatchEvent[] = [];
  private bytes: Uint8Array = new Uint8Array();

  /** The frames' bytes one behind the other; undefined where they are too many to be kept. */
  joined(events: readonly EncodedWatchEvent[], frameOf: FrameEncoding['frame']): Uint8Array | undefined {
    if (sameEvents(events, this.events)) return this.bytes;
    const frames = events.map(frameOf);
    const length = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (length > chunkBytes) return undefined;
    const writer = new ByteWriter(length);
    for (const frame of frames) writer.put(frame);
    this.events = events;
    this.bytes = writer.take();
    return this.bytes;
  }
}

function sameEvents(some: readonly EncodedWatchEvent[], others: readonly EncodedWatchEvent[]): boolean {
  return some.length === others.length && some.every((event, index) => event === others[index]);
}

export function jsonFrames(): FrameEncoding {
  return {
    shared: new SharedBatch(),
    frame: (event) => (event instanceof WatchFrame ? event.json() : jsonFrame(event.type, event.body.json())),
    writeInitial: (writer, event) => event.writeJson(writer),
  };
}

const end = { done: true, value: undefined } as const;

/** An object of its own rather than a generator: a change for a thousand watchers takes as few promises as possible. */
export class WatchChunks implements ChunkStream, AsyncIterableIterator<Uint8Array, undefined> {
  private readonly source: WatchEvents;
  private readonly batches: AsyncIterator<readonly EncodedWatchEvent[]>;
  private readonly encoding: FrameEncoding;
  private readonly exchange: Exchange;
  /** Of the last batch, what is still to come. */
  private rest: Iterator<Uint8Array, undefined> | undefined;

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

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const more = this.rest?.next();
      if (more && !more.done) return more;
      this.rest = undefined;
      const batch = await this.batches.next();
      if (batch.done) return end;
      if (batch.value.length === 0) continue;
      const [only] = batch.value;
      if (batch.value.length === 1 && only) return { done: false, value: this.counted(this.encoding.frame(only)) };
      const shared = this.sharedBytes(batch.value);
      if (shared) return { done: false, value: shared };
      this.rest = this.chunks(batch.value, (writer) => writer.take());
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    await this.batches.return?.();
    return end;
  }

  private *initialChunks(events: readonly EncodedWatchEvent[], sent: () => void): Generator<Uint8Array, void, void> {
    yield* this.chunks(events, (writer) => writer.lend());
    sent();
  }

  private *chunks(
    events: readonly EncodedWatchEvent[],
    give: (writer: ByteWriter) => Uint8Array,
  ): Generator<Uint8Array, undefined, void> {
    const { encoding } = this;
    const writer = new ByteWriter(Math.min(chunkBytes + largeObjectBytes, events.length * usualObjectBytes));
    for (const event of events) {
      const before = writer.length;
      if (event instanceof InitialFrame) encoding.writeInitial(writer, event);
      else writer.put(encoding.frame(event));
      this.count(writer.length - before);
      if (writer.length >= chunkBytes) yield give(writer);
    }
    if (writer.length > 0) yield give(writer);
    return undefined;
  }

  private sharedBytes(events: readonly EncodedWatchEvent[]): Uint8Array | undefined {
    if (events.length > sharedEvents || !events.every((event) => event instanceof WatchFrame)) return undefined;
    const { frame, shared } = this.encoding;
    const bytes = shared.joined(events, frame);
    if (bytes) for (const event of events) this.count(frame(event).length);
    return bytes;
  }

  private counted(frame: Uint8Array): Uint8Array {
    this.count(frame.length);
    return frame;
  }

  private count(bytes: number): void {
    const { exchange } = this;
    exchange.count(bytes);
    exchange.eventSizes?.observe(bytes);
  }
}
