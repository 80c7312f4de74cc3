/**
 * The API server: one handler from request to response, over a store and a list of definitions.
 *
 * The gates (authenticate -> impersonate -> priority and fairness -> authorize) -> path, other server or resource -> verb: admission,
 * validation, store. In-process callers go through the same function as HTTP.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { newBadRequest, newPathNotFound, newServiceUnavailable, PageNotFound, StatusError } from '#api/errors.ts';
import type { Descriptions } from '#api/openapi/descriptions.ts';
import type { ApiHandler, ApiRequest, ApiResponse, UserInfo } from '#api/request.ts';
import type { SchemaRegistry } from '#api/schema/registry.ts';
import type { WireHandler } from '#api/wire.ts';
import { sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { assert } from '#base/errors.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import type { Store } from '#store/store.ts';
import type { Actions } from './actions/action.ts';
import { builtinActions } from './actions/builtin.ts';
import { AdmissionChain } from './admission-chain.ts';
import { AdmissionMetrics } from './admission-metrics.ts';
import type { AdmissionPlugin } from './admission-plugin.ts';
import { Aggregation, type AggregationConfig } from './aggregation/aggregation.ts';
import { ServiceAllocation, type ServiceAllocationConfig } from './allocation/service-allocation.ts';
import { SharedAllocation } from './allocation/shared-allocation.ts';
import type { RequestAudit } from './audit/audit.ts';
import { StoreFeed } from './cache/store-feed.ts';
import type { WatchCache } from './cache/watch-cache.ts';
import type { RequestContext, ServerContext } from './context.ts';
import { CustomResources } from './custom-resources/custom-resources.ts';
import { ExpressionMetrics } from './custom-resources/expression-metrics.ts';
import { OpenApi } from './discovery/openapi.ts';
import { dispatch, routeOf } from './dispatch.ts';
import { Exchange } from './exchange.ts';
import { Fairness, type FairnessConfig } from './fairness/fairness.ts';
import { type Call, type GateConfig, Gates } from './gates.ts';
import { type HealthCheck, type HealthChecks, HealthMetrics, storeCheck } from './health.ts';
import { ApiServerMetrics } from './metrics.ts';
import { operatorPaths, type ZPagesConfig } from './operator-paths.ts';
import type { PathHandler } from './paths.ts';
import { Paths } from './paths.ts';
import { startHooks } from './post-start-hooks.ts';
import type { CodecLookup } from './registry/kind-codec.ts';
import { Registry } from './registry/registry.ts';
import type { Resource } from './registry/resource.ts';
import { requestTimeoutMs, timeoutOf, within } from './request/deadline.ts';
import { isLongRunning } from './request/long-running.ts';
import { parseRequestInfo, type RequestInfo } from './request/request-info.ts';
import { withYamlRead, type YamlReader } from './request/yaml-body.ts';
import type { RequestRecord } from './request-metrics.ts';
import { transform } from './transform/transform.ts';
import type { WebhookCaller } from './webhook/post.ts';
import { objectOffer } from './wire/accept.ts';
import { checkAcceptable, type Route } from './wire/acceptable.ts';
import { createWireHandler } from './wire/encode.ts';
import type { WriteHooks } from './write-hooks.ts';

export interface ApiServerConfig extends GateConfig {
  readonly env: Env;
  readonly store: Store;
  readonly definitions: readonly ResourceDefinition[];
  readonly codecs: CodecLookup;
  /** What OpenAPI documents are made from; absent: none are served. */
  readonly schemas?: SchemaRegistry;
  /** What OpenAPI documents say of types and fields; absent: nothing. */
  readonly descriptions?: Descriptions;
  readonly admission?: readonly AdmissionPlugin[];
  /** Those that the plugins were given; absent: the server's own. */
  readonly admissionMetrics?: AdmissionMetrics;
  /** How other API servers are reached; absent: APIServices are stored and nothing follows. */
  readonly aggregation?: AggregationConfig;
  /** By whom conversion webhooks of custom resources are called; absent: such conversions fail. */
  readonly webhooks?: WebhookCaller;
  /** Who reads long bodies in YAML; absent: they are read in place. */
  readonly yaml?: YamlReader;
  /** Metrics of what the server was put together from: /metrics shows them after its own. */
  readonly metrics?: MetricsRegistry;
  /** Shown at /metrics/resources; absent: that path is not served. */
  readonly resourceMetrics?: MetricsRegistry;
  readonly actions?: Actions;
  /** Absent: requests are executed as they come. */
  readonly fairness?: FairnessConfig;
  /** Where services get addresses and node ports from; absent: services are stored as they come. */
  readonly services?: Pick<ServiceAllocationConfig, 'serviceCidrs' | 'nodePorts'>;
  /** Further checks of /healthz, /livez and /readyz, by name. */
  readonly healthChecks?: Readonly<Record<string, HealthCheck>>;
  /** What the process tells operators of itself; absent: nothing of that is served. */
  readonly zpages?: ZPagesConfig;
  /** Further paths outside of resources, by prefix: '/openapi', '/metrics', '/.well-known'. */
  readonly paths?: Readonly<Record<string, PathHandler>>;
}

export interface ApiServer {
  /** For in-process callers and the simulated network: throws StatusError. */
  readonly handler: ApiHandler;
  /** For byte transports: never throws. */
  readonly wire: WireHandler;
  readonly context: ServerContext;
  readonly registry: Registry;
  /** What /metrics shows. */
  readonly metricsRegistries: readonly MetricsRegistry[];
  /** For byte transports: the path's requests go on to somebody else, who sets the bounds of bodies. */
  streamsBody(path: string): boolean;
  /** Resolves when requests can be served. */
  ready(): Promise<void>;
  /** From now on /readyz fails; everything is served as before, so that load balancers can turn away first. */
  beginShutdown(): void;
  /**
   * Refuses further requests, ends the watches, spread over `watchGraceMs`, and waits for the requests that are being carried out (not
   * longer than their own deadline); then the feed ends. The store stays open.
   */
  close(watchGraceMs?: number): Promise<void>;
}

export function createApiServer(config: ApiServerConfig): ApiServer {
  return new Server(config);
}

class Server implements ApiServer {
  readonly context: ServerContext;
  readonly wire: WireHandler;
  readonly metricsRegistries: readonly MetricsRegistry[];
  private readonly config: ApiServerConfig;
  private readonly paths: Paths;
  private readonly actions: Actions;
  private readonly metrics: ApiServerMetrics;
  private readonly customResources: CustomResources | undefined;
  private readonly fairness: Fairness | undefined;
  private readonly gates: Gates;
  private readonly aggregation: Aggregation | undefined;
  private starting: Promise<void> | undefined;
  private started = false;
  private shuttingDown = false;
  private closed = false;
  /** Requests under way that end by themselves. */
  private active = 0;
  private whenIdle: (() => void) | undefined;

  constructor(config: ApiServerConfig) {
    const { env, store, codecs } = config;
    const feed = new StoreFeed(store, env);
    this.config = config;
    this.actions = { ...builtinActions, ...config.actions };
    const registry = new Registry(store, feed, codecs);
    this.metrics = new ApiServerMetrics(registry, env.clock);
    const admissionMetrics = config.admissionMetrics ?? new AdmissionMetrics(this.metrics.registry);
    this.context = {
      env,
      store,
      feed,
      registry,
      admission: new AdmissionChain(config.admission ?? [], env.clock, admissionMetrics),
      writeHooks: this.writeHooks(),
    };
    for (const definition of config.definitions) this.registry.add(definition);
    config.audit?.register(this.metrics.registry);
    this.fairness = config.fairness && new Fairness(config.fairness, env, this.metrics.registry);
    this.gates = new Gates(config, env.clock, this.metrics, this.fairness);
    this.customResources =
      config.schemas &&
      new CustomResources(
        this.context,
        config.schemas,
        config.webhooks,
        new ExpressionMetrics(this.metrics.registry, env.clock),
      );
    const health = new HealthMetrics();
    this.metricsRegistries = config.metrics ? [this.metrics.registry, config.metrics] : [this.metrics.registry];
    const operators = operatorPaths({
      env,
      metrics: this.metricsRegistries,
      resourceMetrics: config.resourceMetrics,
      health,
      fairness: this.fairness,
      zpages: config.zpages,
      listedPaths: () => this.paths.listed(),
    });
    this.aggregation = config.aggregation && new Aggregation(this.context, config.aggregation, this.metrics.registry);
    const openapi =
      config.schemas &&
      new OpenApi({
        registry,
        schemas: config.schemas,
        descriptions: config.descriptions,
        clock: env.clock,
        customSchema: this.customResources?.openApiSchema,
        remotes: this.aggregation,
      });
    const more = { ...operators, ...config.paths };
    this.paths = new Paths(this.context, openapi, this.healthChecks(), health, more, this.aggregation);
    this.wire = createWireHandler({
      handler: (request, exchange) => this.handleChecked(request, exchange),
      codecs,
      env,
    });
  }

  get registry(): Registry {
    return this.context.registry;
  }

  streamsBody(path: string): boolean {
    if (this.aggregation?.find(path)) return true;
    if (!path.startsWith('/api/v1/') || !path.includes('/proxy')) return false;
    return parseRequestInfo({ method: 'POST', path, query: new URLSearchParams() })?.subresource === 'proxy';
  }

  ready(): Promise<void> {
    this.starting ??= this.start();
    return this.starting;
  }

  private async start(): Promise<void> {
    await this.context.feed.start();
    await this.fairness?.start();
    await this.customResources?.start();
    await this.aggregation?.start();
    this.started = true;
  }

  beginShutdown(): void {
    this.shuttingDown = true;
  }

  async close(watchGraceMs = 0): Promise<void> {
    this.beginShutdown();
    this.closed = true;
    this.fairness?.close();
    await this.customResources?.close();
    await this.aggregation?.close();
    await this.endWatches(watchGraceMs);
    await this.idle();
    await this.context.feed.close();
    await this.config.audit?.close();
  }

  /** Evenly over the time: clients that watch again all at once would hit the next server together. */
  private async endWatches(graceMs: number): Promise<void> {
    const ends = [...this.registry.all()].flatMap(({ cache }) => cache.watchEnds());
    const steps = Math.max(1, Math.floor(graceMs / watchEndStepMs));
    const share = Math.ceil(ends.length / steps);
    for (let at = 0; at < ends.length; at += share) {
      for (const end of ends.slice(at, at + share)) end();
      if (steps > 1) await sleep(this.context.env.clock, watchEndStepMs);
    }
    for (const { cache } of this.registry.all()) cache.close();
  }

  private async idle(): Promise<void> {
    if (this.active === 0) return;
    const bound = new AbortController();
    const idle = new Promise<void>((resolve) => {
      this.whenIdle = resolve;
    });
    await Promise.race([idle, sleep(this.context.env.clock, requestTimeoutMs, bound.signal).catch(() => {})]);
    bound.abort();
  }

  private healthChecks(): HealthChecks {
    const { env, store, fairness, aggregation, schemas, healthChecks } = this.config;
    const ok = () => true;
    const storeAnswers = storeCheck(env.clock, async () => store.revision());
    return {
      all: {
        ping: ok,
        log: ok,
        etcd: storeAnswers,
        ...startHooks(() => this.started, {
          'start-apiserver-admission-initializer': true,
          'generic-apiserver-start-informers': true,
          'priority-and-fairness-config-consumer': fairness,
          'priority-and-fairness-filter': fairness,
          'start-apiextensions-informers': schemas,
          'start-apiextensions-controllers': schemas,
          'crd-informer-synced': schemas,
          'storage-readiness': true,
          'start-kube-aggregator-informers': aggregation,
          'apiservice-status-local-available-controller': aggregation,
          'apiservice-status-remote-available-controller': aggregation,
          'apiservice-registration-controller': aggregation,
          'apiservice-discovery-controller': aggregation,
          'apiservice-openapi-controller': aggregation,
          'apiservice-openapiv3-controller': aggregation,
        }),
        ...healthChecks,
      },
      ready: {
        'etcd-readiness': storeAnswers,
        'informer-sync': () => this.started,
        shutdown: () => {
          if (this.shuttingDown) throw new Error('process is shutting down');
          return true;
        },
      },
    };
  }

  readonly handler: ApiHandler = async (request) => {
    const exchange = new Exchange();
    try {
      return exchange.handedOver(await this.serve(request, exchange), request.signal);
    } catch (error) {
      exchange.release();
      exchange.record?.finish(error instanceof StatusError ? error.code : 500, undefined);
      throw error;
    }
  };

  /** Its stages give promises only where something has to be waited for: most do not, and a promise costs more than they do. */
  private serve(request: ApiRequest, exchange: Exchange): Promise<ApiResponse> {
    if (this.closed) throw newServiceUnavailable('apiserver is shutting down');
    return this.started ? this.begin(request, exchange) : this.ready().then(() => this.begin(request, exchange));
  }

  private begin(request: ApiRequest, exchange: Exchange): Promise<ApiResponse> {
    const info = parseRequestInfo(request);
    if (!info) throw newBadRequest(`invalid path: ${request.path}`);
    const resource = info.isResourceRequest
      ? this.registry.find(info.apiGroup, info.apiVersion, info.resource)
      : undefined;
    const startedMs = this.context.env.clock.monotonic();
    if (isLongRunning(info)) return this.handle({ request, info, resource, exchange, startedMs });
    // Before the work begins: a request that is refused must not be carried out, and its failure would be nobody's.
    const timeoutMs = timeoutOf(request);
    const work = this.handle({ request, info, resource, exchange, startedMs });
    this.active++;
    return within(this.context.env.clock, timeoutMs, request, work, {
      // It is waited for before the server ends, whether or not its client still does.
      ended: () => {
        if (--this.active === 0) this.whenIdle?.();
      },
      timedOut: () => this.metrics.requests.timedOut(request, info, resource, work),
    });
  }

  private handle(call: Call): Promise<ApiResponse> {
    const caller = this.gates.authenticate(call);
    return caller instanceof Promise ? caller.then((known) => this.audited(call, known)) : this.audited(call, caller);
  }

  private audited(call: Call, caller: UserInfo): Promise<ApiResponse> {
    const record = this.config.audit?.begin(call.request, call.info, caller);
    return record ? record.around(() => this.carryOut(call, caller, record)) : this.carryOut(call, caller, undefined);
  }

  private async carryOut(call: Call, caller: UserInfo, audit: RequestAudit | undefined): Promise<ApiResponse> {
    const { request: asked, info, resource, exchange, startedMs } = call;
    const acting = this.gates.impersonate(asked, caller);
    const impersonated = acting instanceof Promise ? await acting : acting;
    if (impersonated) audit?.impersonated(impersonated.user, impersonated.constraint);
    const user = impersonated?.user ?? caller;
    const seat = this.gates.seat(call, user);
    const waitedMs = seat instanceof Promise ? await seat : seat;
    const judging = this.gates.authorize(call, user, audit);
    if (judging) await judging;
    const receiving = asked.receive?.();
    const body = receiving instanceof Promise ? await receiving : receiving;
    const request = body ? { ...asked, body } : asked;
    const remote = this.aggregation?.find(info.path);
    if (remote) return this.proxy(this.aggregation as Aggregation, remote, request, info, user);
    if (!info.isResourceRequest) {
      exchange.record = this.metrics.requests.beginPath(info.path, startedMs);
      return this.paths.handle(request, info);
    }
    if (!resource) throw this.registry.hasBuiltinGroup(info.apiGroup) ? newPathNotFound() : new PageNotFound();
    const offer = resource.offerOf(info.subresource);
    if (offer !== objectOffer) {
      exchange.offer = offer;
      const refused = checkAcceptable(request, offer, () => routeOf(info, resource));
      if (refused) throw refused;
    }
    const counted = this.count(call, resource, user, waitedMs);
    const reading = this.config.yaml && withYamlRead(this.config.yaml, request);
    const context: RequestContext = {
      server: this.context,
      request: reading ? await reading : request,
      info,
      user,
      resource,
      warnings: exchange.warnings,
      audit,
      authorizeCreate: () => this.gates.authorizeCreate(call, user),
      watchInitialized: this.initialized(call, resource),
      watchEnded: () => exchange.finish(200),
      waited: (ms) => counted.waited(ms),
    };
    return transform(context, await dispatch(context, this.actions));
  }

  private initialized({ request, info, exchange, startedMs }: Call, resource: Resource): () => void {
    const release = () => exchange.release();
    if (info.verb !== 'watch' || request.query.get('sendInitialEvents') !== 'true') return release;
    const listed = this.metrics.requests.watchList(info, resource, startedMs);
    return () => {
      release();
      listed();
    };
  }

  private count(
    { request, info, exchange, startedMs }: Call,
    resource: Resource,
    user: UserInfo,
    waitedMs: number,
  ): RequestRecord {
    const { requests } = this.metrics;
    const counted = requests.begin(request, info, resource, startedMs);
    exchange.record = counted;
    if (waitedMs > 0) counted.waited(waitedMs);
    if (user.username === selfName) counted.bySelf();
    if (info.verb === 'watch') exchange.eventSizes = requests.eventSizesOf(resource);
    const { deprecation } = resource.definition;
    if (deprecation !== undefined) {
      counted.deprecated();
      exchange.warnings.push(deprecation);
    }
    return counted;
  }

  private async proxy(
    aggregation: Aggregation,
    remote: NonNullable<ReturnType<Aggregation['find']>>,
    request: ApiRequest,
    info: RequestInfo,
    user: UserInfo,
  ): Promise<ApiResponse> {
    const response = await aggregation.proxy(remote, request, user);
    if (response.type === 'bytes' && response.status === 503 && response.body instanceof Uint8Array) {
      this.metrics.requests.unreachable(request, info, 503);
    }
    return response;
  }

  private writeHooks(): ReadonlyMap<string, WriteHooks> {
    const { services, env, store } = this.config;
    if (!services) return new Map();
    const cache = (): WatchCache => {
      const resource = this.registry.find('', 'v1', 'services');
      assert(resource, 'services are not served');
      return resource.cache;
    };
    const allocation = new ServiceAllocation({
      ...services,
      random: env.random,
      store,
      services: cache,
    });
    const hooks = store.shared ? new SharedAllocation(allocation, { store, services: cache }) : allocation;
    return new Map([['/services', hooks]]);
  }

  private routeOf(request: ApiRequest): Route {
    const info = parseRequestInfo(request);
    if (!info?.isResourceRequest) return 'own';
    return routeOf(info, this.registry.find(info.apiGroup, info.apiVersion, info.resource));
  }

  private handleChecked(request: ApiRequest, exchange: Exchange): Promise<ApiResponse> {
    const refused =
      request.path.startsWith('/api/') || request.path.startsWith('/apis/')
        ? checkAcceptable(request, objectOffer, () => this.routeOf(request))
        : undefined;
    return refused ? Promise.reject(refused) : this.serve(request, exchange);
  }
}

const watchEndStepMs = 50;

/** The server's own client. */
const selfName = 'system:apiserver';
