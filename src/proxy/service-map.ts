/**
 * The service model: from Services and EndpointSlices to "packets for this address and port go to these endpoints". Pure; every
 * programmer of a data plane (nftables first) works from it.
 *
 * Rules follow upstream's proxy (KEP-1669 terminating endpoints, KEP-2086 internal traffic policy, KEP-3015 same-node
 * preference): ready endpoints; when there are none, those that still serve while terminating; with a Local policy only
 * those of this node.
 */

import type { Service, ServicePort } from '#kinds/generated/core-v1.ts';
import type { Endpoint, EndpointSlice } from '#kinds/generated/discovery-v1.ts';

export type TransportProtocol = 'tcp' | 'udp' | 'sctp';

export interface Backend {
  readonly ip: string;
  readonly port: number;
}

/** How a frontend is matched: a virtual address and port, or a port on every address of the node. */
export type Match =
  | { readonly type: 'address'; readonly ip: string; readonly port: number }
  | { readonly type: 'node-port'; readonly port: number };

export interface Frontend {
  readonly match: Match;
  readonly protocol: TransportProtocol;
  /** Sorted, without duplicates; empty means: refuse at once (or drop, see `whenEmpty`). */
  readonly backends: readonly Backend[];
  /** Traffic from outside is rewritten to come from this node, so that the answer finds its way back through it. */
  readonly masquerade: 'always' | 'off-cluster' | 'never';
  /** `drop` where a Local policy leaves the node without endpoints while the cluster has some (a load balancer probes that). */
  readonly whenEmpty: 'reject' | 'drop';
  /** Seconds that a client keeps its endpoint; 0 without affinity. */
  readonly affinitySeconds: number;
  /** 'namespace/name:port', for comments in the data plane and logs. */
  readonly owner: string;
}

export interface ServiceMap {
  /** By `frontendKey`. */
  readonly frontends: ReadonlyMap<string, Frontend>;
  /** Every cluster IP: a port of theirs that is no frontend is refused. */
  readonly clusterIPs: ReadonlySet<string>;
}

export function frontendKey(match: Match, protocol: TransportProtocol): string {
  return match.type === 'address' ? `${match.ip}/${protocol}/${match.port}` : `*/${protocol}/${match.port}`;
}

/** The label by which a slice names its Service (discovery/v1). */
export const serviceNameLabel = 'kubernetes.io/service-name';
/** Services with this label are left to another proxy. */
const serviceProxyNameLabel = 'service.kubernetes.io/service-proxy-name';
const headlessLabel = 'service.kubernetes.io/headless';

export type IpFamily = 'IPv4' | 'IPv6';

/** True for Services that the proxy has anything to do for. */
export function isProxied(service: Service): boolean {
  if (service.metadata?.labels?.[serviceProxyNameLabel] !== undefined) return false;
  return service.spec?.type !== 'ExternalName' && !!service.spec?.clusterIP && service.spec.clusterIP !== 'None';
}

/** The frontends of one Service on the node `nodeName`. `slices` are those of the Service. */
export function frontendsOf(
  service: Service,
  slices: readonly EndpointSlice[],
  nodeName: string,
  family: IpFamily,
): Frontend[] {
  const { spec, metadata } = service;
  if (!spec || !isProxied(service)) return [];
  const affinitySeconds =
    spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) : 0;
  const externalLocal = spec.externalTrafficPolicy === 'Local';
  const frontends: Frontend[] = [];
  for (const port of spec.ports ?? []) {
    const protocol = (port.protocol ?? 'TCP').toLowerCase() as TransportProtocol;
    const owner = `${metadata?.namespace}/${metadata?.name}${port.name ? `:${port.name}` : ''}`;
    const candidates = candidatesOf(port, slices, family);
    const everywhere = usable(candidates);
    const here = usable(candidates.filter(({ endpoint }) => endpoint.nodeName === nodeName));
    const preferHere = spec.trafficDistribution === 'PreferSameNode' && here.length > 0;
    const whole = preferHere ? here : everywhere;
    const internal = spec.internalTrafficPolicy === 'Local' ? here : whole;
    const external = externalLocal ? here : whole;
    const add = (match: Match, backends: readonly Backend[], masquerade: Frontend['masquerade'], local: boolean) =>
      frontends.push({
        match,
        protocol,
        backends,
        masquerade,
        whenEmpty: local && everywhere.length > 0 ? 'drop' : 'reject',
        affinitySeconds,
        owner,
      });
    for (const ip of clusterIPsOf(service, family)) {
      add({ type: 'address', ip, port: port.port }, internal, 'off-cluster', spec.internalTrafficPolicy === 'Local');
    }
    for (const ip of externalAddresses(service, family)) {
      add({ type: 'address', ip, port: port.port }, external, externalLocal ? 'never' : 'always', externalLocal);
    }
    if (port.nodePort) {
      add({ type: 'node-port', port: port.nodePort }, external, externalLocal ? 'never' : 'always', externalLocal);
    }
  }
  return frontends;
}

export function clusterIPsOf(service: Service, family: IpFamily): string[] {
  const { clusterIP, clusterIPs } = service.spec ?? {};
  const all = clusterIPs && clusterIPs.length > 0 ? clusterIPs : clusterIP ? [clusterIP] : [];
  return all.filter((ip) => ip !== 'None' && familyOf(ip) === family);
}

export function familyOf(ip: string): IpFamily {
  return ip.includes(':') ? 'IPv6' : 'IPv4';
}

function externalAddresses(service: Service, family: IpFamily): string[] {
  const ingress = (service.status?.loadBalancer?.ingress ?? [])
    // Proxy mode leaves the address to the load balancer (KEP-1860).
    .filter((entry) => entry.ip && entry.ipMode !== 'Proxy')
    .map((entry) => entry.ip as string);
  return [...new Set([...(service.spec?.externalIPs ?? []), ...ingress])].filter((ip) => familyOf(ip) === family);
}

interface Candidate extends Backend {
  readonly endpoint: Endpoint;
}

/** Endpoints of one service port, whatever their condition. Slices carry resolved numbers under the port's name. */
function candidatesOf(port: ServicePort, slices: readonly EndpointSlice[], family: IpFamily): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    if (slice.addressType !== family || slice.metadata?.labels?.[headlessLabel] !== undefined) continue;
    const target = slice.ports?.find(
      (candidate) =>
        (candidate.name ?? '') === (port.name ?? '') && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP'),
    );
    if (!target?.port) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const ip = endpoint.addresses?.[0];
      if (ip) found.set(`${ip}:${target.port}`, { ip, port: target.port, endpoint });
    }
  }
  return [...found.values()];
}

/** Ready ones, or those that still serve while they terminate. */
function usable(candidates: readonly Candidate[]): Backend[] {
  const ready = candidates.filter(({ endpoint }) => endpoint.conditions?.ready !== false);
  const chosen = ready.length > 0 ? ready : candidates.filter(({ endpoint }) => isServingWhileTerminating(endpoint));
  return chosen
    .map(({ ip, port }) => ({ ip, port }))
    .sort((a, b) => (a.ip === b.ip ? a.port - b.port : a.ip < b.ip ? -1 : 1));
}

function isServingWhileTerminating({ conditions }: Endpoint): boolean {
  return conditions?.terminating === true && conditions.serving !== false;
}
