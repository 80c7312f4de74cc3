/**
 * The service proxy of a node: watches Services and EndpointSlices, keeps the service map and hands it to a data plane.
 *
 * Loop: informer handlers mark the Service of what changed; one task at a time recomputes the marked ones and applies the map. While
 * it applies, further changes gather, so a burst costs one more application and not one each.
 */

import { keyOf } from '#api/object.ts';
import { isAborted, sleep } from '#base/abort.ts';
import type { Env } from '#base/env.ts';
import { messageOf } from '#base/errors.ts';
import { Services } from '#kinds/core/service/definition.ts';
import { EndpointSlices } from '#kinds/discovery/endpoint-slice/definition.ts';
import type { Service } from '#kinds/generated/core-v1.ts';
import type { EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import type { Component } from '#runtime/component.ts';
import { Informers } from '#runtime/informer.ts';
import type { DataPlane } from './data-plane.ts';
import type { ProxyMetrics } from './metrics.ts';
import { clusterIPsOf, type Frontend, frontendKey, frontendsOf, isProxied, serviceNameLabel } from './service-map.ts';

export interface ProxyConfig {
  readonly nodeName: string;
  readonly dataPlane: DataPlane;
  /** Shared with other components of the process; the proxy makes its own when absent. */
  readonly informers?: Informers;
  /** Absent: nothing is measured. */
  readonly metrics?: ProxyMetrics;
}

/** When what a slice follows from happened, as its controller writes it. */
const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Before the data plane is tried again after a failure. */
const retryMs = 1000;

export const proxy: Component<ProxyConfig> = {
  name: 'kube-proxy',
  async start({ env, client, config }, signal) {
    const informers = config.informers ?? new Informers(client, env, signal);
    const services = informers.of(Services);
    const slices = informers.of(EndpointSlices);
    slices.addIndex('service', (slice) => {
      const name = slice.metadata?.labels?.[serviceNameLabel];
      return name ? [`${slice.metadata?.namespace}/${name}`] : [];
    });
    const state = new ServiceState(config.nodeName);
    const dirty = new Set<string>();
    let isSynced = false;
    let wake: (() => void) | undefined;
    const mark = (key: string | undefined) => {
      if (!key) return;
      dirty.add(key);
      wake?.();
    };
    const { metrics } = config;
    const markService = (service: Service) => {
      metrics?.serviceChanged();
      mark(keyOf(service));
    };
    const markSlice = (slice: EndpointSlice) => {
      const name = slice.metadata?.labels?.[serviceNameLabel];
      mark(name && `${slice.metadata?.namespace}/${name}`);
    };
    services.addHandler({ onAdd: markService, onUpdate: (_, service) => markService(service), onDelete: markService });
    const seen = (slice: EndpointSlice, old?: EndpointSlice) => {
      const trigger = slice.metadata?.annotations?.[triggerTime];
      metrics?.endpointsChanged(trigger === old?.metadata?.annotations?.[triggerTime] ? undefined : trigger);
    };
    slices.addHandler({
      // What was there at the start changed at some time before: that is no time that programming took.
      onAdd: (slice) => {
        seen(slice, isSynced ? undefined : slice);
        markSlice(slice);
      },
      onUpdate: (old, slice) => {
        seen(slice, old);
        markSlice(old);
        markSlice(slice);
      },
      onDelete: (slice) => {
        seen(slice, slice);
        markSlice(slice);
      },
    });
    signal.addEventListener('abort', () => wake?.(), { once: true });
    // Programming before both are known would cut off services that work.
    await Promise.all([services.whenSynced(signal), slices.whenSynced(signal)]);
    isSynced = true;

    const synchronise = async () => {
      for (const key of dirty) state.set(key, services.get(key), slices.byIndex('service', key));
      dirty.clear();
      const done = metrics?.begin();
      await applyUntilDone(config.dataPlane, state, env, signal, metrics);
      if (!signal.aborted) done?.();
    };
    await synchronise();
    const run = async () => {
      while (!signal.aborted) {
        if (dirty.size === 0) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else {
          await synchronise();
        }
      }
    };
    return {
      stopped: run().catch((error: unknown) => {
        if (!isAborted(error)) throw error;
      }),
    };
  },
};

async function applyUntilDone(
  dataPlane: DataPlane,
  state: ServiceState,
  env: Env,
  signal: AbortSignal,
  metrics: ProxyMetrics | undefined,
): Promise<void> {
  for (;;) {
    try {
      await dataPlane.apply(state.snapshot(), signal);
      return;
    } catch (error) {
      if (signal.aborted) return;
      metrics?.failed();
      env.log.error('services could not be programmed, will retry', { error: messageOf(error) });
      await sleep(env.clock, retryMs, signal).catch(() => {});
    }
  }
}

/** The service map by Service, so that a change touches only its own frontends. */
class ServiceState {
  private readonly nodeName: string;
  private readonly byService = new Map<
    string,
    { readonly frontends: readonly Frontend[]; readonly ips: readonly string[] }
  >();

  constructor(nodeName: string) {
    this.nodeName = nodeName;
  }

  set(key: string, service: Service | undefined, slices: readonly EndpointSlice[]): void {
    if (!service || !isProxied(service)) this.byService.delete(key);
    else {
      const frontends = frontendsOf(service, slices, this.nodeName, 'IPv4');
      this.byService.set(key, { frontends, ips: clusterIPsOf(service, 'IPv4') });
    }
  }

  snapshot() {
    const frontends = new Map<string, Frontend>();
    const clusterIPs = new Set<string>();
    for (const service of this.byService.values()) {
      for (const frontend of service.frontends) frontends.set(frontendKey(frontend.match, frontend.protocol), frontend);
      for (const ip of service.ips) clusterIPs.add(ip);
    }
    return { frontends, clusterIPs };
  }
}
