/**
 * YamlThread: long YAML is read by a thread of its own, one body after the other, so that nobody waits for it but who sent it. The thread starts when it is first
 * needed and ends when nothing came for a while; it ends at once, and with it the memory of what it reads, when the client whose body it reads is gone.
 */

import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DecodeError } from '#api/codec/decode-error.ts';
import type { YamlDocument } from '#api/codec/yaml-decode.ts';
import { StatusError } from '#api/errors.ts';
import type { YamlReader } from '#apiserver/request/yaml-body.ts';
import { AbortedError } from '#base/abort.ts';
import type { Clock, Timer } from '#base/env.ts';
import type { YamlReply } from './yaml-worker.ts';

export interface YamlThread extends YamlReader {
  readonly isRunning: boolean;
  /** Who still waits is rejected. Idempotent. */
  close(): void;
}

export function createYamlThread(clock: Clock): YamlThread {
  return new NodeYamlThread(clock);
}

/** Starting a thread takes 50 ms of CPU, one that waits holds 10 MB. */
export const idleMs = 10_000;

/** MiB: 3 MB of the smallest values need 128 to 256. A thread that needs more than this ends. */
const heapBound = 512;

interface Job {
  readonly bytes: Uint8Array;
  readonly resolve: (document: YamlDocument) => void;
  /** May be called more than once. */
  readonly reject: (error: unknown) => void;
}

class NodeYamlThread implements YamlThread {
  private readonly clock: Clock;
  private worker: Worker | undefined;
  private current: Job | undefined;
  private readonly waiting = new Set<Job>();
  private idle: Timer | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  get isRunning(): boolean {
    return this.worker !== undefined;
  }

  read(bytes: Uint8Array, signal: AbortSignal): Promise<YamlDocument> {
    const { promise, resolve, reject } = Promise.withResolvers<YamlDocument>();
    const job: Job = { bytes, resolve, reject };
    const onAbort = () => this.forget(job, new AbortedError('aborted', { cause: signal.reason }));
    signal.addEventListener('abort', onAbort, { once: true });
    this.waiting.add(job);
    if (signal.aborted) onAbort();
    this.next();
    return promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  close(): void {
    const error = new AbortedError('the server ends');
    for (const job of this.waiting) job.reject(error);
    this.waiting.clear();
    this.end(error);
  }

  private next(): void {
    if (this.current) return;
    this.idle?.cancel();
    this.idle = undefined;
    const [job] = this.waiting;
    if (!job) {
      if (this.worker) this.idle = this.clock.after(idleMs, () => this.end());
      return;
    }
    this.waiting.delete(job);
    this.current = job;
    this.worker ??= this.start();
    const copy = job.bytes.slice();
    this.worker.postMessage(copy, [copy.buffer]);
  }

  private start(): Worker {
    // Beside this module, as source or bundled.
    const script = new URL(`./yaml-worker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(script, { resourceLimits: { maxOldGenerationSizeMb: heapBound } });
    const ifCurrent =
      <T>(run: (value: T) => void) =>
      (value: T) => {
        if (this.worker === worker) run(value);
      };
    worker.on(
      'message',
      ifCurrent((reply: YamlReply) => this.settle(reply)),
    );
    worker.on(
      'messageerror',
      ifCurrent((error: unknown) => this.end(error)),
    );
    worker.on(
      'error',
      ifCurrent((error: unknown) => this.end(error)),
    );
    worker.on(
      'exit',
      ifCurrent((code: number) => this.end(new Error(`the thread that reads YAML has ended (${code})`))),
    );
    return worker;
  }

  private settle(reply: YamlReply): void {
    const { current } = this;
    this.current = undefined;
    if (reply.type === 'document') current?.resolve(reply.document);
    else current?.reject(reply.type === 'fault' ? new DecodeError(reply.message) : new StatusError(reply.status));
    this.next();
  }

  private forget(job: Job, error: unknown): void {
    if (this.current === job) this.end(error);
    this.waiting.delete(job);
    job.reject(error);
  }

  /** Ends the thread, and with `error` what it reads; who waits gets another. */
  private end(error?: unknown): void {
    const { worker, current } = this;
    this.worker = undefined;
    this.current = undefined;
    this.idle?.cancel();
    void worker?.terminate();
    current?.reject(error);
    if (this.waiting.size > 0) this.next();
  }
}
