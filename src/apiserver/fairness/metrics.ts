/** Metrics of priority and fairness, under upstream's names (apiserver util/flowcontrol/metrics). */

import type { HistogramSample, HistogramSeries, MetricsRegistry, Sample } from '#base/metrics.ts';
import type { SchemaCounts } from './flow-schema-state.ts';
import type { PriorityLevel } from './priority-level.ts';
import { demandBuckets, requestBuckets, seatBuckets, type Utilization } from './utilization.ts';

const durationBuckets = [0, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
const queueLengthBuckets = [0, 10, 25, 50, 100, 250, 500, 1000];
const estimateBuckets = [1, 2, 4, 8, 16, 32, 64, 100];
const watcherBuckets = [0, 1, 10, 100, 1000, 10_000];

const bySchema = ['flow_schema', 'priority_level'];
const byLevel = ['priority_level'];

export interface FairnessSource {
  levels(): Iterable<PriorityLevel>;
  nowMs(): number;
  fairFraction(): number;
}

export class FairnessMetrics {
  private readonly counts = new Map<string, SchemaCounts>();
  private readonly registry: MetricsRegistry;
  private readonly source: FairnessSource;
  private readonly estimatedSeats;
  private readonly queueLength;
  private readonly wait;
  private readonly execution;
  private readonly watchers;

  constructor(registry: MetricsRegistry, source: FairnessSource) {
    this.registry = registry;
    this.source = source;
    const histogram = (name: string, help: string, labels: readonly string[], buckets: readonly number[]) =>
      registry.histogram(`apiserver_flowcontrol_${name}`, help, labels, buckets);
    this.estimatedSeats = histogram(
      'work_estimated_seats',
      'Seats that requests were taken to need.',
      bySchema,
      estimateBuckets,
    );
    this.queueLength = histogram(
      'request_queue_length_after_enqueue',
      'Length of the queue that a request was put into, with it.',
      bySchema,
      queueLengthBuckets,
    );
    this.wait = histogram(
      'request_wait_duration_seconds',
      'Seconds that requests waited, and whether they were executed then.',
      ['execute', ...bySchema],
      durationBuckets,
    );
    this.execution = histogram(
      'request_execution_seconds',
      'Seconds that requests executed; watches until they were set up.',
      [...bySchema, 'type'],
      durationBuckets,
    );
    this.watchers = histogram(
      'watch_count_samples',
      'Watchers that writes were announced to.',
      bySchema,
      watcherBuckets,
    );
    this.showSchemas();
    this.showLevels();
    this.showUtilization();
  }

  /** The same for the same names, whatever becomes of the objects. */
  countsOf(schema: string, level: string): SchemaCounts {
    const key = `${level}\u0000${schema}`;
    let counts = this.counts.get(key);
    if (!counts) {
      counts = {
        labels: [schema, level],
        dispatched: 0,
        rejected: new Map(),
        noAccommodation: 0,
        executing: 0,
        executingSeats: 0,
        waiting: 0,
        waitingSeats: 0,
        estimatedSeats: this.estimatedSeats.seriesOf(schema, level),
        queueLength: this.queueLength.seriesOf(schema, level),
        waitExecuted: this.wait.seriesOf('true', schema, level),
        waitRefused: this.wait.seriesOf('false', schema, level),
        executionRegular: this.execution.seriesOf(schema, level, 'regular'),
        executionWatch: this.execution.seriesOf(schema, level, 'watch'),
        watchers: this.watchers.seriesOf(schema, level),
      };
      this.counts.set(key, counts);
    }
    return counts;
  }

  private showSchemas(): void {
    const show = (
      name: string,
      help: string,
      value: (counts: SchemaCounts) => number,
      type: 'gauge' | 'counter' = 'gauge',
    ): void =>
      this.registry.collected(
        `apiserver_flowcontrol_${name}`,
        help,
        bySchema,
        () =>
          [...this.counts.values()]
            .filter(({ dispatched, rejected, waiting }) => dispatched > 0 || rejected.size > 0 || waiting > 0)
            .map((counts) => ({ labels: counts.labels, value: value(counts) })),
        type,
      );
    show('dispatched_requests_total', 'Requests that were executed.', ({ dispatched }) => dispatched, 'counter');
    show(
      'current_executing_requests',
      'Requests that execute now; watches until they are set up.',
      (of) => of.executing,
    );
    show('current_executing_seats', 'Seats that are taken now.', (of) => of.executingSeats);
    show('current_inqueue_requests', 'Requests that wait now.', (of) => of.waiting);
    show('current_inqueue_seats', 'Seats that are waited for now.', (of) => of.waitingSeats);
    show(
      'request_dispatch_no_accommodation_total',
      'Times that the next request was wider than the seats that were free.',
      (of) => of.noAccommodation,
      'counter',
    );
    this.registry.collected(
      'apiserver_flowcontrol_rejected_requests_total',
      'Requests that were refused.',
      [...bySchema, 'reason'],
      () => [...this.counts.values()].flatMap(rejections),
      'counter',
    );
  }

  private showLevels(): void {
    const show = (name: string, help: string, value: (level: PriorityLevel) => number): void =>
      this.registry.collected(`apiserver_flowcontrol_${name}`, help, byLevel, () =>
        [...this.source.levels()].map((level) => ({ labels: [level.name], value: value(level) })),
      );
    show('nominal_limit_seats', 'Seats by configuration.', ({ bounds }) => bounds.nominal);
    show('lower_limit_seats', 'Seats that are never lent.', ({ bounds }) => bounds.min);
    show('upper_limit_seats', 'Seats with all that may be borrowed.', ({ bounds }) => bounds.max);
    show('current_limit_seats', 'Seats now.', ({ queues }) => queues.limit);
    show(
      'demand_seats_high_watermark',
      'Most seats asked for in the last period.',
      ({ demand }) => demand.highWatermark,
    );
    show(
      'demand_seats_average',
      'Seats asked for in the last period, averaged over time.',
      ({ demand }) => demand.average,
    );
    show('demand_seats_stdev', 'Standard deviation of the seats asked for.', ({ demand }) => demand.deviation);
    show('demand_seats_smoothed', 'Seats asked for, smoothed over periods.', ({ demand }) => demand.smoothed);
    show('target_seats', 'Seats that the last adjustment aimed at.', ({ target }) => target);
    show('current_r', 'Progress in virtual time.', ({ queues }) => queues.currentR);
    show('dispatch_r', 'Progress in virtual time at the last dispatch.', ({ queues }) => queues.lastDispatch.currentR);
    show('latest_s', 'Virtual start of the last dispatched request.', ({ queues }) => queues.lastDispatch.startR);
    const bounds = (
      name: string,
      help: string,
      of: (level: PriorityLevel) => readonly [min: number, max: number],
    ): void =>
      this.registry.collected(`apiserver_flowcontrol_${name}`, help, ['bound', ...byLevel], () =>
        [...this.source.levels()].flatMap((level): readonly Sample[] => {
          const [min, max] = of(level);
          return [
            { labels: ['min', level.name], value: min },
            { labels: ['max', level.name], value: max },
          ];
        }),
      );
    bounds('next_s_bounds', 'Virtual starts of the oldest requests of the queues.', ({ queues }) => [
      queues.lastDispatch.minR,
      queues.lastDispatch.maxR,
    ]);
    bounds('next_discounted_s_bounds', 'The same, less the work in progress.', ({ queues }) => [
      queues.lastDispatch.discountedMinR,
      queues.lastDispatch.discountedMaxR,
    ]);
    this.registry.collected('apiserver_flowcontrol_seat_fair_frac', 'Part of its target that a level gets.', [], () => [
      { labels: [], value: this.source.fairFraction() },
    ]);
  }

  private showUtilization(): void {
    const show = (
      name: string,
      help: string,
      labels: readonly string[],
      buckets: readonly number[],
      of: (level: PriorityLevel) => readonly Utilization[],
    ): void =>
      this.registry.collectedHistogram(`apiserver_flowcontrol_${name}`, help, labels, buckets, () =>
        [...this.source.levels()].flatMap((level): readonly HistogramSample[] =>
          of(level).map((utilization): HistogramSeries => utilization.sample(this.source.nowMs())),
        ),
      );
    show(
      'priority_level_request_utilization',
      'Nanoseconds by requests, as a part of what may wait or execute.',
      ['phase', ...byLevel],
      requestBuckets,
      ({ utilization }) => [utilization.executing, utilization.waiting],
    );
    show(
      'priority_level_seat_utilization',
      'Nanoseconds by seats taken, as a part of those there are.',
      ['phase', ...byLevel],
      seatBuckets,
      ({ utilization }) => [utilization.seats],
    );
    show(
      'demand_seats',
      'Nanoseconds by seats asked for, as a part of those there are.',
      byLevel,
      demandBuckets,
      ({ utilization }) => [utilization.demand],
    );
  }
}

function rejections({ labels, rejected }: SchemaCounts): readonly Sample[] {
  return [...rejected].map(([reason, value]) => ({ labels: [...labels, reason], value }));
}
