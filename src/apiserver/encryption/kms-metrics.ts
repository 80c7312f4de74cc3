/** Metrics of KMS plugins and of the keys that are used, under upstream's names (apiserver storage/value/encrypt/envelope/metrics). */

import type { Clock } from '#base/env.ts';
import type { MetricsRegistry, ValueSeries } from '#base/metrics.ts';
import { sha256 } from '#base/sha256.ts';
import type { Direction } from './metrics.ts';

/** From 0.1 ms, doubling. */
const callBuckets = Array.from({ length: 20 }, (_, exponent) => 0.0001 * 2 ** exponent);
/** Keys that are told apart; plugins choose their ids. */
const maxKeys = 100;

interface KeyUse {
  readonly labels: readonly string[];
  readonly total: ValueSeries;
  readonly last: ValueSeries;
}

export class KmsMetrics {
  private readonly clock: Clock;
  private readonly serverIdHash: string;
  private readonly calls;
  private readonly total;
  private readonly last;
  private readonly statusLast;
  private readonly invalid;
  private readonly cacheSizes;
  private readonly uses = new Map<string, KeyUse>();
  private readonly statuses = new Map<string, readonly string[]>();

  /** `serverIdHash`: which of several API servers this is. */
  constructor(registry: MetricsRegistry, clock: Clock, serverIdHash: string) {
    const name = (rest: string): string => `apiserver_envelope_encryption_${rest}`;
    this.clock = clock;
    this.serverIdHash = serverIdHash;
    this.calls = registry.histogram(
      name('kms_operations_latency_seconds'),
      'Seconds that calls of KMS plugins took.',
      ['grpc_status_code', 'method_name', 'provider_name'],
      callBuckets,
    );
    const keyLabels = ['apiserver_id_hash', 'key_id_hash', 'provider_name', 'transformation_type'];
    this.total = registry.counter(name('key_id_hash_total'), 'How often each key was used.', keyLabels);
    this.last = registry.gauge(name('key_id_hash_last_timestamp_seconds'), 'When each key was used last.', keyLabels);
    this.statusLast = registry.gauge(
      name('key_id_hash_status_last_timestamp_seconds'),
      'When a plugin last named each key in its status.',
      keyLabels.slice(0, 3),
    );
    this.invalid = registry.counter(
      name('invalid_key_id_from_status_total'),
      'Statuses of plugins with a key id that cannot be one.',
      ['error', 'provider_name'],
    );
    this.cacheSizes = registry.gauge(name('dek_source_cache_size'), 'Seeds that are kept decrypted.', [
      'provider_name',
    ]);
  }

  /** `code` is the name of a gRPC status; `method` its full name. */
  called(provider: string, method: string, code: string, ms: number): void {
    this.calls.observe(ms / 1000, code, method, provider);
  }

  used(direction: Direction, provider: string, keyId: string): void {
    const id = `${direction}\n${provider}\n${keyId}`;
    let use = this.uses.get(id);
    if (!use) {
      const labels = [this.serverIdHash, hashOf(keyId), provider, direction];
      use = { labels, total: this.total.seriesOf(...labels), last: this.last.seriesOf(...labels) };
      this.uses.set(id, use);
      const oldest = oldestBeyond(this.uses);
      if (oldest) {
        this.total.remove(...oldest.labels);
        this.last.remove(...oldest.labels);
      }
    }
    use.total.value++;
    use.last.value = this.clock.now() / 1000;
  }

  /** What a plugin said is the key that it uses now. */
  told(provider: string, keyId: string): void {
    const id = `${provider}\n${keyId}`;
    let labels = this.statuses.get(id);
    if (!labels) {
      labels = [this.serverIdHash, hashOf(keyId), provider];
      this.statuses.set(id, labels);
      const oldest = oldestBeyond(this.statuses);
      if (oldest) this.statusLast.remove(...oldest);
    }
    this.statusLast.set(this.clock.now() / 1000, ...labels);
  }

  toldInvalid(provider: string, error: 'empty' | 'too_long'): void {
    this.invalid.add(1, error, provider);
  }

  keeps(provider: string, seeds: number): void {
    this.cacheSizes.set(seeds, provider);
  }
}

/** Takes the oldest out when there are too many. */
function oldestBeyond<V>(map: Map<string, V>): V | undefined {
  if (map.size <= maxKeys) return undefined;
  const [first] = map;
  if (first) map.delete(first[0]);
  return first?.[1];
}

function hashOf(text: string): string {
  if (text === '') return '';
  return `sha256:${Array.from(sha256(text), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
