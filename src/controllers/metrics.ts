/** Metrics of single controllers, under upstream's names (kubernetes pkg/controller, metrics of each). Controllers may start several times: these go on. */

import type { MetricsRegistry } from '#base/metrics.ts';
import type { JobAction } from './job/plan.ts';

const jobSyncBuckets = Array.from({ length: 15 }, (_, exponent) => 0.004 * 2 ** exponent);
const skewBuckets = Array.from({ length: 10 }, (_, exponent) => 2 ** exponent);
const deletionBuckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 30, 60, 120, 180, 240];

export type CompletionMode = 'Indexed' | 'NonIndexed';

export class ControllerMetrics {
  private readonly jobSyncs;
  private readonly jobSyncSeconds;
  private readonly jobsFinished;
  private readonly jobPodsFinished;
  private readonly cronJobSkew;
  private readonly nodeEvictions;
  private readonly zoneGauges;
  private readonly taintDeletions;
  private readonly taintDeletionSeconds;

  constructor(registry: MetricsRegistry) {
    const syncLabels = ['action', 'completion_mode', 'result'];
    this.jobSyncs = registry.counter('job_controller_job_syncs_total', 'Rounds of looking at a Job.', syncLabels);
    this.jobSyncSeconds = registry.histogram(
      'job_controller_job_sync_duration_seconds',
      'Seconds of a round of looking at a Job.',
      syncLabels,
      jobSyncBuckets,
    );
    this.jobsFinished = registry.counter('job_controller_jobs_finished_total', 'Jobs that ended, and why.', [
      'completion_mode',
      'reason',
      'result',
    ]);
    this.jobPodsFinished = registry.counter(
      'job_controller_job_pods_finished_total',
      'Pods of Jobs that were counted.',
      ['completion_mode', 'result'],
    );
    this.cronJobSkew = registry
      .histogram(
        'cronjob_controller_job_creation_skew_duration_seconds',
        'Seconds from the time of a schedule to the creation of its Job.',
        [],
        skewBuckets,
      )
      .seriesOf();
    this.nodeEvictions = registry.counter(
      'node_collector_evictions_total',
      'Nodes whose pods were told to leave, by zone.',
      ['zone'],
    );
    this.zoneGauges = {
      size: registry.gauge('node_collector_zone_size', 'Nodes by zone.', ['zone']),
      health: registry.gauge('node_collector_zone_health', 'Percentage of ready nodes by zone.', ['zone']),
      unhealthy: registry.gauge('node_collector_unhealthy_nodes_in_zone', 'Nodes that are not ready by zone.', [
        'zone',
      ]),
    };
    this.taintDeletions = registry
      .counter('taint_eviction_controller_pod_deletions_total', 'Pods that were deleted because of taints.')
      .seriesOf();
    this.taintDeletionSeconds = registry
      .histogram(
        'taint_eviction_controller_pod_deletion_duration_seconds',
        'Seconds from the time when a pod had to leave to its deletion.',
        [],
        deletionBuckets,
      )
      .seriesOf();
  }

  jobSynced(mode: CompletionMode, action: JobAction, result: 'success' | 'error', ms: number): void {
    this.jobSyncs.add(1, action, mode, result);
    this.jobSyncSeconds.observe(ms / 1000, action, mode, result);
  }

  jobFinished(mode: CompletionMode, result: 'succeeded' | 'failed', reason: string): void {
    this.jobsFinished.add(1, mode, reason, result);
  }

  podsFinished(mode: CompletionMode, result: 'succeeded' | 'failed', count: number): void {
    this.jobPodsFinished.add(count, mode, result);
  }

  cronJobStarted(lateMs: number): void {
    this.cronJobSkew.observe(lateMs / 1000);
  }

  nodeEvicted(zone: string): void {
    this.nodeEvictions.add(1, zone);
  }

  /** Zones that have no nodes any more are told once as empty. */
  zone(name: string, ready: number, notReady: number): void {
    const size = ready + notReady;
    this.nodeEvictions.add(0, name);
    this.zoneGauges.size.set(size, name);
    this.zoneGauges.health.set(size === 0 ? 100 : (100 * ready) / size, name);
    this.zoneGauges.unhealthy.set(notReady, name);
  }

  podDeletedByTaint(lateMs: number): void {
    this.taintDeletions.value++;
    this.taintDeletionSeconds.observe(lateMs / 1000);
  }
}
