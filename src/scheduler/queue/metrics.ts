/** Metrics of the scheduling queue, under upstream's names (pkg/scheduler/metrics). */

import type { Clock } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import { pluginBuckets } from '../framework/metrics.ts';

/** Why a pod came into a place of the queue, beside the labels of cluster events. */
export const incoming = {
  scheduleAttemptFailure: 'ScheduleAttemptFailure',
  backoffComplete: 'BackoffComplete',
  popFromBackoff: 'PopFromBackoffQ',
} as const;

export class QueueMetrics {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly incomingPods;
  private readonly hints;
  private readonly afterFlush;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock;
    this.incomingPods = registry.counter(
      'scheduler_queue_incoming_pods_total',
      'Pods that came into a place of the queue, by the event that brought them.',
      ['event', 'queue'],
    );
    this.hints = registry.histogram(
      'scheduler_queueing_hint_execution_duration_seconds',
      'Seconds that a plugin took to say whether an event may help a pod.',
      ['event', 'hint', 'plugin'],
      pluginBuckets,
    );
    this.afterFlush = registry
      .counter(
        'scheduler_pod_scheduled_after_flush_total',
        'Pods that were scheduled after no event had helped them for minutes: hints may be wrong.',
      )
      .seriesOf();
  }

  came(queue: 'active' | 'backoff' | 'unschedulable', event: string): void {
    this.incomingPods.add(1, event, queue);
  }

  /** Runs a queueing hint; one that fails counts as yes and is told as 'Error'. */
  hint(plugin: string, event: string, run: () => boolean): boolean {
    const begunMs = this.clock.monotonic();
    let answer: 'Queue' | 'QueueSkip' | 'Error' = 'Error';
    try {
      answer = run() ? 'Queue' : 'QueueSkip';
    } catch {
      // A hint that fails must not leave the pod waiting for ever.
    }
    this.hints.observe((this.clock.monotonic() - begunMs) / 1000, event, answer, plugin);
    return answer !== 'QueueSkip';
  }

  scheduledAfterFlush(): void {
    this.afterFlush.value++;
  }
}
