/**
 * The EndpointSlices that a Service should have, from those that it has (upstream's k8s.io/endpointslice).
 *
 * One set of slices per address family and per list of ports (named target ports may differ between pods). Endpoints stay in the
 * slice they are in; new ones fill slices that change anyway, then the fullest unchanged slice that takes all of them, then new
 * slices: few writes matter more than full slices, because every write of a slice goes to every node. A family without endpoints
 * has one empty slice, so that consumers can tell "none" from "not known yet".
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

export const managedByLabel = 'endpointslice.kubernetes.io/managed-by';
export const serviceNameLabel = 'kubernetes.io/service-name';
export const controllerName = 'endpointslice-controller.k8s.io';

/** Upstream's --max-endpoints-per-slice. */
export const maxEndpointsPerSlice = 100;

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
}

type Family = 'IPv4' | 'IPv6';

interface Changes {
  create: EndpointSlice[];
  update: EndpointSlice[];
  delete: EndpointSlice[];
}

export function planEndpointSlices(input: EndpointSliceInput): EndpointSlicePlan {
  const families = familiesOf(input.service);
  const unknownNodes = new Set<string>();
  const total: Changes = {
    create: [],
    update: [],
    delete: input.slices.filter((slice) => !families.includes(slice.addressType as Family)),
  };
  for (const family of families) {
    const changes = planFamily(input, family, unknownNodes);
    reuseDeleted(changes, input.service);
    total.create.push(...changes.create);
    total.update.push(...changes.update);
    total.delete.push(...changes.delete);
  }
  return { ...total, unknownNodes: [...unknownNodes] };
}

function planFamily(input: EndpointSliceInput, family: Family, unknownNodes: Set<string>): Changes {
  const { service } = input;
  const existing = input.slices.filter(({ addressType }) => addressType === family);
  const owned = existing.filter((slice) => isOwnedBy(slice, service));
  const changes: Changes = { create: [], update: [], delete: existing.filter((slice) => !owned.includes(slice)) };
  const wanted = wantedByPorts(input, family, unknownNodes);
  for (const [portsKey, { ports, endpoints }] of wanted) {
    const slices = owned.filter((slice) => keyOfPorts(slice.ports ?? []) === portsKey);
    const part = planPorts(service, family, slices, ports, endpoints);
    changes.create.push(...part.create);
    changes.update.push(...part.update);
    changes.delete.push(...part.delete);
  }
  changes.delete.push(...owned.filter((slice) => !wanted.has(keyOfPorts(slice.ports ?? []))));
  if (changes.delete.length === existing.length && changes.create.length === 0) {
    const placeholder = newSlice(service, family, [], []);
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

/** Fits the wanted endpoints of one list of ports into its slices. Takes them out of `endpoints` as it goes. */
function planPorts(
  service: Service,
  family: Family,
  slices: readonly EndpointSlice[],
  ports: readonly EndpointPort[],
  endpoints: Map<string, Endpoint>,
): Changes {
  const changes: Changes = { create: [], update: [], delete: [] };
  const unchanged: EndpointSlice[] = [];
  for (const slice of slices) {
    const kept: Endpoint[] = [];
    let changed = false;
    for (const endpoint of slice.endpoints ?? []) {
      const identity = identityOf(endpoint);
      const next = endpoints.get(identity);
      if (!next) continue;
      endpoints.delete(identity);
      kept.push(next);
      changed ||= !equalTrees(next, endpoint);
    }
    const labels = labelsOf(service);
    changed ||= kept.length !== (slice.endpoints?.length ?? 0);
    if (changed && kept.length === 0) changes.delete.push(slice);
    else if (changed || !equalTrees(slice.metadata?.labels, labels))
      changes.update.push(withContent(slice, kept, labels));
    else unchanged.push(slice);
  }

  // Slices that are written anyway take what they can, the fullest first.
  const waiting = [...endpoints.values()];
  changes.update = changes.update
    .toSorted((a, b) => (b.endpoints?.length ?? 0) - (a.endpoints?.length ?? 0))
    .map((slice) => fill(slice, waiting));
  while (waiting.length > 0) {
    const partner = fullestWithRoom(unchanged, waiting.length);
    if (partner) {
      unchanged.splice(unchanged.indexOf(partner), 1);
      changes.update.push(fill(partner, waiting));
    } else changes.create.push(fill(newSlice(service, family, ports, []), waiting));
  }
  return changes;
}

/** The slice that has the least room left after it has taken `count` more; undefined when none can take them all. */
function fullestWithRoom(slices: readonly EndpointSlice[], count: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  for (const slice of slices) {
    const size = slice.endpoints?.length ?? 0;
    if (size + count <= maxEndpointsPerSlice && size > 0 && size > (best?.endpoints?.length ?? 0)) best = slice;
  }
  return best;
}

function fill(slice: EndpointSlice, waiting: Endpoint[]): EndpointSlice {
  const endpoints = slice.endpoints ?? [];
  const taken = waiting.splice(0, maxEndpointsPerSlice - endpoints.length);
  return taken.length === 0 ? slice : { ...slice, endpoints: [...endpoints, ...taken] };
}

/** A slice to create takes over the name of one to delete: one write instead of two, and no moment without either. */
function reuseDeleted(changes: Changes, service: Service): void {
  for (const slice of [...changes.delete]) {
    const replacement = isOwnedBy(slice, service) ? changes.create.pop() : undefined;
    if (!replacement) continue;
    changes.delete.splice(changes.delete.indexOf(slice), 1);
    const metadata = { ...replacement.metadata, generateName: undefined, name: slice.metadata?.name };
    changes.update.push({ ...replacement, metadata });
  }
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

/** Equal for equal lists of ports in any order. */
function keyOfPorts(ports: readonly EndpointPort[]): string {
  return ports
    .map(({ name, port, protocol, appProtocol }) => [name, port, protocol, appProtocol].join('/'))
    .sort()
    .join(',');
}

/** What makes an endpoint the same one although its state changed. */
function identityOf({ addresses, hostname, targetRef }: Endpoint): string {
  return [addresses.toSorted().join(','), hostname, targetRef?.namespace, targetRef?.name].join('|');
}

function isOwnedBy(slice: EndpointSlice, service: Service): boolean {
  return (
    slice.metadata?.ownerReferences?.some(
      ({ uid, kind, apiVersion }) => uid === service.metadata?.uid && kind === 'Service' && apiVersion === 'v1',
    ) ?? false
  );
}

function newSlice(
  service: Service,
  addressType: Family,
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
): EndpointSlice {
  const { name = '', namespace } = service.metadata ?? {};
  return {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: labelsOf(service),
      ownerReferences: [newControllerRef(Services, service)],
    },
    addressType,
    endpoints,
    ports,
  };
}

function withContent(
  slice: EndpointSlice,
  endpoints: readonly Endpoint[],
  labels: Readonly<Record<string, string>>,
): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, labels }, endpoints };
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
