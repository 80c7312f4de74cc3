/**
 * The three APIs that measure, each another server behind the API server: metrics.k8s.io (CPU and memory of pods), custom.metrics.k8s.io
 * (metrics of pods and other objects), external.metrics.k8s.io (metrics of anything). Failures have the words of upstream's clients.
 */

import { parseDuration } from '#api/duration.ts';
import { isStatusError, isUnexplained, newGenericServerResponse, type ResourceName } from '#api/errors.ts';
import type { ListMeta } from '#api/generated/meta-v1.ts';
import { formatSelector, type Selector } from '#api/label-selector.ts';
import { quantityMillis } from '#api/quantity.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import type { CrossVersionObjectReference } from '#kinds/generated/autoscaling-v2.ts';
import type { PodMetricsList } from '#kinds/generated/metrics-v1beta1.ts';
import type { PodMetric, PodMetrics } from './pod-metrics.ts';

/** A MetricValue of custom.metrics.k8s.io v1beta1 or v1beta2, or an ExternalMetricValue. */
interface MetricValue {
  readonly describedObject?: { readonly name?: string };
  readonly timestamp: string;
  /** v1beta2. */
  readonly windowSeconds?: number;
  /** v1beta1. */
  readonly window?: number;
  readonly value: string;
}

interface MetricValueList {
  readonly metadata?: ListMeta;
  readonly items?: readonly MetricValue[];
}

/** What the API calls a kind's objects: 'deployments.apps'. Throws when it serves none. */
export type ResourceOf = (reference: Pick<CrossVersionObjectReference, 'apiVersion' | 'kind'>) => Promise<string>;

const customGroup = 'custom.metrics.k8s.io';
const externalGroup = 'external.metrics.k8s.io';
/** Newest first. */
const customVersions = [`${customGroup}/v1beta2`, `${customGroup}/v1beta1`];
/** Of custom metrics that name none. */
const defaultWindowMs = 60_000;

export class MetricsClient {
  private readonly client: Client;
  private readonly resourceOf: ResourceOf;

  constructor(client: Client, resourceOf: ResourceOf) {
    this.client = client;
    this.resourceOf = resourceOf;
  }

  /** Of one container of each pod, or of whole pods when `container` is ''. */
  async resource(
    resource: string,
    namespace: string,
    selector: Selector,
    container: string,
    signal: AbortSignal,
  ): Promise<PodMetrics> {
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${encodeURIComponent(namespace)}/pods`;
    const name = { group: 'metrics.k8s.io', resource: 'pods' };
    const query = { labelSelector: formatSelector(selector) };
    const { items = [] } = await api('resource', () => this.read<PodMetricsList>(path, query, name, '', signal));
    if (items.length === 0) throw new Error('no metrics returned from resource metrics API');
    const metrics = new Map<string, PodMetric>();
    for (const { metadata, containers = [], timestamp, window } of items) {
      const counted = container === '' ? containers : containers.filter(({ name: own }) => own === container);
      const usages = counted.map(({ usage }) => usage?.[resource]);
      if (usages.length === 0 || usages.includes(undefined)) continue;
      const value = usages.reduce((sum, usage) => sum + quantityMillis(usage ?? '0'), 0n);
      const windowMs = Number((parseDuration(window) ?? 0n) / 1_000_000n);
      metrics.set(metadata?.name ?? '', { atMs: Date.parse(timestamp), windowMs, value });
    }
    return metrics;
  }

  /** Of the pods that the selector selects. */
  async pods(
    metric: string,
    namespace: string,
    selector: Selector,
    metricSelector: Selector,
    signal: AbortSignal,
  ): Promise<PodMetrics> {
    const query = {
      labelSelector: formatSelector(selector),
      metricLabelSelector: formatSelector(metricSelector),
    };
    const path = ['namespaces', namespace, 'pods', '*', metric];
    const items = await api('custom', () => this.custom(path, query, 'pods', '*', signal));
    if (items.length === 0) throw new Error('no metrics returned from custom metrics API');
    return new Map(
      items.map(({ describedObject, timestamp, windowSeconds, window, value }) => {
        const seconds = windowSeconds ?? window;
        const windowMs = seconds === undefined ? defaultWindowMs : seconds * 1000;
        return [describedObject?.name ?? '', { atMs: Date.parse(timestamp), windowMs, value: quantityMillis(value) }];
      }),
    );
  }

  /** Of an object in the namespace, or of the namespace itself. */
  async object(
    metric: string,
    namespace: string,
    reference: CrossVersionObjectReference,
    metricSelector: Selector,
    signal: AbortSignal,
  ): Promise<bigint> {
    const query = { metricLabelSelector: formatSelector(metricSelector) };
    const isNamespace = reference.kind === 'Namespace' && !(reference.apiVersion ?? '').includes('/');
    return api('custom', async () => {
      const resource = isNamespace ? 'metrics' : await this.resourceOf(reference);
      // A reference names no other namespace than the autoscaler's own.
      const path = ['namespaces', namespace, resource, ...(isNamespace ? [metric] : [reference.name, metric])];
      const items = await this.custom(path, query, resource, isNamespace ? metric : reference.name, signal);
      const [value] = items;
      if (!value || items.length > 1) {
        throw new Error(`the custom metrics API server returned ${items.length} results when we asked for exactly one`);
      }
      return quantityMillis(value.value);
    });
  }

  /** One value for each series that the selector selects. */
  async external(
    metric: string,
    namespace: string,
    selector: Selector,
    signal: AbortSignal,
  ): Promise<readonly bigint[]> {
    const path = `/apis/${externalGroup}/v1beta1/namespaces/${encodeURIComponent(namespace)}/${encodeURIComponent(metric)}`;
    const name = { group: externalGroup, resource: metric };
    const query = { labelSelector: formatSelector(selector) };
    const { items = [] } = await api('external', () => this.read<MetricValueList>(path, query, name, '', signal));
    if (items.length === 0) throw new Error('no metrics returned from external metrics API');
    return items.map(({ value }) => quantityMillis(value));
  }

  private async custom(
    path: readonly string[],
    query: Readonly<Record<string, string>>,
    resource: string,
    name: string,
    signal: AbortSignal,
  ): Promise<readonly MetricValue[]> {
    const version = await this.customVersion(signal);
    const whole = `/apis/${version}/${path.map(encodeURIComponent).join('/')}`;
    const { items } = await this.read<MetricValueList>(whole, query, { group: customGroup, resource }, name, signal);
    return items ?? [];
  }

  /** Asked each time: a server's registration may change, and the answer comes out of memory. */
  private async customVersion(signal: AbortSignal): Promise<string> {
    const { groups = [] } = (await this.client.raw('GET', '/apis', undefined, { signal })) as {
      readonly groups?: readonly ApiGroup[];
    };
    const group = groups.find(({ name }) => name === customGroup);
    if (!group) throw new Error(`no custom metrics API (${customGroup}) registered`);
    const served = [group.preferredVersion, ...(group.versions ?? [])].map((version) => version?.groupVersion ?? '');
    const known = served.find((version) => customVersions.includes(version));
    if (known === undefined) throw new Error('no known available metric versions found');
    return known;
  }

  private async read<T>(
    path: string,
    query: Readonly<Record<string, string>>,
    resource: ResourceName,
    name: string,
    signal: AbortSignal,
  ): Promise<T> {
    const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
    try {
      // The servers are trusted to answer with their own types.
      return (await this.client.raw('GET', search === '' ? path : `${path}?${search}`, undefined, { signal })) as T;
    } catch (error) {
      if (!isStatusError(error) || !isUnexplained(error)) throw error;
      throw newGenericServerResponse(error.code, 'get', resource, name, error.message);
    }
  }
}

interface ApiGroup {
  readonly name?: string;
  readonly preferredVersion?: { readonly groupVersion: string };
  readonly versions?: readonly { readonly groupVersion: string }[];
}

async function api<T>(name: 'resource' | 'custom' | 'external', read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new Error(`unable to fetch metrics from ${name} metrics API: ${messageOf(error)}`, { cause: error });
  }
}
