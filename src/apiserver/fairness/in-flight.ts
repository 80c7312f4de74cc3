/** Requests that wait or execute, reads apart from writes (apiserver server/filters/priority-and-fairness.go). */

import type { Clock } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import { Utilization } from './utilization.ts';

const buckets = [0, 0.001, 0.01, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
/** A count changes too often to be shown as it is: the gauges show the most of the last second. */
const periodMs = 1000;

type Phase = 'executing' | 'waiting';

export class InFlight {
  readonly executing: PhaseCounts;
  readonly waiting: PhaseCounts;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.executing = new PhaseCounts('executing', clock.monotonic());
    this.waiting = new PhaseCounts('waiting', clock.monotonic());
    const gauge = (name: string, help: string, { kinds }: PhaseCounts): void =>
      registry.collected(name, help, ['request_kind'], () =>
        kinds.map((kind) => ({ labels: [kind.name], value: kind.highWatermark(clock.monotonic()) })),
      );
    gauge(
      'apiserver_current_inflight_requests',
      'Most requests that executed at a time in the last second.',
      this.executing,
    );
    gauge(
      'apiserver_current_inqueue_requests',
      'Most requests that waited at a time in the last second.',
      this.waiting,
    );
    registry.collectedHistogram(
      'apiserver_flowcontrol_read_vs_write_current_requests',
      'Nanoseconds by the number of requests that wait or execute.',
      ['phase', 'request_kind'],
      buckets,
      () =>
        [...this.executing.kinds, ...this.waiting.kinds].map(({ utilization }) =>
          utilization.sample(clock.monotonic()),
        ),
    );
  }
}

class PhaseCounts {
  readonly kinds: readonly [reads: KindCount, writes: KindCount];

  constructor(phase: Phase, nowMs: number) {
    this.kinds = [new KindCount(phase, 'readOnly', nowMs), new KindCount(phase, 'mutating', nowMs)];
  }

  add(verb: string, change: 1 | -1, nowMs: number): void {
    this.kinds[reads.has(verb) ? 0 : 1].add(change, nowMs);
  }
}

const reads: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** The most of this second and of the one before: no timer has to close a second in which nothing happens. */
class KindCount {
  readonly name: string;
  readonly utilization: Utilization;
  private count = 0;
  private second: number;
  private most = 0;
  private mostBefore = 0;

  constructor(phase: Phase, name: string, nowMs: number) {
    this.name = name;
    this.second = Math.floor(nowMs / periodMs);
    this.utilization = new Utilization(buckets, [phase, name], nowMs);
  }

  add(change: 1 | -1, nowMs: number): void {
    this.turn(nowMs);
    this.count += change;
    this.most = Math.max(this.most, this.count);
    this.utilization.set(this.count, nowMs);
  }

  /** Of the last second that is over. */
  highWatermark(nowMs: number): number {
    this.turn(nowMs);
    return this.mostBefore;
  }

  private turn(nowMs: number): void {
    const second = Math.floor(nowMs / periodMs);
    if (second === this.second) return;
    this.mostBefore = second === this.second + 1 ? this.most : this.count;
    this.most = this.count;
    this.second = second;
  }
}
