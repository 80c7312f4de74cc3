/**
 * The Endpoints object of a Service: the older form of its EndpointSlices, one object with all addresses of the Service's first
 * family (upstream's pkg/controller/endpoint). Ports that are served by the same addresses share a subset.
 */

import { equalTrees } from '#base/equal.ts';
import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Endpoints,
  Pod,
  Service,
} from '#kinds/generated/core-v1.ts';
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
import { withoutTriggerTime, withTriggerTime } from '../service-pods/trigger-time.ts';

export const managedByLabel = 'endpoints.kubernetes.io/managed-by';
export const controllerName = 'endpoint-controller';
const overCapacityAnnotation = 'endpoints.kubernetes.io/over-capacity';

/** Addresses in one object; more are cut off and said so in an annotation. */
export const maxCapacity = 1000;

/** The object to write, or undefined when the current one is right. `triggerTime`: when what is written now has happened. */
export function planEndpoints(
  service: Service,
  pods: readonly Pod[],
  current: Endpoints | undefined,
  triggerTime?: string,
): Endpoints | undefined {
  const { subsets, truncated } = truncate(subsetsOf(service, pods));
  const { [headlessLabel]: _, ...serviceLabels } = service.metadata?.labels ?? {};
  const labels = {
    ...serviceLabels,
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
    [managedByLabel]: controllerName,
  };
  const { [overCapacityAnnotation]: __, ...kept } = current?.metadata?.annotations ?? {};
  const annotations = truncated ? { ...kept, [overCapacityAnnotation]: 'truncated' } : kept;
  if (
    current &&
    equalTrees(current.subsets ?? [], subsets) &&
    equalTrees(current.metadata?.labels, labels) &&
    equalTrees(withoutTriggerTime(current.metadata?.annotations) ?? {}, withoutTriggerTime(annotations) ?? {})
  )
    return undefined;
  const { name, namespace } = service.metadata ?? {};
  return {
    ...current,
    metadata: {
      ...current?.metadata,
      name,
      namespace,
      labels,
      annotations: withTriggerTime(annotations, triggerTime),
    },
    subsets: subsets.length > 0 ? subsets : undefined,
  };
}

interface PortGroup {
  readonly port: EndpointPort | undefined;
  readonly ready: Map<string, EndpointAddress>;
  readonly notReady: Map<string, EndpointAddress>;
}

function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const groups = new Map<string, PortGroup>();
  for (const pod of pods) {
    if (!isAddressable(pod)) continue;
    if (pod.metadata?.deletionTimestamp !== undefined && !service.spec?.publishNotReadyAddresses) continue;
    const address = addressOf(service, pod);
    if (!address) continue;
    const ready = service.spec?.publishNotReadyAddresses || isPodReady(pod);
    for (const port of portsOf(service, pod)) {
      const key = port ? [port.name, port.port, port.protocol, port.appProtocol].join('/') : '';
      let group = groups.get(key);
      if (!group) {
        group = { port, ready: new Map(), notReady: new Map() };
        groups.set(key, group);
      }
      (ready ? group.ready : group.notReady).set(`${address.ip}/${address.targetRef?.uid}`, address);
    }
  }
  return mergeByAddresses([...groups.values()]);
}

/** Ports with the same addresses in the same state go together. Sorted, so that equal states are equal objects. */
function mergeByAddresses(groups: readonly PortGroup[]): EndpointSubset[] {
  const subsets = new Map<string, { readonly group: PortGroup; readonly ports: EndpointPort[] }>();
  for (const group of groups) {
    const key = `${[...group.ready.keys()].sort().join(',')}|${[...group.notReady.keys()].sort().join(',')}`;
    const known = subsets.get(key) ?? { group, ports: [] };
    if (group.port) known.ports.push(group.port);
    subsets.set(key, known);
  }
  return [...subsets.entries()]
    .sort(([a], [b]) => compare(a, b))
    .map(([, { group, ports }]) => ({
      ...(group.ready.size > 0 ? { addresses: sortedAddresses(group.ready) } : {}),
      ...(group.notReady.size > 0 ? { notReadyAddresses: sortedAddresses(group.notReady) } : {}),
      ...(ports.length > 0
        ? { ports: ports.toSorted((a, b) => compare(a.name ?? '', b.name ?? '') || a.port - b.port) }
        : {}),
    }));
}

function sortedAddresses(addresses: ReadonlyMap<string, EndpointAddress>): EndpointAddress[] {
  return [...addresses.entries()].sort(([a], [b]) => compare(a, b)).map(([, address]) => address);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const { metadata, spec } = pod;
  const ip = podAddresses(pod, familiesOf(service)[0])[0];
  if (ip === undefined) return undefined;
  const hostname = hostnameIn(service, pod);
  return {
    ip,
    ...(hostname ? { hostname } : {}),
    nodeName: spec?.nodeName,
    targetRef: { kind: 'Pod', namespace: metadata?.namespace, name: metadata?.name, uid: metadata?.uid },
  };
}

/** A headless Service needs no ports; undefined stands for its one subset without any. */
function portsOf(service: Service, pod: Pod): readonly (EndpointPort | undefined)[] {
  const servicePorts = service.spec?.ports ?? [];
  if (servicePorts.length === 0) return isHeadless(service) ? [undefined] : [];
  const ports: EndpointPort[] = [];
  for (const servicePort of servicePorts) {
    const port = targetPortOf(pod, servicePort);
    if (port === undefined) continue;
    const { name, protocol = 'TCP', appProtocol } = servicePort;
    ports.push({ ...(name ? { name } : {}), port, protocol, ...(appProtocol ? { appProtocol } : {}) });
  }
  return ports;
}

/** Cuts to the capacity: ready addresses are worth more than others, and every subset keeps its share. */
function truncate(subsets: readonly EndpointSubset[]): {
  readonly subsets: EndpointSubset[];
  readonly truncated: boolean;
} {
  const count = (list: readonly unknown[] | undefined) => list?.length ?? 0;
  const ready = subsets.reduce((sum, { addresses }) => sum + count(addresses), 0);
  const notReady = subsets.reduce((sum, { notReadyAddresses }) => sum + count(notReadyAddresses), 0);
  if (ready + notReady <= maxCapacity) return { subsets: [...subsets], truncated: false };
  const cutReady = ready > maxCapacity;
  const room = cutReady ? maxCapacity : maxCapacity - ready;
  const total = cutReady ? ready : notReady;
  let left = room;
  const take = (list: readonly EndpointAddress[] | undefined) => {
    const share = Math.min(left, Math.ceil((count(list) / total) * room));
    const taken = list?.slice(0, share) ?? [];
    left -= taken.length;
    return taken.length > 0 ? taken : undefined;
  };
  return {
    subsets: subsets.map((subset) =>
      cutReady
        ? { ...subset, addresses: take(subset.addresses), notReadyAddresses: undefined }
        : { ...subset, notReadyAddresses: take(subset.notReadyAddresses) },
    ),
    truncated: true,
  };
}
