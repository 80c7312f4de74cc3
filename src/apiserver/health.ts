/**
 * /healthz, /livez and /readyz: named checks; plain 'ok', the list with ?verbose, one check by its path, ?exclude=NAME (apiserver
 * server/healthz). Why a check failed is told only to those who may ask for it by its own path.
 */

import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { Clock } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { MetricsRegistry } from '#base/metrics.ts';

/** False, or a rejected promise, whose message says why: the check fails. */
export type HealthCheck = () => boolean | Promise<boolean>;

export type Probe = 'healthz' | 'livez' | 'readyz';

/** By name; the probes that ask for them: 'ready' ones are asked by /readyz only, 'live' ones by the other two only. */
export interface HealthChecks {
  readonly all: Readonly<Record<string, HealthCheck>>;
  readonly ready: Readonly<Record<string, HealthCheck>>;
  readonly live?: Readonly<Record<string, HealthCheck>>;
}

/** /metrics/slis: what the checks of /healthz, /livez and /readyz came to, whenever somebody asked (KEP-3466). */
export class HealthMetrics {
  readonly registry = new MetricsRegistry();
  private readonly latest = this.registry.gauge(
    'kubernetes_healthcheck',
    '[STABLE] What the latest run of a health check came to: 1 for passed, 0 for failed.',
    ['name', 'type'],
  );
  private readonly total = this.registry.counter(
    'kubernetes_healthchecks_total',
    '[STABLE] Runs of health checks by what they came to.',
    ['name', 'status', 'type'],
  );

  observe(name: string, probe: Probe, passed: boolean): void {
    this.latest.set(passed ? 1 : 0, name, probe);
    this.total.add(1, name, passed ? 'success' : 'error', probe);
  }
}

const encoder = new TextEncoder();

/** Upstream's --etcd-healthcheck-timeout and --etcd-readycheck-timeout. */
const storeTimeoutMs = 2000;

/** Whether the store answers soon: whoever asks for the server's health waits no longer. */
export function storeCheck(clock: Clock, ask: () => Promise<unknown>): HealthCheck {
  return () =>
    new Promise((resolve, reject) => {
      const late = () => reject(new Error('error getting data from etcd: context deadline exceeded'));
      const timer = clock.after(storeTimeoutMs, late);
      const ended = ask().finally(() => timer.cancel());
      ended.then(() => resolve(true), reject);
    });
}

export function checksOf(probe: Probe, { all, ready, live }: HealthChecks): Readonly<Record<string, HealthCheck>> {
  return probe === 'readyz' ? { ...all, ...ready } : { ...all, ...live };
}

export function healthHandler(probe: Probe, checks: HealthChecks, metrics: HealthMetrics) {
  const known = Object.entries(checksOf(probe, checks));
  const byName = new Map(known);
  return async ({ path, query }: ApiRequest): Promise<ApiResponse | undefined> => {
    if (path !== `/${probe}`) {
      const check = byName.get(path.slice(probe.length + 2));
      if (!check) return undefined;
      const fault = await faultOf(check);
      return fault === undefined ? text(200, 'ok') : text(500, `internal server error: ${fault}\n`);
    }
    const excluded = new Set(query.getAll('exclude'));
    const unknown = [...excluded].filter((name) => !byName.has(name)).sort();
    let healthy = true;
    const lines: string[] = [];
    for (const [name, check] of known) {
      if (excluded.has(name)) {
        lines.push(`[+]${name} excluded: ok`);
        continue;
      }
      const works = (await faultOf(check)) === undefined;
      metrics.observe(name, probe, works);
      healthy &&= works;
      lines.push(works ? `[+]${name} ok` : `[-]${name} failed: reason withheld`);
    }
    if (unknown.length > 0) {
      const names = unknown.map((name) => JSON.stringify(name)).join(',');
      lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
    }
    if (!healthy) return text(500, `${lines.join('\n')}\n${probe} check failed\n`);
    return query.has('verbose') ? text(200, `${lines.join('\n')}\n${probe} check passed\n`) : text(200, 'ok');
  };
}

/** Why the check fails; undefined when it passes. */
async function faultOf(check: HealthCheck): Promise<string | undefined> {
  try {
    return (await check()) ? undefined : 'not ok';
  } catch (error) {
    return messageOf(error);
  }
}

function text(status: number, body: string): ApiResponse {
  return {
    type: 'bytes',
    status,
    contentType: 'text/plain; charset=utf-8',
    body: encoder.encode(body),
    headers: { 'x-content-type-options': 'nosniff' },
  };
}
