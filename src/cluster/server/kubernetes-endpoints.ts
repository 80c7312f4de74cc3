/**
 * Endpoints of the Service default/kubernetes: the addresses that the API servers listen on. Servers that share a store each keep a key there
 * that ends by itself when its server does no longer renew it, and write the endpoints of all keys; so a server that died disappears, and one that ends
 * takes its own address away (upstream: pkg/controlplane/reconcilers/lease.go). A server that has its store for itself is the only one and keeps
 * no key.
 *
 * Upstream's servers share one port. Here they may differ (several on one machine): addresses of one port are one subset, and one EndpointSlice.
 */

import type { ResourceDefinition } from '#api/definition.ts';
import { isAlreadyExists, isConflict, isNotFound } from '#api/errors.ts';
import type { KubeObject } from '#api/object.ts';
import { isAborted, sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { equalTrees } from '#base/equal.ts';
import { messageOf } from '#base/errors.ts';
import type { Client } from '#client/client.ts';
import { Endpoints } from '#kinds/core/endpoints/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { Endpoints as EndpointsObject } from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { Store } from '#store/store.ts';

/** Where an API server can be reached from every node and pod. */
export interface ServerAddress {
  readonly ip: string;
  readonly port: number;
}

export interface KubernetesEndpointsConfig {
  readonly env: Env;
  readonly store: Store;
  readonly client: Client;
  readonly own: ServerAddress;
}

const leasePrefix = '/registry/masterleases/';
/** Upstream's DefaultEndpointReconcilerTTL and DefaultEndpointReconcilerInterval. */
const leaseSeconds = 15;
const intervalMs = 10_000;
const attempts = 5;

const name = 'kubernetes';
const namespace = 'default';
const sliceLabel = 'kubernetes.io/service-name';

/** Resolves when the endpoints name this server; `stopped` resolves after the signal, when they do no longer. */
export async function keepKubernetesEndpoints(
  config: KubernetesEndpointsConfig,
  signal: AbortSignal,
): Promise<{ readonly stopped: Promise<void> }> {
  const { store, client, own } = config;
  if (!store.shared) {
    await writeEndpoints(client, [own]);
    return { stopped: Promise.resolve() };
  }
  await reconcile(config);
  return { stopped: renewUntil(config, signal) };
}

async function reconcile({ store, client, own }: KubernetesEndpointsConfig): Promise<void> {
  await store.put(leaseKey(own), encoder.encode(JSON.stringify(own)), { ttlSeconds: leaseSeconds });
  await writeEndpoints(client, await listServers(store));
}

async function renewUntil(config: KubernetesEndpointsConfig, signal: AbortSignal): Promise<void> {
  const { env, store, client, own } = config;
  const tried = async (what: string, run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      env.log.warn(what, { error: messageOf(error) });
    }
  };
  while (!signal.aborted) {
    try {
      await sleep(env.clock, intervalMs, signal);
    } catch (error) {
      if (isAborted(error)) break;
      throw error;
    }
    await tried('the endpoints of this API server were not renewed, will retry', () => reconcile(config));
  }
  await tried('the endpoints of this API server were not removed', async () => {
    await store.delete(leaseKey(own));
    const others = await listServers(store);
    // The last one stays: clients that come before its next start wait for an address that is right again then.
    if (others.length > 0) await writeEndpoints(client, others);
  });
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function leaseKey({ ip, port }: ServerAddress): string {
  return `${leasePrefix}${ip}:${port}`;
}

async function listServers(store: Store): Promise<readonly ServerAddress[]> {
  const { entries } = await store.list({ prefix: leasePrefix });
  return entries.map(({ value }) => JSON.parse(decoder.decode(value)) as ServerAddress);
}

async function writeEndpoints(client: Client, servers: readonly ServerAddress[]): Promise<void> {
  await ensure(client, Endpoints, planEndpoints(servers), (current, wanted) =>
    equalTrees(current.subsets, wanted.subsets),
  );
  const slices = planSlices(servers);
  for (const slice of slices) {
    await ensure(
      client,
      EndpointSlices,
      slice,
      (current, wanted) => equalTrees(current.endpoints, wanted.endpoints) && equalTrees(current.ports, wanted.ports),
    );
  }
  const { items } = await client.list(EndpointSlices, { namespace, labelSelector: `${sliceLabel}=${name}` });
  const wanted = new Set(slices.map(({ metadata }) => metadata?.name));
  for (const { metadata } of items) {
    if (wanted.has(metadata?.name)) continue;
    await client.delete(EndpointSlices, { namespace, name: metadata?.name ?? '' }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
}

/** Addresses by port, in the order of ports and addresses. */
function byPort(servers: readonly ServerAddress[]): readonly (readonly [port: number, ips: readonly string[]])[] {
  const ports = Map.groupBy(servers, ({ port }) => port);
  return [...ports]
    .sort(([a], [b]) => a - b)
    .map(([port, found]) => [port, [...new Set(found.map(({ ip }) => ip))].sort()] as const);
}

export function planEndpoints(servers: readonly ServerAddress[]): EndpointsObject {
  return {
    metadata: { name, namespace, labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: byPort(servers).map(([port, ips]) => ({
      addresses: ips.map((ip) => ({ ip })),
      ports: [{ name: 'https', port, protocol: 'TCP' }],
    })),
  };
}

/** Upstream's name for the first port, which is the only one where all servers have the same. */
export function planSlices(servers: readonly ServerAddress[]): readonly EndpointSlice[] {
  return byPort(servers).map(([port, ips], position) => ({
    metadata: { name: position === 0 ? name : `${name}-${port}`, namespace, labels: { [sliceLabel]: name } },
    addressType: 'IPv4',
    endpoints: ips.map((ip) => ({ addresses: [ip], conditions: { ready: true } })),
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  }));
}

/** Creates the object, or replaces one that says something else; another server may write it at the same time. */
async function ensure<T extends KubeObject>(
  client: Client,
  definition: ResourceDefinition<T>,
  wanted: T,
  isCurrent: (current: T, wanted: T) => boolean,
): Promise<void> {
  const target = { namespace, name: wanted.metadata?.name ?? '' };
  for (let attempt = 1; ; attempt++) {
    try {
      const current = await client.get(definition, target).catch((error: unknown) => {
        if (isNotFound(error)) return undefined;
        throw error;
      });
      if (!current) await client.create(definition, wanted);
      else if (!isCurrent(current, wanted)) {
        const metadata = {
          ...current.metadata,
          ...wanted.metadata,
          resourceVersion: current.metadata?.resourceVersion,
        };
        await client.update(definition, { ...current, ...wanted, metadata });
      }
      return;
    } catch (error) {
      if (attempt === attempts || !(isConflict(error) || isAlreadyExists(error) || isNotFound(error))) throw error;
    }
  }
}
