/** A pod's resolv.conf by dnsPolicy and dnsConfig (pkg/kubelet/network/dns). */

import type { PodDNSConfig } from '#kinds/generated/core-v1.ts';
import type { DnsConfig } from '../cri/runtime.ts';
import { isHostNetwork, type NodePod } from '../pod/node-pod.ts';

export interface ResolverConfig {
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
}

const maxNameservers = 3;
const maxSearches = 32;
const maxSearchLength = 2048;
const maxNameLength = 253;
const clusterOptions = ['ndots:5'];

/** Reads the node's resolv.conf: nameserver lines add up, of the others the last counts. */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: readonly string[] = [];
  let options: readonly string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...fields] = line.trim().split(/\s+/);
    if (keyword === 'nameserver' && fields[0]) servers.push(fields[0]);
    else if (keyword === 'search')
      searches = fields.filter((field) => field !== '.').map((field) => field.replace(/\.$/, ''));
    else if (keyword === 'options') options = fields;
  }
  return { servers, searches, options };
}

export interface PodResolver {
  readonly config: DnsConfig;
  /** For a DNSConfigForming event, each with upstream's text. */
  readonly warnings: readonly string[];
}

export function podResolver(pod: NodePod, node: DnsConfig, cluster: ResolverConfig): PodResolver {
  const base = baseConfig(pod, node, cluster);
  return fitLimits(pod.spec.dnsConfig ? merged(base, pod.spec.dnsConfig) : base);
}

function baseConfig(pod: NodePod, node: DnsConfig, cluster: ResolverConfig): DnsConfig {
  const policy = pod.spec.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { servers: [], searches: [], options: [] };
  const wantsCluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && !isHostNetwork(pod));
  if (!wantsCluster || cluster.clusterDNS.length === 0) return node;
  const { clusterDomain } = cluster;
  const own = clusterDomain
    ? [`${pod.metadata.namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain]
    : [];
  return { servers: cluster.clusterDNS, searches: unique([...own, ...node.searches]), options: clusterOptions };
}

function merged(base: DnsConfig, own: PodDNSConfig): DnsConfig {
  const options = new Map<string, string>();
  for (const option of base.options) {
    const colon = option.indexOf(':');
    if (colon < 0) options.set(option, '');
    else options.set(option.slice(0, colon), option.slice(colon + 1));
  }
  for (const { name = '', value = '' } of own.options ?? []) options.set(name, value);
  return {
    servers: unique([...base.servers, ...(own.nameservers ?? [])]),
    searches: unique([...base.searches, ...(own.searches ?? [])]),
    options: [...options].map(([name, value]) => (value === '' ? name : `${name}:${value}`)),
  };
}

function fitLimits(config: DnsConfig): PodResolver {
  const warnings: string[] = [];
  let { servers } = config;
  if (servers.length > maxNameservers) {
    servers = servers.slice(0, maxNameservers);
    warnings.push(
      `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${servers.join(' ')}`,
    );
  }
  const searches = config.searches.slice(0, maxSearches).filter((search) => search.length <= maxNameLength);
  while (searches.join(' ').length > maxSearchLength) searches.pop();
  if (searches.length < config.searches.length) {
    warnings.push(
      `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${searches.join(' ')}`,
    );
  }
  return { config: { servers, searches, options: config.options }, warnings };
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
