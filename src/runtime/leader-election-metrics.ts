/** Metrics of leader election, under upstream's names (component-base metrics/prometheus/clientgo/leaderelection). */

import type { MetricsRegistry } from '#base/metrics.ts';

export class LeaderElectionMetrics {
  private readonly status;
  private readonly slowPaths;

  constructor(registry: MetricsRegistry) {
    this.status = registry.gauge('leader_election_master_status', 'Whether this process leads, by lease.', ['name']);
    this.slowPaths = registry.counter(
      'leader_election_slowpath_total',
      'Renewals that had to read the lease first, by lease.',
      ['name'],
    );
  }

  leads(lease: string, leads: boolean): void {
    this.status.set(leads ? 1 : 0, lease);
  }

  /** A leader writes what it knows; this is when it could not. */
  readFirst(lease: string): void {
    this.slowPaths.add(1, lease);
  }
}
