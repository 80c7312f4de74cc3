/**
 * Aggregation: group versions that other API servers answer, by the APIServices in the store.
 *
 * 1. Whether a path is somebody else's is one lookup in a map that changes with the APIServices; without any it costs nothing.
 * 2. Requests go by the Available condition that was last written; checks run beside them, on changes of the Service and its endpoints
 *    and every half minute, each server's by itself. No request waits for another server but those that are for it.
 * 3. OpenAPI documents are read after a check that passed; what a server says of itself there never makes it unavailable.
 * 4. Conditions are written by compare-and-set; a lost race comes back as the winner's change.
 */

import type { KubeObject } from '#api/object.ts';
import type { ApiRequest, ApiResponse, UserInfo } from '#api/request.ts';
import { formatTime } from '#api/time.ts';
import { mutableCopy } from '#base/edit.ts';
import { assert, messageOf } from '#base/errors.ts';
import type { MetricsRegistry } from '#base/metrics.ts';
import type { APIService } from '#kinds/generated/apiregistration-v1.ts';
import type { Service } from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { ServerContext } from '../context.ts';
import type { CollectionName, LiveObjects } from '../live-objects.ts';
import type { Resource } from '../registry/resource.ts';
import { encodeForStore, type MutableObject } from '../verbs/write.ts';
import { serviceEndpoint } from '../webhook/service-endpoint.ts';
import { type Availability, failedDiscovery, type Probe, passed, readDiscovery, serviceFault } from './availability.ts';
import { AggregationMetrics } from './metrics.ts';
import { proxyToRemote } from './proxy.ts';
import { type ConnectRemote, type RemoteGroupVersion, remoteOf } from './remote-group-version.ts';
import { readOpenApi } from './remote-openapi.ts';
import { RunsByName } from './runs-by-name.ts';

export interface AggregationConfig {
  readonly objects: LiveObjects;
  readonly connect: ConnectRemote;
}

const services: CollectionName = '/services';
const slices: CollectionName = 'discovery.k8s.io/endpointslices';
/** Upstream's informers of the availability controller resync so often; a failed check is repeated sooner. */
const recheckMs = 30_000;
const retryMs = 5000;

export class Aggregation {
  private readonly server: ServerContext;
  private readonly config: AggregationConfig;
  /** By 'group/version'. */
  private readonly remotes = new Map<string, RemoteGroupVersion>();
  private readonly checks: RunsByName;
  /** Apart from the checks: a server that is slow to tell of itself is found missing all the same. */
  private readonly documents: RunsByName;
  private readonly controller = new AbortController();
  private watchesServices = false;
  private changes = 0;
  private readonly metrics: AggregationMetrics;

  constructor(server: ServerContext, config: AggregationConfig, metrics: MetricsRegistry) {
    this.server = server;
    this.config = config;
    this.metrics = new AggregationMetrics(metrics, () => this.stored());
    const { clock } = server.env;
    this.checks = new RunsByName(clock, (name) => this.check(name));
    this.documents = new RunsByName(clock, (name) => this.readDocuments(name));
  }

  /** Resolves when every APIService in the store is known. */
  async start(): Promise<void> {
    const { cache } = this.apiServices;
    await cache.ensureLoaded();
    cache.subscribe(({ current, previous }) => this.update((current ?? previous)?.key ?? '', current?.object));
    for (const { key, object } of cache.slice('', '')) this.update(key, object);
  }

  async close(): Promise<void> {
    this.controller.abort();
    await Promise.all([this.checks.close(), this.documents.close()]);
    for (const { backend } of this.remotes.values()) backend.close();
    this.remotes.clear();
  }

  /** Moves with everything that discovery shows of other servers. */
  get generation(): number {
    return this.changes;
  }

  all(): Iterable<RemoteGroupVersion> {
    return this.remotes.values();
  }

  /** The server for the path; undefined for this one. */
  find(path: string): RemoteGroupVersion | undefined {
    if (this.remotes.size === 0) return undefined;
    const [, root, group, version] = path.split('/', 4);
    if (root === 'openapi') return this.documentOf(path);
    return root === 'apis' && group && version ? this.remotes.get(`${group}/${version}`) : undefined;
  }

  /** Whose OpenAPI v3 document the path is: '/openapi/v3/apis/GROUP/VERSION'. */
  private documentOf(path: string): RemoteGroupVersion | undefined {
    const [, , form, root, group, version] = path.split('/');
    const remote = form === 'v3' && root === 'apis' ? this.remotes.get(`${group}/${version}`) : undefined;
    return remote?.openApi && Object.keys(remote.openApi.v3).length > 0 ? remote : undefined;
  }

  private *stored(): Generator<APIService, void, void> {
    // The collection's name says what its objects are.
    for (const { object } of this.apiServices.cache.slice('', '')) yield object as APIService;
  }

  proxy(remote: RemoteGroupVersion, request: ApiRequest, user: UserInfo): Promise<ApiResponse> {
    return proxyToRemote(remote, request, user, () => this.endpointOf(remote));
  }

  private endpointOf({ service }: RemoteGroupVersion) {
    return serviceEndpoint(this.config.objects, this.server.env.random, service);
  }

  private get apiServices(): Resource {
    const resource = this.server.registry.find('apiregistration.k8s.io', 'v1', 'apiservices');
    assert(resource, 'apiservices are not served');
    return resource;
  }

  private update(name: string, object: KubeObject | undefined): void {
    // 'v1.apps': the name is the version and the group.
    const dot = name.indexOf('.');
    const place = `${name.slice(dot + 1)}/${name.slice(0, dot)}`;
    const previous = this.remotes.get(place);
    const remote = object && remoteOf(object as APIService, previous, this.config.connect);
    if (!remote && !previous) return;
    if (remote) this.remotes.set(place, remote);
    else {
      previous?.backend.close();
      this.remotes.delete(place);
      this.checks.forget(name);
    }
    this.changes++;
    // Its own status comes back here: only what is new is a reason to look.
    if (remote && (!previous || previous.signature !== remote.signature)) this.checks.now(name);
  }

  private async check(name: string): Promise<void> {
    try {
      await this.watchServices();
      const remote = this.named(name);
      if (!remote) return;
      const availability = await this.availabilityOf(remote);
      await this.writeCondition(name, availability);
      const isAvailable = availability.status === 'True';
      if (isAvailable) this.documents.now(name);
      if (this.named(name)) this.checks.later(name, isAvailable ? recheckMs : retryMs);
    } catch (error) {
      if (this.controller.signal.aborted) return;
      this.server.env.log.warn('checking an APIService failed, will retry', { name, error: messageOf(error) });
      this.checks.later(name, retryMs);
    }
  }

  private named(name: string): RemoteGroupVersion | undefined {
    for (const remote of this.remotes.values()) if (remote.name === name) return remote;
    return undefined;
  }

  private async availabilityOf(remote: RemoteGroupVersion): Promise<Availability> {
    const { objects } = this.config;
    const { namespace, name } = remote.service;
    const own = [...objects.list(slices, namespace)].filter(
      ({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === name,
    );
    // The collections' names say what their objects are.
    const service = objects.get(services, namespace, name) as Service | undefined;
    const fault = serviceFault(remote.service, service, own as EndpointSlice[]);
    if (fault) return fault;
    try {
      const resources = await readDiscovery(this.probeOf(remote));
      const isKnown = !resources || JSON.stringify(remote.resources) === JSON.stringify(resources);
      this.remember(remote, isKnown ? {} : { resources });
      return passed;
    } catch (error) {
      return failedDiscovery(error);
    }
  }

  private async readDocuments(name: string): Promise<void> {
    const remote = this.named(name);
    if (!remote) return;
    try {
      const openApi = await readOpenApi(this.probeOf(remote), remote.openApi);
      this.remember(remote, openApi === remote.openApi ? {} : { openApi });
    } catch (error) {
      if (this.controller.signal.aborted) return;
      this.server.env.log.warn('reading OpenAPI of an APIService failed, will retry', {
        name,
        error: messageOf(error),
      });
    }
  }

  private probeOf(remote: RemoteGroupVersion): Probe {
    const { group, version, backend } = remote;
    const endpoint = () => this.endpointOf(remote);
    return { group, version, backend, endpoint, clock: this.server.env.clock, signal: this.controller.signal };
  }

  /** What was learned of the server, unless another was put in its place meanwhile. */
  private remember(
    { name, signature }: RemoteGroupVersion,
    learned: Partial<Pick<RemoteGroupVersion, 'resources' | 'openApi'>>,
  ): void {
    if (Object.keys(learned).length === 0) return;
    for (const [place, remote] of this.remotes) {
      if (remote.name !== name || remote.signature !== signature) continue;
      this.remotes.set(place, { ...remote, ...learned });
      this.changes++;
    }
  }

  /** Only where there is another server: nobody else needs these caches. */
  private async watchServices(): Promise<void> {
    await this.config.objects.load(services, slices);
    if (this.watchesServices) return;
    this.watchesServices = true;
    const listen = (resource: Resource | undefined, serviceOf: (object: KubeObject) => string) => {
      resource?.cache.subscribe(({ current, previous }) => {
        const { object } = current ?? previous ?? {};
        if (!object || this.remotes.size === 0) return;
        const [namespace, name] = [object.metadata?.namespace, serviceOf(object)];
        for (const { service, name: apiService } of this.remotes.values()) {
          if (service.namespace === namespace && service.name === name) this.checks.now(apiService);
        }
      });
    };
    const { registry } = this.server;
    listen(registry.find('', 'v1', 'services'), ({ metadata }) => metadata?.name ?? '');
    listen(
      registry.find('discovery.k8s.io', 'v1', 'endpointslices'),
      ({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] ?? '',
    );
  }

  private async writeCondition(name: string, { status, reason, message }: Availability): Promise<void> {
    const resource = this.apiServices;
    const cached = resource.cache.get(name);
    if (!cached) return;
    const draft = mutableCopy(cached.object) as MutableObject & { status?: APIService['status'] };
    const conditions = draft.status?.conditions ?? [];
    const old = conditions.find(({ type }) => type === 'Available');
    if (old?.status === status && old.reason === reason && old.message === message) return;
    const now = formatTime(this.server.env.clock.now());
    const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? now) : now;
    const condition = { type: 'Available', status, lastTransitionTime, reason, message };
    draft.status = { ...draft.status, conditions: [...conditions.filter((each) => each !== old), condition] };
    const { value } = await encodeForStore(resource, draft);
    const { succeeded } = await this.server.store.put(resource.prefix + name, value, {
      expectedModRevision: cached.revision,
    });
    if (!succeeded) this.checks.now(name);
    else if (status === 'False' && old?.status === 'True') this.metrics.becameUnavailable(name, reason);
  }
}
