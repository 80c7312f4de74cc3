import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from '#base/metrics.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { ProxyMetrics } from './metrics.ts';

test('changes wait until they are programmed, and the way from a pod to there is measured', async () => {
  const { clock } = createSimEnv();
  const registry = new MetricsRegistry();
  const metrics = new ProxyMetrics(registry, clock);
  const shown = (...names: readonly string[]) => {
    const lines = registry.expose().split('\n');
    return names.map((name) => Number(lines.find((line) => line.startsWith(`kubeproxy_${name}`))?.split(' ')[1]));
  };
  const pending = ['sync_proxy_rules_service_changes_pending', 'sync_proxy_rules_endpoint_changes_pending'];
  metrics.serviceChanged();
  metrics.endpointsChanged(new Date(clock.now()).toISOString());
  metrics.endpointsChanged(undefined);
  assert.deepEqual(shown(...pending), [1, 2]);
  const done = metrics.begin();
  // This one comes too late for the round that is under way.
  metrics.endpointsChanged(undefined);
  await clock.advance(3000);
  metrics.failed();
  done();
  assert.deepEqual(shown(...pending), [0, 1]);
  assert.deepEqual(
    shown(
      'sync_proxy_rules_duration_seconds_sum',
      'network_programming_duration_seconds_sum',
      'network_programming_duration_seconds_count',
      'sync_proxy_rules_nftables_sync_failures_total',
      'sync_proxy_rules_endpoint_changes_total',
      'sync_proxy_rules_last_timestamp_seconds',
    ),
    [3, 3, 1, 1, 3, clock.now() / 1000],
  );
});
