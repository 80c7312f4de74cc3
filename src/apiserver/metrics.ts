/** Metrics of the API server, under upstream's names (apiserver endpoints/metrics, storage metrics). */

import { StatusError } from '#api/errors.ts';
import type { ApiResponse } from '#api/request.ts';
import { MetricsRegistry, type Sample } from '#base/metrics.ts';
import type { Registry } from './registry/registry.ts';
import type { Resource } from './registry/resource.ts';
import { isLongRunning } from './request/long-running.ts';
import type { RequestInfo } from './request/request-info.ts';
import { version } from './version.ts';

const durationBuckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];

export class ApiServerMetrics {
  readonly registry = new MetricsRegistry();
  private readonly requests = this.registry.counter(
    'apiserver_request_total',
    'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
    ['code', 'component', 'dry_run', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'],
  );
  private readonly seconds = this.registry.histogram(
    'apiserver_request_duration_seconds',
    'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
    ['component', 'dry_run', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'],
    durationBuckets,
  );
  private readonly inFlight = this.registry.gauge(
    'apiserver_current_inflight_requests',
    'Number of currently running requests by request kind.',
    ['request_kind'],
  );

  constructor(resources: Registry) {
    const { registry } = this;
    registry
      .gauge('kubernetes_build_info', 'Version of this server.', ['git_version', 'major', 'minor'])
      .set(1, version.gitVersion, version.major, version.minor);
    registry.collected(
      'apiserver_storage_objects',
      'Number of stored objects, of resources that were asked for.',
      ['resource'],
      () =>
        [...resources.all()]
          .filter(({ cache }) => cache.loaded)
          .map(({ definition, cache }) => ({ labels: [qualified(definition)], value: cache.size })),
    );
    registry.collected(
      'apiserver_longrunning_requests',
      'Open watches.',
      ['component', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'],
      () => [...resources.all()].flatMap(openWatches),
    );
    registry.collected(
      'apiserver_watch_events_total',
      'Events that were sent to watchers.',
      ['group', 'resource', 'version'],
      () =>
        [...resources.all()]
          .filter(({ cache }) => cache.eventsSent > 0)
          .map(({ definition: { group, plural, version: served }, cache }) => ({
            labels: [group, plural, served],
            value: cache.eventsSent,
          })),
      'counter',
    );
  }

  /** Measures one request. Requests that stay open by their nature count, but have no duration. */
  async measure(
    info: RequestInfo,
    dryRun: boolean,
    now: () => number,
    run: () => Promise<ApiResponse>,
  ): Promise<ApiResponse> {
    const kind = readVerbs.has(info.verb) ? 'readOnly' : 'mutating';
    const startedMs = now();
    const staysOpen = isLongRunning(info);
    if (!staysOpen) this.inFlight.add(1, kind);
    let code = 500;
    try {
      const response = await run();
      code = 'status' in response ? response.status : 101;
      return response;
    } catch (error) {
      if (error instanceof StatusError) code = error.code;
      throw error;
    } finally {
      if (!staysOpen) this.inFlight.add(-1, kind);
      const { apiGroup, apiVersion, resource, subresource } = info;
      const verb = info.isResourceRequest ? info.verb.toUpperCase() : 'GET';
      const scope = scopeOf(info);
      const dry = dryRun ? 'All' : '';
      this.requests.add(1, String(code), 'apiserver', dry, apiGroup, resource, scope, subresource, verb, apiVersion);
      if (!staysOpen) {
        const seconds = (now() - startedMs) / 1000;
        this.seconds.observe(seconds, 'apiserver', dry, apiGroup, resource, scope, subresource, verb, apiVersion);
      }
    }
  }
}

const readVerbs = new Set(['get', 'list', 'watch']);

function scopeOf({ isResourceRequest, name, namespace }: RequestInfo): string {
  if (!isResourceRequest) return '';
  if (name !== '') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}

function openWatches({ definition, cache }: Resource): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const { namespace, name } of cache.watchScopes()) {
    const scope = name !== undefined ? 'resource' : namespace === '' ? 'cluster' : 'namespace';
    counts.set(scope, (counts.get(scope) ?? 0) + 1);
  }
  const { group, plural, version: served } = definition;
  return [...counts].map(([scope, value]) => ({
    labels: ['apiserver', group, plural, scope, '', 'WATCH', served],
    value,
  }));
}

function qualified({ group, plural }: { readonly group: string; readonly plural: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}
