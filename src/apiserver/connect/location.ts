/** Where a kubelet is and what a request to it looks like (pkg/registry/core/pod LogLocation, streamLocation). */

import { newBadRequest, newInternalError } from '#api/errors.ts';
import type { ConnectLookup, ConnectOptions, NodeView, PodView } from './context.ts';

const defaultKubeletPort = 10250;
const defaultAddressTypes = ['InternalIP', 'ExternalIP', 'Hostname', 'InternalDNS', 'ExternalDNS'];

export interface KubeletAddress {
  readonly scheme: 'https' | 'http';
  readonly host: string;
  readonly port: number;
}

export async function kubeletAddress(
  options: ConnectOptions,
  lookup: ConnectLookup,
  nodeName: string,
): Promise<KubeletAddress> {
  const node = await lookup.node(nodeName);
  const host = preferredAddress(node, options.preferredAddressTypes ?? defaultAddressTypes);
  if (host === undefined) {
    const types = (node.status?.addresses ?? []).map(({ type }) => type).join(' ');
    throw newInternalError(`no preferred addresses found; known addresses: [${types}]`);
  }
  const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port;
  return { scheme: options.kubeletScheme ?? 'https', host, port: port && port > 0 ? port : defaultKubeletPort };
}

function preferredAddress(node: NodeView, types: readonly string[]): string | undefined {
  for (const type of types) {
    const found = node.status?.addresses?.find((address) => address.type === type)?.address;
    if (found) return found;
  }
  return undefined;
}

/** A URL of the kubelet's server; path segments are escaped here. */
export function kubeletUrl(address: KubeletAddress, segments: readonly string[], query: URLSearchParams): URL {
  const url = new URL(`${address.scheme}://${bracketed(address.host)}:${address.port}`);
  url.pathname = segments.map(encodeURIComponent).join('/');
  url.search = query.toString();
  return url;
}

/** IPv6 addresses go in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The container that is meant: the pod's only one when the request names none. Throws BadRequest with upstream's wording. */
export function chooseContainer(pod: PodView, podName: string, requested: string): string {
  const containers = pod.spec?.containers ?? [];
  const all = [...(pod.spec?.initContainers ?? []), ...containers, ...(pod.spec?.ephemeralContainers ?? [])];
  if (requested !== '') {
    if (all.some(({ name }) => name === requested)) return requested;
    throw newBadRequest(`container ${requested} is not valid for pod ${podName}`);
  }
  const only = containers.length === 1 ? containers[0]?.name : undefined;
  if (only !== undefined) return only;
  if (containers.length === 0) throw newBadRequest(`a container name must be specified for pod ${podName}`);
  const names = all.map(({ name }) => name).join(' ');
  throw newBadRequest(`a container name must be specified for pod ${podName}, choose one of: [${names}]`);
}
