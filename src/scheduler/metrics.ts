/** Metrics of the scheduler, under upstream's names (pkg/scheduler/metrics). */

import type { Clock } from '#base/env.ts';
import type { HistogramSeries, MetricsRegistry, Sample } from '#base/metrics.ts';
import type { QueuedPod } from './queue/queued-pod.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { ClusterState } from './state/cluster-state.ts';

type Result = 'scheduled' | 'unschedulable' | 'error';

const doubling = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, exponent) => first * 2 ** exponent);

/** What is looked at when somebody asks. */
export interface SchedulerView {
  readonly queue: Pick<SchedulingQueue, 'counts' | 'gatedCount'>;
  readonly state: Pick<ClusterState, 'nodeCount'>;
}

/** More attempts than this are one label. */
const countedAttempts = 15;

export class SchedulerMetrics {
  private readonly attempts;
  private readonly attemptSeconds;
  private readonly algorithmSeconds: HistogramSeries;
  private readonly podAttempts: HistogramSeries;
  private readonly podSeconds;
  private view: SchedulerView | undefined;

  constructor(registry: MetricsRegistry) {
    const perResult = ['profile', 'result'];
    this.attempts = registry.counter(
      'scheduler_schedule_attempts_total',
      'Attempts to schedule pods, by what they came to.',
      perResult,
    );
    this.attemptSeconds = registry.histogram(
      'scheduler_scheduling_attempt_duration_seconds',
      'Seconds of an attempt, to the end of its binding.',
      perResult,
      doubling(0.001, 15),
    );
    this.algorithmSeconds = registry
      .histogram(
        'scheduler_scheduling_algorithm_duration_seconds',
        'Seconds that choosing a node took.',
        [],
        doubling(0.001, 15),
      )
      .seriesOf();
    this.podAttempts = registry
      .histogram('scheduler_pod_scheduling_attempts', 'Attempts that scheduled pods took.', [], doubling(1, 5))
      .seriesOf();
    this.podSeconds = registry.histogram(
      'scheduler_pod_scheduling_sli_duration_seconds',
      'Seconds from the first attempt of a pod until it was bound.',
      ['attempts'],
      doubling(0.01, 20),
    );
    registry.collected('scheduler_pending_pods', 'Pods that wait, by where.', ['queue'], () => this.pending());
    registry.collected('scheduler_cache_size', 'What the scheduler knows of.', ['type'], () =>
      this.view ? [{ labels: ['nodes'], value: this.view.state.nodeCount }] : [],
    );
  }

  /** What is shown from now on. */
  show(view: SchedulerView): void {
    this.view = view;
  }

  private pending(): readonly Sample[] {
    if (!this.view) return [];
    const { counts, gatedCount } = this.view.queue;
    return [
      { labels: ['active'], value: counts.active },
      { labels: ['backoff'], value: counts.backoff },
      { labels: ['gated'], value: gatedCount },
      { labels: ['unschedulable'], value: counts.unschedulable - gatedCount },
    ];
  }

  decided(ms: number): void {
    this.algorithmSeconds.observe(ms / 1000);
  }

  attempted(profile: string, result: Result, ms: number): void {
    this.attempts.add(1, profile, result);
    this.attemptSeconds.observe(ms / 1000, profile, result);
  }

  bound({ attempts, initialAttemptMs }: QueuedPod, clock: Pick<Clock, 'monotonic'>): void {
    this.podAttempts.observe(attempts);
    if (initialAttemptMs === undefined) return;
    const label = attempts >= countedAttempts ? `${countedAttempts}+` : String(attempts);
    this.podSeconds.observe((clock.monotonic() - initialAttemptMs) / 1000, label);
  }
}
