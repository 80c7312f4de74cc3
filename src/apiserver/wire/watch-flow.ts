/** WatchFlow: the events of a watch on their way into a sink, without a promise for any of them: a change for a thousand watchers is a walk over them. */

import type { EncodedWatchEvent, EventQueue, EventReader } from '#api/request.ts';
import type { ChunkFlow, ChunkSink } from '#api/wire.ts';

export interface FrameMaker {
  frame(event: EncodedWatchEvent): Uint8Array;
}

export class WatchFlow implements ChunkFlow, EventReader {
  private readonly sink: ChunkSink;
  private readonly frames: FrameMaker;
  private queue: EventQueue | undefined;
  /** What was taken, and how much of it the sink has got. */
  private events: readonly EncodedWatchEvent[] = [];
  private at = 0;
  private isFull = false;

  constructor(sink: ChunkSink, frames: FrameMaker) {
    this.sink = sink;
    this.frames = frames;
  }

  begin(queue: EventQueue): void {
    this.queue = queue;
    this.ready();
  }

  event(event: EncodedWatchEvent): boolean {
    if (this.isFull || !this.queue) return false;
    try {
      this.isFull = !this.sink.write(this.frames.frame(event));
    } catch (error) {
      this.fail(error);
    }
    return true;
  }

  ready(): void {
    if (this.isFull || !this.queue) return;
    try {
      this.flow(this.queue);
    } catch (error) {
      this.fail(error);
    }
  }

  resume(): void {
    this.isFull = false;
    this.ready();
  }

  cancel(): void {
    const { queue } = this;
    this.queue = undefined;
    this.events = [];
    this.at = 0;
    queue?.close();
  }

  private fail(error: unknown): void {
    this.cancel();
    this.sink.fail(error);
  }

  private flow(queue: EventQueue): void {
    for (;;) {
      while (this.at < this.events.length) {
        const event = this.events[this.at++] as EncodedWatchEvent;
        if (this.sink.write(this.frames.frame(event))) continue;
        this.isFull = true;
        return;
      }
      const events = queue.take();
      if (events === undefined) {
        this.queue = undefined;
        this.sink.end();
        return;
      }
      this.events = events;
      this.at = 0;
      if (events.length === 0) return;
    }
  }
}
