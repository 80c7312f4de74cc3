/** Metrics of the service proxy, under upstream's names (pkg/proxy/metrics). */

import type { Clock } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';

const syncBuckets = Array.from({ length: 15 }, (_, exponent) => 0.001 * 2 ** exponent);
/** Quarters, then every second of the first minute, then ever wider. */
const programmingBuckets = [
  0.25,
  0.5,
  ...Array.from({ length: 59 }, (_, index) => 1 + index),
  ...Array.from({ length: 12 }, (_, index) => 60 + 5 * index),
  ...Array.from({ length: 7 }, (_, index) => 120 + 30 * index),
];
const family = 'IPv4';

export class ProxyMetrics {
  private readonly clock: Clock;
  private readonly synced;
  private readonly lastSynced;
  private readonly lastQueued;
  private readonly failures;
  private readonly serviceChanges;
  private readonly endpointChanges;
  private readonly pendingServices;
  private readonly pendingEndpoints;
  private readonly programming;
  private readonly triggersMs: number[] = [];

  constructor(registry: MetricsRegistry, clock: Clock) {
    const name = (rest: string): string => `kubeproxy_${rest}`;
    const labels = ['ip_family'];
    this.clock = clock;
    this.synced = registry
      .histogram(name('sync_proxy_rules_duration_seconds'), 'Seconds of programming services.', labels, syncBuckets)
      .seriesOf(family);
    this.lastSynced = registry
      .gauge(name('sync_proxy_rules_last_timestamp_seconds'), 'When services were last programmed.', labels)
      .seriesOf(family);
    this.lastQueued = registry
      .gauge(name('sync_proxy_rules_last_queued_timestamp_seconds'), 'When programming was last asked for.', labels)
      .seriesOf(family);
    this.failures = registry
      .counter(name('sync_proxy_rules_nftables_sync_failures_total'), 'Programming that nftables refused.', labels)
      .seriesOf(family);
    const plain = (rest: string, help: string) => registry.counter(name(rest), help).seriesOf();
    const gauge = (rest: string, help: string) => registry.gauge(name(rest), help).seriesOf();
    this.serviceChanges = plain('sync_proxy_rules_service_changes_total', 'Changes of services that were seen.');
    this.endpointChanges = plain('sync_proxy_rules_endpoint_changes_total', 'Changes of endpoints that were seen.');
    this.pendingServices = gauge(
      'sync_proxy_rules_service_changes_pending',
      'Changes of services that are not programmed.',
    );
    this.pendingEndpoints = gauge(
      'sync_proxy_rules_endpoint_changes_pending',
      'Changes of endpoints that are not programmed.',
    );
    this.programming = registry
      .histogram(
        name('network_programming_duration_seconds'),
        'Seconds from the change of an endpoint to its programming.',
        labels,
        programmingBuckets,
      )
      .seriesOf(family);
  }

  serviceChanged(): void {
    this.serviceChanges.value++;
    this.pendingServices.value++;
    this.lastQueued.value = this.clock.now() / 1000;
  }

  /** `trigger` is when what they follow from happened, by the clock of who wrote that; undefined where nobody wrote it. */
  endpointsChanged(trigger: string | undefined): void {
    const triggerMs = Date.parse(trigger ?? '');
    if (!Number.isNaN(triggerMs)) this.triggersMs.push(triggerMs);
    this.endpointChanges.value++;
    this.pendingEndpoints.value++;
    this.lastQueued.value = this.clock.now() / 1000;
  }

  /** Programming begins with all that was seen by now; to be called when it is done. */
  begin(): () => void {
    const startedMs = this.clock.monotonic();
    const [services, endpoints] = [this.pendingServices.value, this.pendingEndpoints.value];
    const triggers = this.triggersMs.splice(0);
    return () => {
      this.pendingServices.value -= services;
      this.pendingEndpoints.value -= endpoints;
      this.synced.observe((this.clock.monotonic() - startedMs) / 1000);
      const nowMs = this.clock.now();
      this.lastSynced.value = nowMs / 1000;
      for (const triggerMs of triggers) this.programming.observe(Math.max(0, nowMs - triggerMs) / 1000);
    };
  }

  failed(): void {
    this.failures.value++;
  }
}
