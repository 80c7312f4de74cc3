/**
 * The EndpointSlices that mirror an Endpoints object which somebody keeps by hand, for a Service without a selector (upstream's
 * pkg/controller/endpointslicemirroring): proxies and DNS read only slices.
 */

import { Endpoints as EndpointsDefinition } from '#kinds/core/endpoints/definition.ts';
import type { EndpointAddress, Endpoints, Service } from '#kinds/generated/core-v1.ts';
import type { Endpoint, EndpointPort, EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import { identityOf, keyOfPorts, packEndpoints, reuseDeleted, type SliceChanges } from '../endpoint-slice/packing.ts';
import { managedByLabel, serviceNameLabel } from '../endpoint-slice/plan.ts';
import { newControllerRef } from '../ownership/controller-ref.ts';
import { familyOf } from '../service-pods/service-pods.ts';
import { triggerTimeAnnotation } from '../service-pods/trigger-time.ts';

export const controllerName = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** Addresses of one subset that are mirrored, at most. */
const maxPerSubset = 1000;

/** Somebody's own Endpoints, of a Service that has none from us. */
export function shouldMirror(endpoints: Endpoints, service: Service | undefined): boolean {
  const { labels, annotations } = endpoints.metadata ?? {};
  if (labels?.[skipLabel] === 'true' || annotations?.[leaderAnnotation] !== undefined) return false;
  return service !== undefined && service.spec?.selector === undefined;
}

export function planMirror(endpoints: Endpoints, slices: readonly EndpointSlice[]): SliceChanges {
  const groups = new Map<
    string,
    { family: 'IPv4' | 'IPv6'; ports: EndpointPort[]; endpoints: Map<string, Endpoint> }
  >();
  for (const { addresses = [], notReadyAddresses = [], ports: subsetPorts = [] } of endpoints.subsets ?? []) {
    const ports = subsetPorts.map(({ name = '', port, protocol = 'TCP', appProtocol }) => ({
      name,
      port,
      protocol,
      ...(appProtocol ? { appProtocol } : {}),
    }));
    const all = [
      ...addresses.map((address) => endpointOf(address, true)),
      ...notReadyAddresses.map((address) => endpointOf(address, false)),
    ];
    for (const endpoint of all.slice(0, maxPerSubset)) {
      const family = familyOf(endpoint.addresses[0] ?? '');
      const key = `${family} ${keyOfPorts(ports)}`;
      const group = groups.get(key) ?? { family, ports, endpoints: new Map() };
      group.endpoints.set(identityOf(endpoint), endpoint);
      groups.set(key, group);
    }
  }
  const keyOf = (slice: EndpointSlice) => `${slice.addressType} ${keyOfPorts(slice.ports)}`;
  const changes: SliceChanges = { create: [], update: [], delete: slices.filter((slice) => !groups.has(keyOf(slice))) };
  for (const [key, group] of groups) {
    const fresh = newSlice(endpoints, group.family, group.ports);
    const part = packEndpoints(
      slices.filter((slice) => keyOf(slice) === key),
      group.endpoints,
      fresh,
    );
    changes.create.push(...part.create);
    changes.update.push(...part.update);
    changes.delete.push(...part.delete);
  }
  // The address type of a slice cannot change, so only slices of one family can take over a name.
  const families = new Set(changes.create.map(({ addressType }) => addressType));
  if (families.size === 1) reuseDeleted(changes, ({ addressType }) => families.has(addressType));
  return changes;
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname ? { hostname } : {}),
    ...(targetRef ? { targetRef } : {}),
    ...(nodeName ? { nodeName } : {}),
  };
}

function newSlice(endpoints: Endpoints, addressType: 'IPv4' | 'IPv6', ports: readonly EndpointPort[]): EndpointSlice {
  const { name = '', namespace, labels, annotations } = endpoints.metadata ?? {};
  const { [lastAppliedAnnotation]: _, [triggerTimeAnnotation]: __, ...copied } = annotations ?? {};
  return {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: controllerName },
      ...(Object.keys(copied).length > 0 ? { annotations: copied } : {}),
      ownerReferences: [newControllerRef(EndpointsDefinition, endpoints)],
    },
    addressType,
    endpoints: [],
    ports,
  };
}
