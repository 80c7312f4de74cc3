/** Metrics of encryption at rest, under upstream's names (apiserver storage/value/metrics.go). */

import type { Clock } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';

/** 5 us, doubling. */
const buckets = Array.from({ length: 25 }, (_, exponent) => 5e-6 * 2 ** exponent);

export type Direction = 'to_storage' | 'from_storage';

export class TransformationMetrics {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly operations;
  private readonly seconds;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock;
    this.operations = registry.counter(
      'apiserver_storage_transformation_operations_total',
      'Values that were encrypted or decrypted, or could not be.',
      ['resource', 'status', 'transformation_type', 'transformer_prefix'],
    );
    this.seconds = registry.histogram(
      'apiserver_storage_transformation_duration_seconds',
      'Seconds that encrypting or decrypting took.',
      ['transformation_type', 'transformer_prefix'],
      buckets,
    );
  }

  start(): number {
    return this.clock.monotonic();
  }

  /** `prefix` is what values of the provider begin with; '' or 'identity' for plain ones, 'unknown' where none fits. */
  transformed(resource: string, direction: Direction, prefix: string, startedMs: number): void {
    this.operations.add(1, resource, 'OK', direction, prefix);
    this.seconds.observe((this.clock.monotonic() - startedMs) / 1000, direction, prefix);
  }

  failed(resource: string, direction: Direction, prefix: string): void {
    this.operations.add(1, resource, 'unknown-non-grpc', direction, prefix);
  }
}
