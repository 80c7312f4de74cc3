/**
 * A watch on etcd that survives its connection: when the stream breaks it goes on, at this or another member, after the last revision
 * that it delivered.
 *
 * Invariants:
 * 1. All events of a revision are in one batch: fragments are put together first.
 * 2. The stream is asked for from the last delivered revision on, which is skipped, and not from the one after: etcd refuses what is
 *    below its compacted revision, but may have dropped deletions of exactly that revision.
 * 3. A batch of progress is only handed over when etcd vouches for it: members before 3.4.25 and 3.5.8 announce progress before the
 *    events (etcd issue 15220). With those the whole root is watched, and a write of a marker into it shows how far the stream is.
 */

import { isStatusError, newResourceExpired } from '#api/errors.ts';
import { sleep } from '#base/abort.ts';
import { backoffDelayMs } from '#base/backoff.ts';
import type { Env, Timer } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import type { StoreEvent, StoreWatch, WatchBatch, WatchOptions } from '#store/store.ts';
import type { GrpcDuplex } from '../grpc/grpc-channel.ts';
import { type EtcdClient, etcdBackoff } from './etcd-client.ts';
import type { KeyValue, WatchResponse } from './etcd-wire.ts';

export interface EtcdWatchContext {
  readonly env: Env;
  readonly client: EtcdClient;
  /** Where the watched range begins and ends. */
  readonly range: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array };
  /** Undefined for a key of the range that is not of the watch. */
  readonly eventOf: (type: 'PUT' | 'DELETE', kv: KeyValue) => StoreEvent | undefined;
  /** Writes the marker; absent where etcd's own progress can be trusted. */
  readonly mark?: (() => Promise<void>) | undefined;
}

/** How long progress is waited for before it is asked for: the events that bring it are usually under way. */
const progressDelayMs = 5;
/** A member that lags, or whose watch is not in step yet, does not answer: it is asked again (upstream: 100 ms). */
const progressRepeatMs = 100;
/** A marker is a write: only when the stream has been silent for this long. */
const silenceMs = 100;

export class EtcdWatch implements StoreWatch {
  private readonly context: EtcdWatchContext;
  private readonly stop: AbortSignal;
  private delivered: number;
  private progressTo = 0;
  private progressTimer: Timer | undefined;
  private stream: GrpcDuplex | undefined;
  private created = false;
  private heardMs = 0;
  private ended = false;

  /** Ends in order when `stop` fires. */
  constructor(context: EtcdWatchContext, { afterRevision }: WatchOptions, stop: AbortSignal) {
    this.context = context;
    this.delivered = afterRevision;
    this.stop = stop;
  }

  requestProgress(): void {
    if (this.ended) return;
    this.progressTo = Math.max(this.progressTo, this.context.client.seenRevision, this.delivered);
    this.progressTimer ??= this.context.env.clock.after(progressDelayMs, this.askForProgress);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchBatch, void, void> {
    const { env, client } = this.context;
    const { stop } = this;
    const onStop = () => this.stream?.cancel();
    stop.addEventListener('abort', onStop, { once: true });
    try {
      for (let failures = 0; !stop.aborted; failures++) {
        const { stream, failed } = client.openWatch();
        this.stream = stream;
        this.created = false;
        try {
          for await (const batch of this.follow(stream)) {
            failures = 0;
            yield batch;
            if (stop.aborted) return;
          }
        } catch (error) {
          if (stop.aborted) return;
          if (isStatusError(error)) throw error;
          failed();
          env.log.warn('watch on etcd broke, goes on', { revision: this.delivered, error: messageOf(error) });
        } finally {
          stream.cancel();
        }
        const delayMs = backoffDelayMs(etcdBackoff, failures, () => env.random.next());
        await sleep(env.clock, delayMs, stop).catch(() => {});
      }
    } finally {
      stop.removeEventListener('abort', onStop);
      this.stream = undefined;
      this.ended = true;
      this.progressTimer?.cancel();
    }
  }

  private async *follow(stream: GrpcDuplex): AsyncGenerator<WatchBatch, void, void> {
    const { context } = this;
    stream.send({
      createRequest: {
        ...context.range,
        startRevision: Math.max(1, this.delivered),
        progressNotify: context.mark === undefined,
        fragment: true,
      },
    });
    let fragments: WatchResponse['events'] = [];
    for await (const message of stream.messages) {
      const response = message as WatchResponse;
      if (response.canceled) {
        if (response.compactRevision > 0n) {
          throw newResourceExpired('The resourceVersion for the provided watch is too old.');
        }
        throw new Error(response.cancelReason || 'etcd ended the watch');
      }
      const headRevision = context.client.saw(response);
      this.heardMs = context.env.clock.monotonic();
      if (response.created) {
        this.created = true;
        continue;
      }
      const events = fragments.length > 0 ? [...fragments, ...response.events] : response.events;
      fragments = response.fragment ? events : [];
      if (response.fragment) continue;
      const batch = events.length > 0 ? this.batchOf(events) : this.progress(headRevision);
      if (batch) yield batch;
    }
    throw new Error('the stream ended');
  }

  private batchOf(changes: WatchResponse['events']): WatchBatch | undefined {
    const events: StoreEvent[] = [];
    const before = this.delivered;
    for (const { type, kv } of changes) {
      const revision = Number(kv?.modRevision ?? 0n);
      if (!kv || revision <= before) continue;
      const event = this.context.eventOf(type, kv);
      if (event) events.push(event);
      if (revision > this.delivered) this.delivered = revision;
    }
    return this.delivered > before ? { events, revision: this.delivered } : undefined;
  }

  private progress(revision: number): WatchBatch | undefined {
    // With a marker, what etcd says of its progress is not believed.
    if (this.context.mark) return undefined;
    this.delivered = Math.max(this.delivered, revision);
    return { events: [], revision: this.delivered };
  }

  private readonly askForProgress = (): void => {
    this.progressTimer = undefined;
    const { env, mark } = this.context;
    if (this.stop.aborted || this.delivered >= this.progressTo) return;
    if (this.created && !mark) this.stream?.send({ progressRequest: {} });
    // One that fails is written again.
    if (this.created && env.clock.monotonic() - this.heardMs >= silenceMs) mark?.().catch(() => {});
    this.progressTimer = env.clock.after(progressRepeatMs, this.askForProgress);
  };
}
