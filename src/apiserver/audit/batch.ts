/**
 * AuditSink that sends events in batches and in order, for backends that answer slowly. What does not fit into the buffer is dropped
 * and counted: a backend that is down must not hold up the server (apiserver plugin/pkg/audit/buffered, util/webhook).
 */

import { sleep } from '#base/abort.ts';
import { type BackoffConfig, backoffDelayMs } from '#base/backoff.ts';
import type { Env, Timer } from '#base/env.ts';
import { type AuditSink, auditSinkFailure } from './audit.ts';

export interface BatchOptions {
  /** Events that wait at most. */
  readonly bufferSize: number;
  /** Events of one batch at most. */
  readonly maxBatchSize: number;
  /** Longest time that an event waits for others. */
  readonly maxWaitMs: number;
  /** Batches a second, and how many of them may be sent at once after a pause. */
  readonly throttle: { readonly perSecond: number; readonly burst: number };
  /** First pause before a batch is sent again. */
  readonly initialBackoffMs: number;
}

/** Upstream's for webhooks (apiserver server/options/audit.go). */
export const webhookBatches: BatchOptions = {
  bufferSize: 10_000,
  maxBatchSize: 400,
  maxWaitMs: 30_000,
  throttle: { perSecond: 10, burst: 15 },
  initialBackoffMs: 10_000,
};

const attempts = 5;
const backoffFactor = 1.5;
const backoffJitter = 0.2;

/** Sends one batch; rejects when the backend does not take it. */
export type SendBatch = (events: readonly string[]) => Promise<void>;

export class BatchSink implements AuditSink {
  readonly name: string;
  private readonly env: Env;
  private readonly options: BatchOptions;
  private readonly send: SendBatch;
  private waiting: string[] = [];
  private timer: Timer | undefined;
  private sending: Promise<void> | undefined;
  private tokens: number;
  private tokensAtMs: number;
  private readonly backoff: BackoffConfig;
  private readonly closing = new AbortController();

  constructor(name: string, env: Env, options: BatchOptions, send: SendBatch) {
    this.name = name;
    this.env = env;
    this.options = options;
    this.send = send;
    this.backoff = {
      initialMs: options.initialBackoffMs,
      maxMs: Number.POSITIVE_INFINITY,
      factor: backoffFactor,
      jitter: backoffJitter,
    };
    this.tokens = options.throttle.burst;
    this.tokensAtMs = env.clock.monotonic();
  }

  write(event: string): void {
    if (this.waiting.length >= this.options.bufferSize) {
      auditSinkFailure(this.env, this.name, 1, new Error('audit buffer queue blocked'));
      return;
    }
    this.waiting.push(event);
    if (this.waiting.length >= this.options.maxBatchSize) this.start();
    else this.timer ??= this.env.clock.after(this.options.maxWaitMs, () => this.start());
  }

  /** What waits is sent once more each, without pauses. */
  async close(): Promise<void> {
    this.closing.abort();
    this.start();
    await this.sending;
  }

  private start(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.sending ??= this.drain().finally(() => {
      this.sending = undefined;
    });
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.options.maxBatchSize);
      await this.turn();
      await this.deliver(batch);
    }
  }

  private async deliver(batch: readonly string[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.send(batch);
      } catch (error) {
        if (attempt + 1 >= attempts || this.closing.signal.aborted) {
          auditSinkFailure(this.env, this.name, batch.length, error);
          return;
        }
        await this.pause(backoffDelayMs(this.backoff, attempt, () => this.env.random.next()));
      }
    }
  }

  /** Waits for a token of the bucket. */
  private async turn(): Promise<void> {
    const { perSecond, burst } = this.options.throttle;
    const now = this.env.clock.monotonic();
    this.tokens = Math.min(burst, this.tokens + ((now - this.tokensAtMs) / 1000) * perSecond);
    this.tokensAtMs = now;
    this.tokens -= 1;
    if (this.tokens < 0) await this.pause((-this.tokens / perSecond) * 1000);
  }

  private async pause(ms: number): Promise<void> {
    await sleep(this.env.clock, ms, this.closing.signal).catch(() => {});
  }
}
