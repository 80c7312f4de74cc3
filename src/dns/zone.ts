/**
 * The cluster's zone: which records a name has (Kubernetes DNS specification 1.1.0). Pure reads of informer copies; nothing is
 * precomputed, since every answer is two or three map lookups.
 *
 *   SERVICE.NS.svc.ZONE                     cluster IPs, or the endpoints of a headless Service, or a CNAME
 *   HOST.SERVICE.NS.svc.ZONE                one endpoint of a headless Service (its hostname, or its address with dashes)
 *   _PORT._PROTO.SERVICE.NS.svc.ZONE        SRV
 *   1-2-3-4.NS.pod.ZONE                     1.2.3.4
 *   x.y.z.in-addr.arpa, ...ip6.arpa         PTR of cluster IPs and of endpoints of headless Services
 */

import type { Service } from '#kinds/generated/core-v1.ts';
import type { Endpoint, EndpointSlice } from '#kinds/generated/discovery-v1.ts';

export type RecordType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'TXT' | 'SOA' | 'NS' | 'ANY';

/** Owner names are as asked (lower case, no dot at the end). */
export type DnsRecord =
  | { readonly type: 'A' | 'AAAA' | 'PTR' | 'CNAME'; readonly name: string; readonly data: string }
  | { readonly type: 'TXT'; readonly name: string; readonly data: readonly string[] }
  | {
      readonly type: 'SRV';
      readonly name: string;
      readonly data: { readonly priority: 0; readonly weight: number; readonly port: number; readonly target: string };
    };

export interface ZoneAnswer {
  /** `absent`: no such name. `known`: the name exists; no records means none of the type asked. `foreign`: not our zone. */
  readonly status: 'known' | 'absent' | 'foreign';
  readonly answers: readonly DnsRecord[];
  /** Addresses of SRV targets. */
  readonly additionals: readonly DnsRecord[];
}

/** What the zone is read from. Keys are 'namespace/name'. */
export interface ZoneSource {
  service(key: string): Service | undefined;
  slicesOf(serviceKey: string): readonly EndpointSlice[];
  namespaceExists(name: string): boolean;
  /** The Service that has this cluster IP. */
  serviceByIP(ip: string): Service | undefined;
  /** Slices of headless Services that hold this address. */
  slicesByIP(ip: string): readonly EndpointSlice[];
}

const absent: ZoneAnswer = { status: 'absent', answers: [], additionals: [] };
const foreign: ZoneAnswer = { status: 'foreign', answers: [], additionals: [] };
const specificationVersion = '1.1.0';

/** Answers for `name` (lower case, no final dot); `zone` is the cluster domain, usually 'cluster.local'. */
export function lookUp(source: ZoneSource, zone: string, name: string, type: RecordType): ZoneAnswer {
  if (name.endsWith('.in-addr.arpa') || name.endsWith('.ip6.arpa')) return reverse(source, zone, name, type);
  if (name === zone) return known([]);
  if (!name.endsWith(`.${zone}`)) return foreign;
  const labels = name.slice(0, -zone.length - 1).split('.');
  if (labels.length === 1 && labels[0] === 'dns-version') {
    return known(wants(type, 'TXT') ? [{ type: 'TXT', name, data: [specificationVersion] }] : []);
  }
  const branch = labels.pop();
  if (branch === 'svc') return serviceBranch(source, zone, name, labels, type);
  if (branch === 'pod') return podBranch(source, name, labels, type);
  return absent;
}

function known(answers: readonly DnsRecord[], additionals: readonly DnsRecord[] = []): ZoneAnswer {
  return { status: 'known', answers, additionals };
}

function wants(asked: RecordType, type: RecordType): boolean {
  return asked === type || asked === 'ANY';
}

/** `labels` are those before '.svc': [..., service, namespace]. */
function serviceBranch(source: ZoneSource, zone: string, name: string, labels: string[], type: RecordType): ZoneAnswer {
  const namespace = labels.pop();
  if (namespace === undefined) return known([]);
  const serviceName = labels.pop();
  if (serviceName === undefined) return source.namespaceExists(namespace) ? known([]) : absent;
  const key = `${namespace}/${serviceName}`;
  const service = source.service(key);
  if (!service) return absent;
  const base = `${serviceName}.${namespace}.svc.${zone}`;
  const { spec } = service;
  if (spec?.type === 'ExternalName') {
    if (labels.length > 0) return absent;
    return known([{ type: 'CNAME', name, data: (spec.externalName ?? '').replace(/\.$/, '').toLowerCase() }]);
  }
  const headless = spec?.clusterIP === 'None';
  const [first, second] = labels;
  if (labels.length === 2 && first?.startsWith('_') && second?.startsWith('_')) {
    const port = first.slice(1);
    const protocol = second.slice(1).toUpperCase();
    return headless
      ? headlessSrv(readyEndpoints(source, key), name, base, port, protocol, type)
      : clusterSrv(service, name, base, port, protocol, type);
  }
  if (labels.length === 1 && headless) {
    const matching = readyEndpoints(source, key).filter(({ endpoint, ip }) => hostLabel(endpoint, ip) === first);
    return matching.length === 0
      ? absent
      : known(
          addresses(
            name,
            matching.map(({ ip }) => ip),
            type,
          ),
        );
  }
  if (labels.length > 0) return absent;
  if (headless) {
    const ips = readyEndpoints(source, key).map(({ ip }) => ip);
    return ips.length === 0 ? absent : known(addresses(name, ips, type));
  }
  return known(addresses(name, clusterIPs(service), type));
}

function clusterIPs({ spec }: Service): string[] {
  const all =
    spec?.clusterIPs && spec.clusterIPs.length > 0 ? spec.clusterIPs : spec?.clusterIP ? [spec.clusterIP] : [];
  return [...all];
}

function addresses(name: string, ips: readonly string[], type: RecordType): DnsRecord[] {
  const records: DnsRecord[] = [];
  for (const data of new Set(ips)) {
    const family = data.includes(':') ? 'AAAA' : 'A';
    if (wants(type, family)) records.push({ type: family, name, data });
  }
  return records;
}

interface ReadyEndpoint {
  readonly endpoint: Endpoint;
  readonly ip: string;
  readonly slice: EndpointSlice;
}

function readyEndpoints(source: ZoneSource, serviceKey: string): ReadyEndpoint[] {
  const found: ReadyEndpoint[] = [];
  for (const slice of source.slicesOf(serviceKey)) {
    if (slice.addressType === 'FQDN') continue;
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready === false) continue;
      for (const ip of endpoint.addresses ?? []) found.push({ endpoint, ip, slice });
    }
  }
  return found;
}

/** The name of an endpoint below its headless Service. */
function hostLabel(endpoint: Endpoint, ip: string): string {
  return endpoint.hostname || ip.replaceAll(/[.:]/g, '-');
}

function clusterSrv(
  service: Service,
  name: string,
  base: string,
  port: string,
  protocol: string,
  type: RecordType,
): ZoneAnswer {
  const found = service.spec?.ports?.find(
    (candidate) => candidate.name === port && (candidate.protocol ?? 'TCP') === protocol,
  );
  if (!found) return absent;
  if (!wants(type, 'SRV')) return known([]);
  const data = { priority: 0, weight: 100, port: found.port, target: base } as const;
  return known([{ type: 'SRV', name, data }], addresses(base, clusterIPs(service), 'ANY'));
}

function headlessSrv(
  endpoints: readonly ReadyEndpoint[],
  name: string,
  base: string,
  port: string,
  protocol: string,
  type: RecordType,
): ZoneAnswer {
  const targets = new Map<string, { readonly port: number; readonly ip: string }>();
  for (const { endpoint, ip, slice } of endpoints) {
    for (const candidate of slice.ports ?? []) {
      if (candidate.name !== port || (candidate.protocol ?? 'TCP') !== protocol || !candidate.port) continue;
      targets.set(`${hostLabel(endpoint, ip)}.${base}`, { port: candidate.port, ip });
    }
  }
  if (targets.size === 0) return absent;
  if (!wants(type, 'SRV')) return known([]);
  const weight = Math.max(1, Math.floor(100 / targets.size));
  const answers: DnsRecord[] = [];
  const additionals: DnsRecord[] = [];
  for (const [target, endpoint] of targets) {
    answers.push({ type: 'SRV', name, data: { priority: 0, weight, port: endpoint.port, target } });
    additionals.push(...addresses(target, [endpoint.ip], 'ANY'));
  }
  return known(answers, additionals);
}

/** `labels` are those before '.pod': [address with dashes, namespace]. */
function podBranch(source: ZoneSource, name: string, labels: readonly string[], type: RecordType): ZoneAnswer {
  const namespace = labels.at(-1);
  if (namespace === undefined) return known([]);
  if (!source.namespaceExists(namespace)) return absent;
  if (labels.length === 1) return known([]);
  const ip = labels.length === 2 ? addressOfDashes(labels[0] ?? '') : undefined;
  return ip === undefined ? absent : known(addresses(name, [ip], type));
}

function addressOfDashes(label: string): string | undefined {
  const parts = label.split('-');
  if (parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255))
    return parts.join('.');
  const v6 = parts.join(':');
  const complete = parts.length === 8 || (parts.length < 8 && label.includes('--'));
  return complete && /^[0-9a-f:]+$/.test(v6) ? v6 : undefined;
}

function reverse(source: ZoneSource, zone: string, name: string, type: RecordType): ZoneAnswer {
  const ip = addressOfReverse(name);
  if (ip === undefined) return foreign;
  const service = source.serviceByIP(ip);
  const targets: string[] = [];
  if (service) targets.push(`${service.metadata?.name}.${service.metadata?.namespace}.svc.${zone}`);
  else {
    for (const slice of source.slicesByIP(ip)) {
      const owner = slice.metadata?.labels?.['kubernetes.io/service-name'];
      for (const endpoint of slice.endpoints ?? []) {
        if (!owner || !endpoint.addresses?.includes(ip) || endpoint.conditions?.ready === false) continue;
        targets.push(`${hostLabel(endpoint, ip)}.${owner}.${slice.metadata?.namespace}.svc.${zone}`);
      }
    }
  }
  if (targets.length === 0) return foreign;
  return known(wants(type, 'PTR') ? [...new Set(targets)].map((data) => ({ type: 'PTR', name, data })) : []);
}

function addressOfReverse(name: string): string | undefined {
  if (name.endsWith('.in-addr.arpa')) {
    const parts = name.slice(0, -'.in-addr.arpa'.length).split('.').reverse();
    return parts.length === 4 ? parts.join('.') : undefined;
  }
  const nibbles = name.slice(0, -'.ip6.arpa'.length).split('.').reverse();
  if (nibbles.length !== 32) return undefined;
  return compressIPv6(nibbles.join('').match(/.{4}/g) ?? []);
}

/** Eight groups of four digits to the canonical text of RFC 5952. */
function compressIPv6(groups: readonly string[]): string {
  const plain = groups.map((group) => group.replace(/^0{1,3}/, ''));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < plain.length; start++) {
    let length = 0;
    while (plain[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start < 0) return plain.join(':');
  return `${plain.slice(0, best.start).join(':')}::${plain.slice(best.start + best.length).join(':')}`;
}
