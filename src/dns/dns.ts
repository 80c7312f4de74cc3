/**
 * Cluster DNS on every node: answers from informer copies of Services, EndpointSlices and Namespaces, so a change is visible as
 * soon as its watch event is here. Pods reach it by the cluster IP of kube-system/kube-dns.
 */

import { keyOf } from '#api/object.ts';
import { isAborted } from '#base/abort.ts';
import { Namespaces } from '#kinds/core/namespace/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { Component } from '#runtime/component.ts';
import { Informers } from '#runtime/informer.ts';
import { createResolver, type Transport } from './resolver.ts';
import type { ZoneSource } from './zone.ts';

/** Port: sockets of the machine. */
export interface DnsListener {
  /** Binds UDP and TCP; every message is given to `answer`, and what it resolves to is sent back. Resolves when bound. */
  listen(
    answer: (message: Uint8Array, transport: Transport) => Promise<Uint8Array | undefined>,
    signal: AbortSignal,
  ): Promise<{ readonly closed: Promise<void> }>;
}

export interface DnsConfig {
  readonly zone: string;
  readonly listener: DnsListener;
  readonly forward?: (query: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;
  readonly informers?: Informers;
}

export const dns: Component<DnsConfig> = {
  name: 'dns',
  async start({ env, client, config }, signal) {
    const informers = config.informers ?? new Informers(client, env, signal);
    const source = zoneSource(informers);
    const resolve = createResolver({
      source,
      zone: config.zone,
      ...(config.forward ? { forward: config.forward } : {}),
    });
    await Promise.all([
      informers.of(Services).whenSynced(signal),
      informers.of(EndpointSlices).whenSynced(signal),
      informers.of(Namespaces).whenSynced(signal),
    ]);
    const { closed } = await config.listener.listen(
      (message, transport) => resolve(message, transport, signal),
      signal,
    );
    return {
      stopped: closed.catch((error: unknown) => {
        if (!isAborted(error)) throw error;
      }),
    };
  },
};

const serviceNameLabel = 'kubernetes.io/service-name';

function zoneSource(informers: Informers): ZoneSource {
  const services = informers.of(Services);
  const slices = informers.of(EndpointSlices);
  const namespaces = informers.of(Namespaces);
  services.addIndex('clusterIP', (service) =>
    (service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? '']).filter((ip) => ip !== 'None'),
  );
  slices.addIndex('service', (slice) => [serviceOf(slice)].filter((key) => key !== ''));
  slices.addIndex('address', (slice) => (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses ?? []));
  const isHeadless = (slice: EndpointSlice) => services.get(serviceOf(slice))?.spec?.clusterIP === 'None';
  return {
    service: (key) => services.get(key),
    slicesOf: (key) => slices.byIndex('service', key),
    namespaceExists: (name) => namespaces.get(name) !== undefined,
    serviceByIP: (ip) => services.byIndex('clusterIP', ip)[0],
    slicesByIP: (ip) => slices.byIndex('address', ip).filter(isHeadless),
  };
}

function serviceOf(slice: EndpointSlice): string {
  const name = slice.metadata?.labels?.[serviceNameLabel];
  return name ? keyOf({ metadata: { namespace: slice.metadata?.namespace, name } }) : '';
}
