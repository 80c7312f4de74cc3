/** Metrics of the scheduler, under upstream's names (pkg/scheduler/metrics). */

import type { Clock } from '#base/env.ts';
import type { HistogramSeries, MetricsRegistry, Sample } from '#base/metrics.ts';
import type { Pod } from '#kinds/generated/core-v1.ts';
import { FrameworkMetrics } from './framework/metrics.ts';
import { showPodResources } from './pod-resource-metrics.ts';
import { PreemptionMetrics } from './preemption/metrics.ts';
import { QueueMetrics } from './queue/metrics.ts';
import type { QueuedPod } from './queue/queued-pod.ts';
import type { SchedulingQueue } from './queue/scheduling-queue.ts';
import type { ClusterState } from './state/cluster-state.ts';

type Result = 'scheduled' | 'unschedulable' | 'error';

const doubling = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, exponent) => first * 2 ** exponent);

/** What is looked at when somebody asks. */
export interface SchedulerView {
  readonly queue: Pick<SchedulingQueue, 'counts' | 'gatedCount' | 'rejections'>;
  readonly state: Pick<ClusterState, 'nodeCount' | 'podCount' | 'assumedCount'>;
  /** Binding cycles under way. */
  readonly bindings: () => number;
  /** Those that have not ended. */
  readonly pods: () => Iterable<Pod>;
}

/** More attempts than this are one label. */
const countedAttempts = 15;

export class SchedulerMetrics {
  readonly framework: FrameworkMetrics;
  readonly queue: QueueMetrics;
  readonly preemptions: PreemptionMetrics;
  private readonly attempts;
  private readonly attemptSeconds;
  private readonly algorithmSeconds: HistogramSeries;
  private readonly podAttempts: HistogramSeries;
  private readonly podSeconds;
  private readonly permitWaits;
  private view: SchedulerView | undefined;

  /** `resources` is shown apart: it has series for each pod. */
  constructor(registry: MetricsRegistry, resources: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    showPodResources(resources, () => this.view?.pods() ?? []);
    this.framework = new FrameworkMetrics(registry, clock);
    this.queue = new QueueMetrics(registry, clock);
    this.preemptions = new PreemptionMetrics(registry, clock);
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
      this.view
        ? [
            { labels: ['assumed_pods'], value: this.view.state.assumedCount },
            { labels: ['nodes'], value: this.view.state.nodeCount },
            { labels: ['pods'], value: this.view.state.podCount },
          ]
        : [],
    );
    registry.collected('scheduler_goroutines', 'Tasks under way beside the loop.', ['operation'], () =>
      this.view ? [{ labels: ['binding'], value: this.view.bindings() }] : [],
    );
    registry.collected(
      'scheduler_unschedulable_pods',
      'Waiting pods, by the plugins that rejected them.',
      ['plugin', 'profile'],
      () =>
        Array.from(this.view?.queue.rejections() ?? [], ([plugin, profile, value]) => ({
          labels: [plugin, profile],
          value,
        })),
    );
    this.permitWaits = registry.histogram(
      'scheduler_permit_wait_duration_seconds',
      'Seconds that pods waited for plugins to permit their binding.',
      ['result'],
      doubling(0.001, 15),
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

  permitted(result: string, ms: number): void {
    this.permitWaits.observe(ms / 1000, result);
  }

  bound({ attempts, initialAttemptMs, flushed }: QueuedPod, clock: Pick<Clock, 'monotonic'>): void {
    this.podAttempts.observe(attempts);
    if (flushed) this.queue.scheduledAfterFlush();
    if (initialAttemptMs === undefined) return;
    const label = attempts >= countedAttempts ? `${countedAttempts}+` : String(attempts);
    this.podSeconds.observe((clock.monotonic() - initialAttemptMs) / 1000, label);
  }
}
