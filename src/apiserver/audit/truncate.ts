/**
 * AuditSink that keeps events under a size: larger ones lose the bodies of request and response, and are dropped when that is not enough
 * (apiserver plugin/pkg/audit/truncate).
 */

import type { Env } from '#base/env.ts';
import { type AuditSink, auditSinkFailure } from './audit.ts';

/** Upstream's --audit-*-truncate-max-event-size. */
export const defaultMaxEventBytes = 100 * 1024;
/** Upstream's --audit-*-truncate-max-batch-size. Events come one by one here, so that it bounds nothing but the size of an event. */
export const defaultMaxBatchBytes = 10 * 1024 * 1024;

const encoder = new TextEncoder();
/** UTF-8 takes at most so many bytes for a code unit. */
const widest = 3;

export class TruncatingSink implements AuditSink {
  readonly name: string;
  private readonly env: Env;
  private readonly sink: AuditSink;
  private readonly maxEventBytes: number;

  constructor(env: Env, sink: AuditSink, maxEventBytes: number) {
    this.name = sink.name;
    this.env = env;
    this.sink = sink;
    this.maxEventBytes = maxEventBytes;
  }

  write(event: string, shortened: () => string): void {
    if (this.fits(event)) {
      this.sink.write(event, shortened);
      return;
    }
    const short = shortened();
    if (this.fits(short)) this.sink.write(short, shortened);
    else auditSinkFailure(this.env, 'truncate', 1, new Error('event is too large even after truncating'));
  }

  close(): Promise<void> {
    return this.sink.close();
  }

  private fits(event: string): boolean {
    if (event.length * widest <= this.maxEventBytes) return true;
    return event.length <= this.maxEventBytes && encoder.encode(event).length <= this.maxEventBytes;
  }
}
