/** Which pods are behind a Service, under which ports and addresses: what Endpoints and EndpointSlices both tell. */

import { keyOf } from '#api/object.ts';
import { equalTrees } from '#base/equal.ts';
import { Pods } from '#kinds/core/pod/definition.ts';
import { Services } from '#kinds/core/service/definition.ts';
import type { IPFamily, Pod, Service, ServicePort } from '#kinds/generated/core-v1.ts';
import type { ControllerContext } from '#runtime/controller.ts';
import type { Informer } from '#runtime/informer.ts';
import { selectsByMap } from '../ownership/selector.ts';
import { isPodReady, isPodTerminal } from '../pods/state.ts';

export const headlessLabel = 'service.kubernetes.io/headless';

/** Puts the key of a Service into the queue whenever it, or something that matters of a pod behind it, changes. */
export function watchServicePods(context: ControllerContext): { services: Informer<Service>; pods: Informer<Pod> } {
  const services = context.informers.of(Services);
  const pods = context.informers.of(Pods);
  const enqueue = (service: Service) => context.queue.add(keyOf(service));
  services.addHandler({ onAdd: enqueue, onUpdate: (_, service) => enqueue(service), onDelete: enqueue });
  const enqueueServicesOf = (pod: Pod) => {
    for (const service of services.list(pod.metadata?.namespace)) {
      if (selectsByMap(service.spec?.selector, pod.metadata?.labels)) enqueue(service);
    }
  };
  pods.addHandler({
    onAdd: enqueueServicesOf,
    onUpdate: (old, pod) => {
      const relabeled = !equalTrees(old.metadata?.labels, pod.metadata?.labels);
      if (!relabeled && !endpointChanged(old, pod)) return;
      enqueueServicesOf(pod);
      if (relabeled) enqueueServicesOf(old);
    },
    onDelete: enqueueServicesOf,
  });
  return { services, pods };
}

/** Something changed that an endpoint shows. */
function endpointChanged(old: Pod, pod: Pod): boolean {
  return (
    old.metadata?.deletionTimestamp !== pod.metadata?.deletionTimestamp ||
    isPodReady(old) !== isPodReady(pod) ||
    isPodTerminal(old) !== isPodTerminal(pod) ||
    old.spec?.hostname !== pod.spec?.hostname ||
    old.spec?.subdomain !== pod.spec?.subdomain ||
    podAddresses(old).join() !== podAddresses(pod).join()
  );
}

/** Services whose endpoints somebody else keeps: those without a selector, and names of something outside. */
export function hasOwnEndpoints(service: Service): boolean {
  return service.spec?.selector !== undefined && service.spec.type !== 'ExternalName';
}

/** An empty selector, which only validation-free paths can leave, selects every pod. */
export function podsBehind(service: Service, pods: Informer<Pod>): Pod[] {
  const selector = service.spec?.selector ?? {};
  const inNamespace = pods.list(service.metadata?.namespace);
  if (Object.keys(selector).length === 0) return inNamespace;
  return inNamespace.filter((pod) => selectsByMap(selector, pod.metadata?.labels));
}

/** It has an address and its containers have not ended. */
export function isAddressable(pod: Pod): boolean {
  return !isPodTerminal(pod) && podAddresses(pod).length > 0;
}

export function podAddresses(pod: Pod, family?: IPFamily): string[] {
  const { podIP, podIPs } = pod.status ?? {};
  const all = podIPs?.length ? podIPs.map(({ ip }) => ip) : podIP ? [podIP] : [];
  return family ? all.filter((ip) => familyOf(ip) === family) : all;
}

export function familyOf(ip: string): 'IPv4' | 'IPv6' {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}

/** Families of the Service; without the field the one of its address, and both for a headless one. */
export function familiesOf(service: Service): readonly ('IPv4' | 'IPv6')[] {
  const { ipFamilies = [], clusterIP } = service.spec ?? {};
  const named = ipFamilies.filter((family) => family !== '');
  if (named.length > 0) return named;
  return clusterIP && clusterIP !== 'None' ? [familyOf(clusterIP)] : ['IPv4', 'IPv6'];
}

export function isHeadless(service: Service): boolean {
  return !service.spec?.clusterIP || service.spec.clusterIP === 'None';
}

/** The hostname by which DNS finds the pod under its Service. */
export function hostnameIn(service: Service, pod: Pod): string | undefined {
  return pod.spec?.hostname && pod.spec.subdomain === service.metadata?.name ? pod.spec.hostname : undefined;
}

/** The pod's port behind a Service port: the number, or the container port of that name and protocol (sidecars too). */
export function targetPortOf(pod: Pod, { port, protocol, targetPort = port }: ServicePort): number | undefined {
  if (typeof targetPort === 'number') return targetPort;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const found = container.ports?.find(
      (each) => each.name === targetPort && (each.protocol ?? 'TCP') === (protocol ?? 'TCP'),
    );
    if (found) return found.containerPort;
  }
  return undefined;
}
