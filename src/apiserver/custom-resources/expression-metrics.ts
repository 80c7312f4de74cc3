/**
 * Metrics of the rules of custom resources, under upstream's names (apiserver cel/metrics). Upstream observes each place of a schema that has
 * rules by itself; here a schema, and an object, are one observation.
 */

import type { Clock } from '#base/env.ts';
import type { HistogramSeries, MetricsRegistry } from '#base/metrics.ts';

/** Those of Prometheus where nothing is said. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class ExpressionMetrics {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly compilations: HistogramSeries;
  private readonly evaluations: HistogramSeries;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock;
    const series = (name: string, help: string) => registry.histogram(name, help, [], buckets).seriesOf();
    this.compilations = series(
      'apiserver_cel_compilation_duration_seconds',
      'Seconds of compiling the rules of a schema.',
    );
    this.evaluations = series(
      'apiserver_cel_evaluation_duration_seconds',
      'Seconds of judging an object by its rules.',
    );
  }

  /** Undefined answers had no rules, and are not counted. */
  compiling<T>(compile: () => T): T {
    const startedMs = this.clock.monotonic();
    const compiled = compile();
    if (compiled !== undefined) this.compilations.observe((this.clock.monotonic() - startedMs) / 1000);
    return compiled;
  }

  evaluating<T>(evaluate: () => T): T {
    const startedMs = this.clock.monotonic();
    const judged = evaluate();
    this.evaluations.observe((this.clock.monotonic() - startedMs) / 1000);
    return judged;
  }
}
