/** What operators look at beside the API: /metrics, /metrics/slis, /metrics/resources, /statusz, /flagz and /debug. */

import type { ApiRequest, ApiResponse } from '#api/request.ts';
import type { Env } from '#base/env.ts';
import { type MetricsRegistry, metricsContentType } from '#base/metrics.ts';
import { debugPage } from './fairness/debug-pages.ts';
import type { Fairness } from './fairness/fairness.ts';
import type { HealthMetrics } from './health.ts';
import type { PathHandler } from './paths.ts';
import { flagPage, type Profiler, profilePage, type Verbosity } from './zpages/debug.ts';
import { type Flags, flagz } from './zpages/flagz.ts';
import { statusz } from './zpages/statusz.ts';

/** What the process tells of itself; what is absent is not served. */
export interface ZPagesConfig {
  /** Unix time of the process's start. */
  readonly startedMs: number;
  readonly flags: Flags;
  readonly profiler?: Profiler | undefined;
  readonly verbosity?: Verbosity | undefined;
}

export interface OperatorPathsConfig {
  readonly env: Env;
  /** In the order in which they are shown. */
  readonly metrics: readonly MetricsRegistry[];
  /** Of a scheduler in this process: what each pod asks for. */
  readonly resourceMetrics: MetricsRegistry | undefined;
  readonly health: HealthMetrics;
  readonly fairness: Fairness | undefined;
  readonly zpages: ZPagesConfig | undefined;
  /** Of all that is served. */
  readonly listedPaths: () => readonly string[];
}

export function operatorPaths(config: OperatorPathsConfig): Readonly<Record<string, PathHandler>> {
  const { env, metrics, resourceMetrics, health, fairness, zpages, listedPaths } = config;
  const debug = debugHandler(env, fairness, zpages);
  const registriesAt = (path: string): readonly MetricsRegistry[] | undefined => {
    switch (path) {
      case '/metrics':
        return metrics;
      case '/metrics/slis':
        return [health.registry];
      case '/metrics/resources':
        return resourceMetrics && [resourceMetrics];
      default:
        return undefined;
    }
  };
  return {
    metrics: ({ method, path }) => {
      const shown = registriesAt(path);
      if (!shown) return undefined;
      return method === 'DELETE' ? reset(shown) : exposed(shown);
    },
    ...(zpages
      ? {
          statusz: exactly('/statusz', (request) =>
            statusz(request, { startedMs: zpages.startedMs, nowMs: env.clock.now(), paths: listedPaths() }),
          ),
          flagz: exactly('/flagz', (request) => flagz(request, zpages.flags)),
        }
      : {}),
    ...(debug ? { debug } : {}),
  };
}

function debugHandler(
  env: Env,
  fairness: Fairness | undefined,
  zpages: ZPagesConfig | undefined,
): PathHandler | undefined {
  if (!fairness && !zpages) return undefined;
  return (request) =>
    (fairness && debugPage(fairness, env, request)) ??
    (zpages?.verbosity && flagPage(request, zpages.verbosity)) ??
    (zpages?.profiler && profilePage(request, zpages.profiler, env.clock));
}

function exactly(wanted: string, handler: (request: ApiRequest) => ApiResponse): PathHandler {
  return (request) => (request.path === wanted ? handler(request) : undefined);
}

async function exposed(registries: readonly MetricsRegistry[]): Promise<ApiResponse> {
  const texts = await Promise.all(registries.map((registry) => registry.exposeRefreshed()));
  const body = new TextEncoder().encode(texts.join(''));
  return { type: 'bytes', status: 200, contentType: metricsContentType, body };
}

/** What counts begins anew; what tells of the present goes on telling it. */
function reset(registries: readonly MetricsRegistry[]): ApiResponse {
  for (const registry of registries) registry.reset();
  const body = new TextEncoder().encode('metrics reset\n');
  return { type: 'bytes', status: 200, contentType: 'text/plain; charset=utf-8', body };
}
