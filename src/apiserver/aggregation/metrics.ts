/** Metrics of aggregation, by upstream's names (kube-aggregator controllers/status/metrics). */

import type { Counter, MetricsRegistry, Sample } from '#base/metrics.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';

export class AggregationMetrics {
  private readonly unavailable: Counter;

  /** `apiServices`: those in the store now. */
  constructor(registry: MetricsRegistry, apiServices: () => Iterable<APIService>) {
    this.unavailable = registry.counter(
      'aggregator_unavailable_apiservice_total',
      'APIServices that became unavailable, by name and reason.',
      ['name', 'reason'],
    );
    registry.collected(
      'aggregator_unavailable_apiservice',
      'Whether an APIService is unavailable (1), by name.',
      ['name'],
      function* (): Generator<Sample, void, void> {
        for (const { metadata, status } of apiServices()) {
          const isAvailable = status?.conditions?.some((each) => each.type === 'Available' && each.status === 'True');
          yield { labels: [metadata?.name ?? ''], value: isAvailable ? 0 : 1 };
        }
      },
    );
  }

  becameUnavailable(name: string, reason: string): void {
    this.unavailable.add(1, name, reason);
  }
}
