/** Metrics of the API server, under upstream's names (apiserver endpoints/metrics, endpoints/filters/metrics, storage metrics). */

import type { UserInfo } from '#api/request.ts';
import { type HistogramSeries, MetricsRegistry, type Sample, type ValueSeries } from '#base/metrics.ts';
import { ImpersonationMetrics } from './authentication/impersonation-metrics.ts';
import type { Decision } from './authorizer.ts';
import type { Registry } from './registry/registry.ts';
import type { Resource } from './registry/resource.ts';
import { type RequestClock, RequestMetrics } from './request-metrics.ts';
import { version } from './version.ts';

/** Powers of two from a millisecond on. */
const secondsBuckets = Array.from({ length: 15 }, (_, exponent) => 0.001 * 2 ** exponent);
const filterBuckets = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 5, 10, 15, 30];

/** Upstream's names of what a request passes. */
export type FilterName = 'authentication' | 'authorization' | 'constrainedimpersonation' | 'priorityandfairness';
type AuthenticationResult = 'success' | 'failure' | 'error';

interface Attempts {
  readonly count: ValueSeries;
  readonly seconds: HistogramSeries;
}

export class ApiServerMetrics {
  readonly registry = new MetricsRegistry();
  readonly requests: RequestMetrics;
  private readonly users = this.registry.counter(
    'authenticated_user_requests',
    'Authenticated requests by user, where upstream knows its name.',
    ['username'],
  );
  private readonly authentication: (result: AuthenticationResult) => Attempts;
  private readonly authorization: (result: string) => Attempts;
  readonly impersonation: ImpersonationMetrics;
  private readonly filters: Readonly<Record<FilterName, HistogramSeries>>;

  constructor(resources: Registry, clock: RequestClock) {
    const { registry } = this;
    this.requests = new RequestMetrics(registry, clock);
    this.authentication = this.attempts(
      'authentication_attempts',
      'authentication_duration_seconds',
      'Authentications',
    );
    this.authorization = this.attempts(
      'authorization_attempts_total',
      'authorization_duration_seconds',
      'Authorizations',
    );
    this.impersonation = new ImpersonationMetrics(registry, clock);
    const filters = registry.histogram(
      'apiserver_request_filter_duration_seconds',
      'Seconds that a request spent at each station before it was served.',
      ['filter'],
      filterBuckets,
    );
    this.filters = {
      authentication: filters.seriesOf('authentication'),
      authorization: filters.seriesOf('authorization'),
      constrainedimpersonation: filters.seriesOf('constrainedimpersonation'),
      priorityandfairness: filters.seriesOf('priorityandfairness'),
    };
    const { gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform, major, minor } = version;
    registry
      .gauge('kubernetes_build_info', 'Version of this server.', [
        'build_date',
        'compiler',
        'git_commit',
        'git_tree_state',
        'git_version',
        'go_version',
        'major',
        'minor',
        'platform',
      ])
      .set(1, buildDate, compiler, gitCommit, gitTreeState, gitVersion, goVersion, major, minor, platform);
    this.showResources(resources);
  }

  /** `user` is undefined for credentials that nobody knows. */
  authenticated(user: UserInfo | undefined, failed: boolean, ms: number): void {
    const { count, seconds } = this.authentication(user ? 'success' : failed ? 'error' : 'failure');
    count.value++;
    seconds.observe(ms / 1000);
    this.filters.authentication.observe(ms / 1000);
    if (user) this.users.add(1, knownUser(user.username));
  }

  authorized({ decision, error }: Decision, ms: number): void {
    const result =
      decision === 'allow' ? 'allowed' : error !== undefined ? 'error' : decision === 'deny' ? 'denied' : 'no-opinion';
    const { count, seconds } = this.authorization(result);
    count.value++;
    seconds.observe(ms / 1000);
    this.filters.authorization.observe(ms / 1000);
  }

  passed(filter: FilterName, ms: number): void {
    this.filters[filter].observe(ms / 1000);
  }

  /** A count and a duration by result. */
  private attempts(counter: string, histogram: string, what: string): (result: string) => Attempts {
    const counts = this.registry.counter(counter, `${what} by result.`, ['result']);
    const seconds = this.registry.histogram(
      histogram,
      `Seconds of ${what.toLowerCase()} by result.`,
      ['result'],
      secondsBuckets,
    );
    const known = new Map<string, Attempts>();
    return (result) => {
      let found = known.get(result);
      if (!found) {
        found = { count: counts.seriesOf(result), seconds: seconds.seriesOf(result) };
        known.set(result, found);
      }
      return found;
    };
  }

  private showResources(resources: Registry): void {
    const loaded = function* (value: (resource: Resource) => Sample): Generator<Sample, void, void> {
      for (const resource of resources.all()) if (resource.cache.loaded) yield value(resource);
    };
    const show = (name: string, help: string, value: (resource: Resource) => number, type: 'gauge' | 'counter'): void =>
      this.registry.collected(
        name,
        help,
        ['group', 'resource'],
        () =>
          loaded((resource) => {
            const { group, plural } = resource.definition;
            return { labels: [group, plural], value: value(resource) };
          }),
        type,
      );
    this.registry.collected(
      'apiserver_storage_objects',
      'Number of stored objects, of resources that were asked for.',
      ['resource'],
      () => loaded(({ definition, cache }) => ({ labels: [qualified(definition)], value: cache.size })),
    );
    show('apiserver_resource_objects', 'The same by group and resource.', ({ cache }) => cache.size, 'gauge');
    show(
      'apiserver_resource_size_estimate_bytes',
      'Bytes of the stored objects.',
      ({ cache }) => cache.sizeBytes,
      'gauge',
    );
    show(
      'apiserver_watch_cache_resource_version',
      'The version that the watch cache is as of.',
      ({ cache }) => cache.revision,
      'gauge',
    );
    show(
      'apiserver_storage_events_received_total',
      'Changes that came from the store.',
      ({ cache }) => cache.eventCounts.received,
      'counter',
    );
    show(
      'apiserver_watch_cache_events_received_total',
      'Changes that came to the watch cache.',
      ({ cache }) => cache.eventCounts.received,
      'counter',
    );
    show(
      'apiserver_watch_cache_events_dispatched_total',
      'Changes that the watch cache offered to watchers.',
      ({ cache }) => cache.eventCounts.dispatched,
      'counter',
    );
    show(
      'apiserver_watch_cache_initializations_total',
      'How often the watch cache was filled.',
      ({ cache }) => cache.loadCount,
      'counter',
    );
    this.registry.collected(
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
}

const knownUsers: ReadonlySet<string> = new Set([
  'admin',
  'client',
  'kube_proxy',
  'kubelet',
  'system:serviceaccount:kube-system:default',
]);

/** Names of people stay out of metrics, and their number is not the clients' choice. */
function knownUser(username: string): string {
  if (knownUsers.has(username)) return username;
  return username.includes('@') ? 'email_id' : 'other';
}

function qualified({ group, plural }: { readonly group: string; readonly plural: string }): string {
  return group === '' ? plural : `${plural}.${group}`;
}
