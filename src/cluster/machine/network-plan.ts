/**
 * The network of a cluster on one machine, as a value.
 *
 * Every node is a network namespace whose eth0 is a port of one bridge on the host; the host has the bridge's first address.
 * Pods of node I have the I-th /24 of the pod range, on a bridge cni0 inside the node, and are routed, never translated, between
 * nodes (host-gw). The API server listens on the host; nodes reach it at the bridge's address.
 *
 * Ranges that are not asked for are chosen so that they overlap no route of the host: two clusters, or a cluster and a VPN, live
 * side by side. What was chosen is kept with the cluster and never changes after.
 */

import { Failure } from '../failure.ts';
import { addressAt, formatPrefix, overlaps, type Prefix, parsePrefix, subnetAt } from './ipv4.ts';

export interface NetworkPlan {
  /** Bridge on the host, at most 15 characters like all names of interfaces. */
  readonly bridge: string;
  /** Addresses of the nodes and of the host on the bridge. */
  readonly nodeCidr: string;
  readonly hostAddress: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** The service `kubernetes`: first address of the service range. */
  readonly apiServiceAddress: string;
  /** The service `kube-dns`: tenth address of the service range. */
  readonly dnsServiceAddress: string;
  readonly mtu: number;
}

export interface NodePlan {
  /** 1, 2, ... */
  readonly index: number;
  readonly name: string;
  readonly address: string;
  readonly podCidr: string;
  /** First address of podCidr: cni0. */
  readonly podGateway: string;
  /** Fixed: left to the CNI plugin, a first ADD that fails leaves a bridge without one, and every later ADD fails. */
  readonly podBridgeMac: string;
  /** Name below /run/netns. */
  readonly netns: string;
  /** The host's end of the node's link. */
  readonly link: string;
}

export interface NetworkWishes {
  readonly nodeCidr?: string;
  readonly podCidr?: string;
  readonly serviceCidr?: string;
}

export class NetworkConflict extends Failure {
  override readonly name = 'NetworkConflict';
}

/** A node has address number 10 + I: the low ones are left to the host and to machines that join. */
const firstNodeAddress = 10;
export const maxNodes = 200;

const nodeCandidates = Array.from({ length: 64 }, (_, i) => `10.197.${i}.0/24`);
const podCandidates = Array.from({ length: 12 }, (_, i) => `10.${244 + i}.0.0/16`);
const defaultServiceCidr = '10.96.0.0/12';

/** Plans the network; `hostRoutes` are the destinations of the host's routes (`default` and IPv6 are ignored). */
export function planNetwork(clusterName: string, wishes: NetworkWishes, hostRoutes: readonly string[]): NetworkPlan {
  const taken = hostRoutes.flatMap((route) => parsePrefix(route) ?? []);
  const nodes = choose('node', '--node-cidr', wishes.nodeCidr, nodeCandidates, taken, 24);
  const pods = choose('pod', '--pod-cidr', wishes.podCidr, podCandidates, [...taken, nodes], 16);
  const services = choose('service', '--service-cidr', wishes.serviceCidr, [defaultServiceCidr], [nodes, pods], 24);
  return {
    bridge: `kb-${shortName(clusterName)}`,
    nodeCidr: formatPrefix(nodes),
    hostAddress: addressAt(nodes, 1),
    podCidr: formatPrefix(pods),
    serviceCidr: formatPrefix(services),
    apiServiceAddress: addressAt(services, 1),
    dnsServiceAddress: addressAt(services, 10),
    mtu: 1500,
  };
}

export function planNode(clusterName: string, network: NetworkPlan, index: number): NodePlan {
  if (index < 1 || index > maxNodes) throw new RangeError(`a cluster on one machine has 1 to ${maxNodes} nodes`);
  const podCidr = subnetAt(prefix(network.podCidr), 24, index);
  const gateway = addressAt(podCidr, 1);
  const mac = gateway.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return {
    index,
    name: `node${index}`,
    address: addressAt(prefix(network.nodeCidr), firstNodeAddress + index),
    podCidr: formatPrefix(podCidr),
    podGateway: gateway,
    podBridgeMac: `0a:58:${mac.join(':')}`,
    netns: `${resourcePrefix(clusterName)}-node${index}`,
    link: `${network.bridge}-${index}`,
  };
}

/** What the things of a cluster are called outside of it: nft table, network namespaces. */
export function resourcePrefix(clusterName: string): string {
  return clusterName === 'kubets' ? 'kubets' : `kubets-${clusterName}`;
}

/** At most 8 characters, the same for the same name: interface names have room for no more. */
function shortName(clusterName: string): string {
  if (clusterName.length <= 8) return clusterName;
  let hash = 0x811c9dc5;
  for (const character of clusterName) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

function choose(
  what: string,
  flag: string,
  wish: string | undefined,
  candidates: readonly string[],
  taken: readonly Prefix[],
  maxBits: number,
): Prefix {
  if (wish !== undefined) {
    const wanted = parsePrefix(wish);
    if (!wanted || wanted.bits > maxBits) {
      throw new NetworkConflict(
        `${flag} ${wish}: an IPv4 range of /${maxBits} or larger is needed, for example ${candidates[0]}`,
      );
    }
    const clash = taken.find((other) => overlaps(wanted, other));
    if (clash)
      throw new NetworkConflict(`${flag} ${wish} overlaps ${formatPrefix(clash)}, which this machine already uses`);
    return wanted;
  }
  for (const candidate of candidates) {
    const found = prefix(candidate);
    if (!taken.some((other) => overlaps(found, other))) return found;
  }
  throw new NetworkConflict(`every usual ${what} range is already in use on this machine: choose one with ${flag}`);
}

function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (!parsed) throw new RangeError(`${text} is no IPv4 range`);
  return parsed;
}
