import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MetricsRegistry } from '#base/metrics.ts';
import { createSimEnv } from '#platform/sim/env.ts';
import { KmsMetrics } from './kms-metrics.ts';

const total = 'apiserver_envelope_encryption_key_id_hash_total';

function setup() {
  const { clock } = createSimEnv();
  const registry = new MetricsRegistry();
  const lines = (name: string) =>
    registry
      .expose()
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`));
  return { clock, lines, metrics: new KmsMetrics(registry, clock, 'sha256:server') };
}

test('keys are told by the hash of their id, and by when they were used', () => {
  const { clock, lines, metrics } = setup();
  metrics.used('to_storage', 'p', 'key-1');
  metrics.used('to_storage', 'p', 'key-1');
  metrics.used('from_storage', 'p', 'key-1');
  const hash = 'sha256:'.length + 64;
  const shown = lines(total);
  assert.deepEqual(
    shown.map((line) => line.replace(/key_id_hash="([^"]*)"/, (_, id: string) => `hash=${id.length === hash}`)),
    [
      `${total}{apiserver_id_hash="sha256:server",hash=true,provider_name="p",transformation_type="to_storage"} 2`,
      `${total}{apiserver_id_hash="sha256:server",hash=true,provider_name="p",transformation_type="from_storage"} 1`,
    ],
  );
  assert.doesNotMatch(shown.join(), /key-1/);
  const [last] = lines('apiserver_envelope_encryption_key_id_hash_last_timestamp_seconds');
  assert.equal(Number(last?.split(' ')[1]), clock.now() / 1000);
});

test('of ids that a plugin makes up without end only the last hundred are told', () => {
  const { lines, metrics } = setup();
  for (let id = 0; id < 150; id++) {
    metrics.used('to_storage', 'p', `key-${id}`);
    metrics.told('p', `key-${id}`);
  }
  assert.equal(lines(total).length, 100);
  assert.equal(lines('apiserver_envelope_encryption_key_id_hash_status_last_timestamp_seconds').length, 100);
});

test('calls by method and status', () => {
  const { lines, metrics } = setup();
  metrics.called('p', '/v2.KeyManagementService/Encrypt', 'OK', 2);
  metrics.called('p', '/v2.KeyManagementService/Status', 'Unavailable', 20);
  metrics.toldInvalid('p', 'empty');
  const name = 'apiserver_envelope_encryption_kms_operations_latency_seconds_count';
  assert.deepEqual(lines(name), [
    `${name}{grpc_status_code="OK",method_name="/v2.KeyManagementService/Encrypt",provider_name="p"} 1`,
    `${name}{grpc_status_code="Unavailable",method_name="/v2.KeyManagementService/Status",provider_name="p"} 1`,
  ]);
  assert.deepEqual(lines('apiserver_envelope_encryption_invalid_key_id_from_status_total'), [
    'apiserver_envelope_encryption_invalid_key_id_from_status_total{error="empty",provider_name="p"} 1',
  ]);
});
