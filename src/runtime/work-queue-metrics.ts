/** Metrics of work queues, under upstream's names (component-base metrics/prometheus/workqueue). */

import type { Clock } from '#base/env.ts';
import type { HistogramSeries, MetricsRegistry, ValueSeries } from '#base/metrics.ts';

/** From 10 ns to 10 s; added up as upstream does, whose bounds are the sums. */
const buckets: number[] = [];
for (let bound = 1e-8; buckets.length < 10; bound *= 10) buckets.push(bound);

export class WorkQueueMetrics {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly queues = new Map<string, QueueMetrics>();
  private readonly adds;
  private readonly retries;
  private readonly waited;
  private readonly worked;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock;
    const labels = ['name'];
    this.adds = registry.counter('workqueue_adds_total', 'Keys that were added to a work queue.', labels);
    this.retries = registry.counter('workqueue_retries_total', 'Keys that were added again after a delay.', labels);
    this.waited = registry.histogram(
      'workqueue_queue_duration_seconds',
      'Seconds that a key waited for a worker.',
      labels,
      buckets,
    );
    this.worked = registry.histogram(
      'workqueue_work_duration_seconds',
      'Seconds that a worker took for a key.',
      labels,
      buckets,
    );
    const show = (name: string, help: string, value: (queue: QueueMetrics) => number): void =>
      registry.collected(name, help, labels, () =>
        Array.from(this.queues, ([queue, metrics]) => ({ labels: [queue], value: value(metrics) })),
      );
    show('workqueue_depth', 'Keys that wait for a worker.', (queue) => queue.depth);
    show('workqueue_unfinished_work_seconds', 'Seconds of work that is under way, together.', (queue) =>
      queue.unfinishedSeconds(),
    );
    show(
      'workqueue_longest_running_processor_seconds',
      'Seconds that the longest work under way takes by now.',
      (queue) => queue.longestSeconds(),
    );
  }

  /** Of one queue; a queue that is made anew under its name goes on with it. */
  of(name: string): QueueMetrics {
    let found = this.queues.get(name);
    if (!found) {
      found = new QueueMetrics(
        this.clock,
        this.adds.seriesOf(name),
        this.retries.seriesOf(name),
        this.waited.seriesOf(name),
        this.worked.seriesOf(name),
      );
      this.queues.set(name, found);
    }
    return found;
  }
}

export class QueueMetrics {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly adds: ValueSeries;
  private readonly retries: ValueSeries;
  private readonly waited: HistogramSeries;
  private readonly worked: HistogramSeries;
  private readonly addedMs = new Map<string, number>();
  private readonly begunMs = new Map<string, number>();

  constructor(
    clock: Pick<Clock, 'monotonic'>,
    adds: ValueSeries,
    retries: ValueSeries,
    waited: HistogramSeries,
    worked: HistogramSeries,
  ) {
    this.clock = clock;
    this.adds = adds;
    this.retries = retries;
    this.waited = waited;
    this.worked = worked;
  }

  get depth(): number {
    return this.addedMs.size;
  }

  added(key: string): void {
    this.adds.value++;
    if (!this.addedMs.has(key)) this.addedMs.set(key, this.clock.monotonic());
  }

  retried(): void {
    this.retries.value++;
  }

  begun(key: string): void {
    const nowMs = this.clock.monotonic();
    const addedMs = this.addedMs.get(key);
    this.addedMs.delete(key);
    this.begunMs.set(key, nowMs);
    if (addedMs !== undefined) this.waited.observe((nowMs - addedMs) / 1000);
  }

  done(key: string): void {
    const begunMs = this.begunMs.get(key);
    if (begunMs === undefined) return;
    this.begunMs.delete(key);
    this.worked.observe((this.clock.monotonic() - begunMs) / 1000);
  }

  /** What a queue that is over still had. */
  closed(): void {
    this.addedMs.clear();
    this.begunMs.clear();
  }

  unfinishedSeconds(): number {
    const nowMs = this.clock.monotonic();
    let ms = 0;
    for (const begunMs of this.begunMs.values()) ms += nowMs - begunMs;
    return ms / 1000;
  }

  longestSeconds(): number {
    const nowMs = this.clock.monotonic();
    let ms = 0;
    for (const begunMs of this.begunMs.values()) ms = Math.max(ms, nowMs - begunMs);
    return ms / 1000;
  }
}
