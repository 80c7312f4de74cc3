/** Metrics of authentication, under upstream's names (authentication/token/cache, authentication/request/x509). */

import type { Clock } from '#base/env.ts';
import type { MetricsRegistry } from '#base/metrics.ts';

const tokenBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const expiryBuckets = [
  0, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 345_600, 604_800, 2_592_000, 7_776_000, 15_552_000, 31_104_000,
];

/** Told what a cache of tokens does. */
export class TokenCacheMetrics {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly requests;
  private readonly seconds;
  private readonly fetches;
  private readonly active;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock;
    this.requests = registry.counter(
      'authentication_token_cache_request_total',
      'Tokens that a cache was asked for: known ones and others.',
      ['status'],
    );
    this.seconds = registry.histogram(
      'authentication_token_cache_request_duration_seconds',
      'Seconds until it answered.',
      ['status'],
      tokenBuckets,
    );
    this.fetches = registry.counter(
      'authentication_token_cache_fetch_total',
      'Tokens that were asked about, as the cache did not know them.',
      ['status'],
    );
    this.active = registry.gauge(
      'authentication_token_cache_active_fetch_count',
      'Questions under way, and requests that wait for the answer to the question of another.',
      ['status'],
    );
  }

  hit(): void {
    this.requests.add(1, 'hit');
    this.seconds.observe(0, 'hit');
  }

  /** An answer that somebody has to wait for; `blocked`: another asked already. */
  async missed<T>(answer: Promise<T>, blocked: boolean): Promise<T> {
    const startedMs = this.clock.monotonic();
    const state = blocked ? 'blocked' : 'in_flight';
    this.active.add(1, state);
    let status = 'error';
    try {
      const known = await answer;
      status = 'ok';
      return known;
    } finally {
      this.active.add(-1, state);
      if (!blocked) this.fetches.add(1, status);
      this.requests.add(1, 'miss');
      this.seconds.observe((this.clock.monotonic() - startedMs) / 1000, 'miss');
    }
  }
}

/** Seconds that the client certificates of requests are still good for. */
export function certificateExpiration(
  registry: MetricsRegistry,
  clock: Pick<Clock, 'now'>,
): (validUntilMs: number) => void {
  const series = registry
    .histogram(
      'apiserver_client_certificate_expiration_seconds',
      'Seconds that the certificate of a request is still good for.',
      [],
      expiryBuckets,
    )
    .seriesOf();
  return (validUntilMs) => series.observe((validUntilMs - clock.now()) / 1000);
}
