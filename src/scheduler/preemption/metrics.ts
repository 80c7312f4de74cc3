/** Metrics of preemption, under upstream's names (pkg/scheduler/metrics). Its work beside the loop is a goroutine there, a task here. */

import type { Clock } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';

const victimBuckets = Array.from({ length: 7 }, (_, exponent) => 2 ** exponent);
const taskBuckets = Array.from({ length: 20 }, (_, exponent) => 0.01 * 2 ** exponent);

export class PreemptionMetrics {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly attempts;
  private readonly victimCounts;
  private readonly taskSeconds;
  private readonly tasks;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock;
    this.attempts = registry
      .counter('scheduler_preemption_attempts_total', 'Searches for pods to remove in favour of another.')
      .seriesOf();
    this.victimCounts = registry
      .histogram('scheduler_preemption_victims', 'Pods that a preemption removes.', [], victimBuckets)
      .seriesOf();
    this.taskSeconds = registry.histogram(
      'scheduler_preemption_goroutines_duration_seconds',
      'Seconds that carrying a preemption out took.',
      ['result'],
      taskBuckets,
    );
    this.tasks = registry.counter(
      'scheduler_preemption_goroutines_execution_total',
      'Preemptions that were carried out.',
      ['result'],
    );
  }

  searched(): void {
    this.attempts.value++;
  }

  /** To be called with the outcome when all victims were told. */
  begin(victims: number): (result: 'success' | 'error') => void {
    this.victimCounts.observe(victims);
    const begunMs = this.clock.monotonic();
    return (result) => {
      this.taskSeconds.observe((this.clock.monotonic() - begunMs) / 1000, result);
      this.tasks.add(1, result);
    };
  }
}
