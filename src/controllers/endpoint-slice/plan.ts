/**
 * The EndpointSlices that a Service should have, from those that it has (upstream's k8s.io/endpointslice).
 *
 * One set of slices per address family and per list of ports (named target ports may differ between pods), packed as packing.ts
 * says. A family without endpoints has one empty slice, so that consumers can tell "none" from "not known yet".
 */

import { equalTrees } from '#base/equal.ts';
import { Services } from '#kinds/core/service/definition.ts';
import type { Pod, Service } from '#kinds/generated/core-v1.ts';
import type { Endpoint, EndpointHints, EndpointPort, EndpointSlice } from '#kinds/generated/discovery-v1.ts';
import { newControllerRef } from '../ownership/controller-ref.ts';
import { isPodReady } from '../pods/state.ts';
import {
  familiesOf,
  headlessLabel,
  hostnameIn,
  isAddressable,
  isHeadless,
  podAddresses,
  targetPortOf,
} from '../service-pods/service-pods.ts';
import { withTriggerTime } from '../service-pods/trigger-time.ts';
import { identityOf, keyOfPorts, packEndpoints, reuseDeleted, type SliceChanges } from './packing.ts';

export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const serviceNameLabel = 'kubernetes.io/service-name';
export const controllerName = 'endpointslice-controller.k8s.io';

export interface EndpointSlicePlan {
  readonly create: readonly EndpointSlice[];
  readonly update: readonly EndpointSlice[];
  readonly delete: readonly EndpointSlice[];
  /** Nodes that pods name and we do not know (yet): those pods are left out. */
  readonly unknownNodes: readonly string[];
}

export interface EndpointSliceInput {
  readonly service: Service;
  /** Pods that the Service selects. */
  readonly pods: readonly Pod[];
  /** Slices of the Service that this controller manages and that are not being deleted. */
  readonly slices: readonly EndpointSlice[];
  /** The zone label of a node ('' without one); undefined when there is no such node. */
  readonly zoneOf: (nodeName: string) => string | undefined;
  /** When what is written now has happened. */
  readonly triggerTime?: string | undefined;
}

type Family = 'IPv4' | 'IPv6';

export function planEndpointSlices(input: EndpointSliceInput): EndpointSlicePlan {
  const families = familiesOf(input.service);
  const unknownNodes = new Set<string>();
  const total: SliceChanges = {
    create: [],
    update: [],
    delete: input.slices.filter((slice) => !families.includes(slice.addressType as Family)),
  };
  for (const family of families) {
    const changes = planFamily(input, family, unknownNodes);
    reuseDeleted(changes, (slice) => isOwnedBy(slice, input.service));
    total.create.push(...changes.create);
    total.update.push(...changes.update);
    total.delete.push(...changes.delete);
  }
  const stamped = (slice: EndpointSlice): EndpointSlice => {
    const { annotations: current, ...metadata } = slice.metadata ?? {};
    const annotations = withTriggerTime(current, input.triggerTime);
    return { ...slice, metadata: { ...metadata, ...(annotations ? { annotations } : {}) } };
  };
  return {
    create: total.create.map(stamped),
    update: total.update.map(stamped),
    delete: total.delete,
    unknownNodes: [...unknownNodes],
  };
}

function planFamily(input: EndpointSliceInput, family: Family, unknownNodes: Set<string>): SliceChanges {
  const { service } = input;
  const existing = input.slices.filter(({ addressType }) => addressType === family);
  const owned = existing.filter((slice) => isOwnedBy(slice, service));
  const changes: SliceChanges = { create: [], update: [], delete: existing.filter((slice) => !owned.includes(slice)) };
  const wanted = wantedByPorts(input, family, unknownNodes);
  for (const [portsKey, { ports, endpoints }] of wanted) {
    const slices = owned.filter((slice) => keyOfPorts(slice.ports) === portsKey);
    const part = packEndpoints(slices, endpoints, newSlice(service, family, ports));
    changes.create.push(...part.create);
    changes.update.push(...part.update);
    changes.delete.push(...part.delete);
  }
  changes.delete.push(...owned.filter((slice) => !wanted.has(keyOfPorts(slice.ports))));
  if (changes.delete.length === existing.length && changes.create.length === 0) {
    const placeholder = newSlice(service, family, []);
    const only = changes.delete[0];
    if (changes.delete.length === 1 && only && isSameContent(only, placeholder)) changes.delete = [];
    else changes.create.push(placeholder);
  }
  return changes;
}

interface Wanted {
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Map<string, Endpoint>;
}

function wantedByPorts(input: EndpointSliceInput, family: Family, unknownNodes: Set<string>): Map<string, Wanted> {
  const { service } = input;
  const wanted = new Map<string, Wanted>();
  for (const pod of input.pods) {
    if (!isAddressable(pod)) continue;
    const ports = portsOf(service, pod);
    const key = keyOfPorts(ports);
    let group = wanted.get(key);
    if (!group) {
      group = { ports, endpoints: new Map() };
      wanted.set(key, group);
    }
    const node = pod.spec?.nodeName ?? '';
    const zone = input.zoneOf(node);
    if (zone === undefined && !service.spec?.publishNotReadyAddresses) {
      unknownNodes.add(node);
      continue;
    }
    const endpoint = endpointOf(service, pod, family, zone);
    if (endpoint.addresses.length > 0) group.endpoints.set(identityOf(endpoint), endpoint);
  }
  return wanted;
}

function endpointOf(service: Service, pod: Pod, family: Family, zone: string | undefined): Endpoint {
  const { metadata, spec } = pod;
  const serving = isPodReady(pod);
  const terminating = metadata?.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses || (serving && !terminating);
  const hostname = hostnameIn(service, pod);
  const hints = ready ? hintsOf(service, spec?.nodeName, zone) : undefined;
  return {
    addresses: podAddresses(pod, family),
    conditions: { ready, serving, terminating },
    ...(hostname ? { hostname } : {}),
    targetRef: { kind: 'Pod', namespace: metadata?.namespace, name: metadata?.name, uid: metadata?.uid },
    ...(spec?.nodeName ? { nodeName: spec.nodeName } : {}),
    ...(zone ? { zone } : {}),
    ...(hints ? { hints } : {}),
  };
}

/** spec.trafficDistribution: which zones and nodes should rather use this endpoint (KEP-2433, KEP-3015). */
function hintsOf(service: Service, node: string | undefined, zone: string | undefined): EndpointHints | undefined {
  const distribution = service.spec?.trafficDistribution;
  const preferNode = distribution === 'PreferSameNode';
  if (!preferNode && distribution !== 'PreferClose' && distribution !== 'PreferSameZone') return undefined;
  const forZones = zone ? [{ name: zone }] : undefined;
  const forNodes = preferNode && node ? [{ name: node }] : undefined;
  if (!forZones && !forNodes) return undefined;
  return { ...(forZones ? { forZones } : {}), ...(forNodes ? { forNodes } : {}) };
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const servicePort of service.spec?.ports ?? []) {
    const port = targetPortOf(pod, servicePort);
    if (port === undefined) continue;
    const { name = '', protocol = 'TCP', appProtocol } = servicePort;
    ports.push({ name, port, protocol, ...(appProtocol ? { appProtocol } : {}) });
  }
  return ports;
}

function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  return (
    slice.metadata?.ownerReferences?.some(
      ({ uid, kind, apiVersion }) => uid === service.metadata?.uid && kind === 'Service' && apiVersion === 'v1',
    ) ?? false
  );
}

function newSlice(service: Service, addressType: Family, ports: readonly EndpointPort[]): EndpointSlice {
  const { name = '', namespace } = service.metadata ?? {};
  return {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: labelsOf(service),
      ownerReferences: [newControllerRef(Services, service)],
    },
    addressType,
    endpoints: [],
    ports,
  };
}

function isSameContent(a: EndpointSlice, b: EndpointSlice): boolean {
  return (
    equalTrees(a.metadata?.labels, b.metadata?.labels) &&
    equalTrees(a.metadata?.ownerReferences, b.metadata?.ownerReferences) &&
    equalTrees(a.endpoints ?? [], b.endpoints ?? []) &&
    equalTrees(a.ports ?? [], b.ports ?? [])
  );
}

/** The Service's own labels and ours; a Service cannot speak for us. */
function labelsOf(service: Service): Readonly<Record<string, string>> {
  const { [headlessLabel]: _, ...labels } = service.metadata?.labels ?? {};
  return {
    ...labels,
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
    [serviceNameLabel]: service.metadata?.name ?? '',
    [managedByLabel]: controllerName,
  };
}
