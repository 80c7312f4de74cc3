/**
 * Requests as upstream counts them (apiserver endpoints/metrics): those that came as far as what serves them, so neither the unknown nor the
 * forbidden, when their answer is out. The series of a kind of request are found once and kept.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import type { ApiRequest } from '#api/request.ts';
import type { Counter, Gauge, Histogram, HistogramSeries, MetricsRegistry, ValueSeries } from '#base/metrics.ts';
import type { Resource } from './registry/resource.ts';
import { isLongRunning } from './request/long-running.ts';
import type { RequestInfo } from './request/request-info.ts';

const durationBuckets = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const sliBuckets = durationBuckets.slice(2);
const watchListBuckets = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 2, 4, 6, 8, 10, 15, 20, 30, 45, 60];
const responseSizeBuckets = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const eventSizeBuckets = [1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072];
const bodySizeBuckets = Array.from({ length: 31 }, (_, index) => 50_000 + 100_000 * index);

const lineLabels = ['component', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'];
const dryLabels = ['component', 'dry_run', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'];

type Scope = '' | 'cluster' | 'namespace' | 'resource';
const scopes: readonly Scope[] = ['', 'cluster', 'namespace', 'resource'];
type DryRun = '' | 'All' | 'invalid';
const dryRuns: readonly DryRun[] = ['', 'All', 'invalid'];

/** What tells one kind of request from another. */
interface Line {
  readonly component: 'apiserver' | 'aggregator' | '';
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  readonly scope: Scope;
  readonly verb: string;
  readonly dryRun: DryRun;
}

export interface RequestClock {
  monotonic(): number;
}

export class RequestMetrics {
  readonly total: Counter;
  readonly seconds: Histogram;
  readonly sliSeconds: Histogram;
  readonly responseSizes: Histogram;
  readonly longRunning: Gauge;
  readonly terminations: Counter;
  readonly postTimeout: Counter;
  readonly deprecated: Gauge;
  readonly selfRequests: Counter;
  readonly bodySizes: Histogram;
  readonly eventSizes: Histogram;
  private readonly watchLists: Histogram;
  readonly clock: RequestClock;
  private readonly byDefinition = new WeakMap<ResourceDefinition, SeriesOfResource>();
  private readonly bySubresource = new Map<string, RequestSeries>();

  constructor(registry: MetricsRegistry, clock: RequestClock) {
    this.clock = clock;
    this.total = registry.counter('apiserver_request_total', 'Requests that were served, by their answer.', [
      'code',
      ...dryLabels,
    ]);
    this.seconds = registry.histogram(
      'apiserver_request_duration_seconds',
      'Seconds from a request to the end of its answer.',
      dryLabels,
      durationBuckets,
    );
    this.sliSeconds = registry.histogram(
      'apiserver_request_sli_duration_seconds',
      'The same, less the time that webhooks took and that was waited for seats; without dry runs and watches.',
      lineLabels,
      sliBuckets,
    );
    this.responseSizes = registry.histogram(
      'apiserver_response_sizes',
      'Bytes of answers to reads, before compression.',
      lineLabels,
      responseSizeBuckets,
    );
    this.longRunning = registry.gauge(
      'apiserver_longrunning_requests',
      'Watches and connections that are open.',
      lineLabels,
    );
    this.terminations = registry.counter(
      'apiserver_request_terminations_total',
      'Requests that the server ended in self-defence.',
      ['code', ...lineLabels],
    );
    this.postTimeout = registry.counter(
      'apiserver_request_post_timeout_total',
      'Work that ended after the answer to its request was that its time is up.',
      ['source', 'status'],
    );
    this.deprecated = registry.gauge('apiserver_requested_deprecated_apis', 'Deprecated APIs that were asked for.', [
      'group',
      'removed_release',
      'resource',
      'subresource',
      'version',
    ]);
    this.selfRequests = registry.counter('apiserver_selfrequest_total', 'Requests of the server to itself.', [
      'group',
      'resource',
      'subresource',
      'verb',
    ]);
    this.bodySizes = registry.histogram(
      'apiserver_request_body_size_bytes',
      'Bytes of the bodies of writes.',
      ['group', 'resource', 'verb'],
      bodySizeBuckets,
    );
    this.watchLists = registry.histogram(
      'apiserver_watch_list_duration_seconds',
      'Seconds until the list that a watch began with was out.',
      ['group', 'resource', 'scope', 'version'],
      watchListBuckets,
    );
    this.eventSizes = registry.histogram(
      'apiserver_watch_events_sizes',
      'Bytes of events as they were sent to watchers.',
      ['group', 'resource', 'version'],
      eventSizeBuckets,
    );
  }

  /** What a watch that begins with a list calls when that is out, as often as it likes. */
  watchList(info: RequestInfo, { definition }: Resource, startedMs: number): () => void {
    const { group, plural, version } = definition;
    const series = this.watchLists.seriesOf(group, plural, scopeOf(info), version);
    let isOut = false;
    return () => {
      if (isOut) return;
      isOut = true;
      series.observe((this.clock.monotonic() - startedMs) / 1000);
    };
  }

  /** A request to this resource that is authorized; `startedMs` is when it came. */
  begin(request: ApiRequest, info: RequestInfo, resource: Resource, startedMs: number): RequestRecord {
    const dryRun = dryRunOf(request);
    const series = this.resourceSeries(resource).of(request, info, dryRun);
    const write = writeVerbs[info.verb];
    if (write !== undefined && request.body?.type !== 'object')
      series.observeBody(write, request.body?.bytes.length ?? 0);
    const gauge = isLongRunning(info) ? series.longRunning(selectedScope(request, info)) : undefined;
    return new RequestRecord(series, this.clock, startedMs, gauge);
  }

  /** A request to a path outside of resources that upstream counts: health checks and OpenAPI documents. Undefined for others. */
  beginPath(path: string, startedMs: number): RequestRecord | undefined {
    const subresource = countedPath(path);
    if (subresource === undefined) return undefined;
    let series = this.bySubresource.get(subresource);
    if (!series) {
      series = new RequestSeries(this, { ...nowhere, component: '', subresource });
      this.bySubresource.set(subresource, series);
    }
    return new RequestRecord(series, this.clock, startedMs, undefined);
  }

  /** Priority and fairness has refused it. */
  dropped(request: ApiRequest, info: RequestInfo, resource: Resource | undefined): void {
    const series = resource
      ? this.resourceSeries(resource).of(request, info, dryRunOf(request))
      : new RequestSeries(this, { ...nowhere, verb: verbOf(request, info, '') });
    series.counted(429);
    series.terminated(429);
  }

  /** Its time was up; `work` goes on until it notices. */
  timedOut(request: ApiRequest, info: RequestInfo, resource: Resource | undefined, work: Promise<unknown>): void {
    const series = resource
      ? this.resourceSeries(resource).of(request, info, dryRunOf(request))
      : new RequestSeries(this, { ...nowhere, verb: verbOf(request, info, '') });
    series.terminated(504);
    work.then(
      () => this.postTimeout.add(1, 'timeout-handler', 'ok'),
      () => this.postTimeout.add(1, 'timeout-handler', 'error'),
    );
  }

  /** Another API server could not be asked. The path is the client's choice: it is not told where it names no resource of ours. */
  unreachable(request: ApiRequest, info: RequestInfo, code: number): void {
    const scope = scopeOf(info);
    const { apiGroup: group, apiVersion: version } = info;
    const verb = verbOf(request, info, scope);
    new RequestSeries(this, { ...nowhere, component: 'aggregator', group, version, scope, verb }).terminated(code);
  }

  eventSizesOf({ definition: { group, plural, version } }: Resource): HistogramSeries {
    return this.eventSizes.seriesOf(group, plural, version);
  }

  private resourceSeries({ definition }: Resource): SeriesOfResource {
    let found = this.byDefinition.get(definition);
    if (!found) {
      found = new SeriesOfResource(this, definition);
      this.byDefinition.set(definition, found);
    }
    return found;
  }
}

const nowhere: Line = {
  component: 'apiserver',
  group: '',
  version: '',
  resource: '',
  subresource: '',
  scope: '',
  verb: 'GET',
  dryRun: '',
};

/** Series by subresource and verb, then by scope and dry run. */
class SeriesOfResource {
  private readonly metrics: RequestMetrics;
  private readonly definition: ResourceDefinition;
  private readonly bySubresource = new Map<string, Map<string, (RequestSeries | undefined)[]>>();

  constructor(metrics: RequestMetrics, definition: ResourceDefinition) {
    this.metrics = metrics;
    this.definition = definition;
    // Only what is served has series: strange paths make none.
    for (const name of ['', ...definition.subresources.map((subresource) => subresource.name)]) {
      this.bySubresource.set(name, new Map());
    }
  }

  of(request: ApiRequest, info: RequestInfo, dryRun: DryRun): RequestSeries {
    const known = this.bySubresource.has(info.subresource);
    const subresource = known ? info.subresource : '';
    const byVerb = this.bySubresource.get(subresource) as Map<string, (RequestSeries | undefined)[]>;
    const scope = scopeOf(info);
    const verb = verbOf(request, info, scope);
    let series = byVerb.get(verb);
    if (!series) {
      series = [];
      byVerb.set(verb, series);
    }
    const index = scopes.indexOf(scope) * dryRuns.length + dryRuns.indexOf(dryRun);
    const { group, plural, version } = this.definition;
    series[index] ??= new RequestSeries(this.metrics, {
      component: 'apiserver',
      group,
      version,
      resource: plural,
      subresource,
      scope,
      verb,
      dryRun,
    });
    return series[index];
  }
}

class RequestSeries {
  private readonly metrics: RequestMetrics;
  private readonly line: Line;
  private readonly seconds: HistogramSeries;
  private readonly sliSeconds: HistogramSeries | undefined;
  private readonly sizes: HistogramSeries | undefined;
  private readonly codes = new Map<number, ValueSeries>();
  private bodySizes: HistogramSeries | undefined;
  private selfRequests: ValueSeries | undefined;

  constructor(metrics: RequestMetrics, line: Line) {
    this.metrics = metrics;
    this.line = line;
    this.seconds = metrics.seconds.seriesOf(...this.dry());
    this.sliSeconds =
      line.dryRun === '' && line.verb !== 'WATCH' ? metrics.sliSeconds.seriesOf(...this.labels()) : undefined;
    this.sizes = readVerbs.has(line.verb) ? metrics.responseSizes.seriesOf(...this.labels()) : undefined;
  }

  counted(code: number): void {
    let series = this.codes.get(code);
    if (!series) {
      series = this.metrics.total.seriesOf(String(code), ...this.dry());
      this.codes.set(code, series);
    }
    series.value++;
  }

  finished(code: number, seconds: number, waitedSeconds: number, bytes: number | undefined): void {
    this.counted(code);
    this.seconds.observe(seconds);
    this.sliSeconds?.observe(seconds - waitedSeconds);
    if (bytes !== undefined) this.sizes?.observe(bytes);
  }

  terminated(code: number): void {
    this.metrics.terminations.add(1, String(code), ...this.labels());
  }

  longRunning(scope: Scope): ValueSeries {
    return this.metrics.longRunning.seriesOf(...this.labels(scope));
  }

  bySelf(): void {
    const { group, resource, subresource, verb } = this.line;
    this.selfRequests ??= this.metrics.selfRequests.seriesOf(group, resource, subresource, verb);
    this.selfRequests.value++;
  }

  deprecated(): void {
    const { group, resource, subresource, version } = this.line;
    this.metrics.deprecated.set(1, group, '', resource, subresource, version);
  }

  observeBody(verb: string, bytes: number): void {
    this.bodySizes ??= this.metrics.bodySizes.seriesOf(this.line.group, this.line.resource, verb);
    this.bodySizes.observe(bytes);
  }

  private labels(scope: Scope = this.line.scope): readonly string[] {
    const { component, group, resource, subresource, verb, version } = this.line;
    return [component, group, resource, scope, subresource, verb, version];
  }

  private dry(): readonly string[] {
    const { component, dryRun, group, resource, scope, subresource, verb, version } = this.line;
    return [component, dryRun, group, resource, scope, subresource, verb, version];
  }
}

/** One request, until its answer is out. */
export class RequestRecord {
  private readonly series: RequestSeries;
  private readonly clock: RequestClock;
  private readonly startedMs: number;
  private readonly open: ValueSeries | undefined;
  private waitedMs = 0;
  private isFinished = false;

  constructor(series: RequestSeries, clock: RequestClock, startedMs: number, open: ValueSeries | undefined) {
    this.series = series;
    this.clock = clock;
    this.startedMs = startedMs;
    this.open = open;
    if (open) open.value++;
  }

  /** Time that is not the server's latency. */
  waited(ms: number): void {
    this.waitedMs += ms;
  }

  bySelf(): void {
    this.series.bySelf();
  }

  deprecated(): void {
    this.series.deprecated();
  }

  terminated(code: number): void {
    this.series.terminated(code);
  }

  /** Idempotent. `bytes` is undefined where the answer was not encoded. */
  finish(code: number, bytes: number | undefined): void {
    if (this.isFinished) return;
    this.isFinished = true;
    if (this.open) this.open.value--;
    this.series.finished(code, (this.clock.monotonic() - this.startedMs) / 1000, this.waitedMs / 1000, bytes);
  }
}

/** As request bodies name them. */
const writeVerbs: Readonly<Record<string, string>> = {
  create: 'create',
  update: 'update',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'delete_collection',
};
const readVerbs: ReadonlySet<string> = new Set(['GET', 'LIST', 'WATCH']);
const connectSubresources: ReadonlySet<string> = new Set(['log', 'exec', 'portforward', 'attach', 'proxy']);
const methods: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

function verbOf({ method, headers }: ApiRequest, info: RequestInfo, scope: Scope): string {
  if (info.isResourceRequest && connectSubresources.has(info.subresource)) return 'CONNECT';
  if (info.verb === 'watch') return 'WATCH';
  if (method === 'GET' || method === 'HEAD') return scope === 'resource' || scope === '' ? 'GET' : 'LIST';
  if (method === 'PATCH' && headers['content-type'] === 'application/apply-patch+yaml') return 'APPLY';
  return methods.has(method) ? method : 'other';
}

function scopeOf({ isResourceRequest, verb, name, namespace }: RequestInfo): Scope {
  if (!isResourceRequest) return '';
  if (name !== '' || verb === 'create') return 'resource';
  return namespace === '' ? 'cluster' : 'namespace';
}

/** As upstream's RequestInfo has it: a watch of one object by a field selector names it. */
function selectedScope({ query }: ApiRequest, info: RequestInfo): Scope {
  const isSelected = info.verb === 'watch' && /(^|,)metadata\.name=/.test(query.get('fieldSelector') ?? '');
  return isSelected ? 'resource' : scopeOf(info);
}

function dryRunOf({ query }: ApiRequest): DryRun {
  if (!query.has('dryRun')) return '';
  return query.getAll('dryRun').every((value) => value === 'All') ? 'All' : 'invalid';
}

/** Health checks by their path, documents by their kind. */
function countedPath(path: string): string | undefined {
  if (path === '/healthz' || path === '/livez' || path === '/readyz') return path;
  if (path === '/openapi/v2' || path === '/openapi/v3') return path.slice(1);
  return path.startsWith('/openapi/v3/') ? 'openapi/v3/' : undefined;
}
