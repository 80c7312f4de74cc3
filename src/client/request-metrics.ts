/** Metrics of the requests of clients, under upstream's names (component-base metrics/prometheus/restclient). */

import { isStatusError } from '#api/errors.ts';
import type { ApiHandler } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import type { HistogramSeries, MetricsRegistry, ValueSeries } from '#base/metrics.ts';

const durationBuckets = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];

export class ClientMetrics {
  private readonly clock: Pick<Clock, 'monotonic'>;
  private readonly requests;
  private readonly seconds;

  constructor(registry: MetricsRegistry, clock: Pick<Clock, 'monotonic'>) {
    this.clock = clock;
    this.requests = registry.counter('rest_client_requests_total', 'Requests of clients, by their answer.', [
      'code',
      'host',
      'method',
    ]);
    this.seconds = registry.histogram(
      'rest_client_request_duration_seconds',
      'Seconds until the answer to a request began.',
      ['host', 'verb'],
      durationBuckets,
    );
  }

  /** The handler, with its requests counted; `host` is what it leads to. */
  measured(handler: ApiHandler, host: string): ApiHandler {
    const { clock } = this;
    const codes = new Map<string, ValueSeries>();
    const seconds = new Map<string, HistogramSeries>();
    const count = (method: string, code: string, startedMs: number): void => {
      const key = `${method} ${code}`;
      let counted = codes.get(key);
      if (!counted) {
        counted = this.requests.seriesOf(code, host, method);
        codes.set(key, counted);
      }
      counted.value++;
      let took = seconds.get(method);
      if (!took) {
        took = this.seconds.seriesOf(host, method);
        seconds.set(method, took);
      }
      took.observe((clock.monotonic() - startedMs) / 1000);
    };
    return async (request) => {
      const startedMs = clock.monotonic();
      try {
        const response = await handler(request);
        count(request.method, response.type === 'upgrade' ? '101' : String(response.status), startedMs);
        return response;
      } catch (error) {
        count(request.method, isStatusError(error) ? String(error.code) : '<error>', startedMs);
        throw error;
      }
    };
  }
}
