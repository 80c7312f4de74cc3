/** The name that a pod's processes see (pkg/kubelet GeneratePodHostNameAndDomain). */

import { isDNS1123Label, isDNS1123Subdomain } from '#api/name-format.ts';
import type { NodePod } from '../pod/node-pod.ts';

export interface PodHostname {
  readonly hostname: string;
  /** '' unless the pod has a subdomain: 'sub.namespace.svc.cluster.local'. */
  readonly domain: string;
}

const hostnameMaxLength = 63;

/** Throws an Error with upstream's text for names that are none. */
export function podHostname(pod: NodePod, clusterDomain: string): PodHostname {
  const { hostname, subdomain, hostnameOverride } = pod.spec;
  if (hostnameOverride !== undefined) {
    check('HostnameOverride', hostnameOverride, isDNS1123Subdomain(hostnameOverride), 'subdomain');
    return { hostname: truncated(hostnameOverride), domain: '' };
  }
  if (hostname) check('Hostname', hostname, isDNS1123Label(hostname), 'label');
  if (subdomain) check('Subdomain', subdomain, isDNS1123Label(subdomain), 'label');
  return {
    hostname: truncated(hostname || pod.metadata.name),
    domain: subdomain ? `${subdomain}.${pod.metadata.namespace}.svc.${clusterDomain}` : '',
  };
}

/** What the sandbox's UTS namespace gets: the short name, or the whole one for setHostnameAsFQDN. Throws when that is too long. */
export function sandboxHostname(pod: NodePod, name: PodHostname): string {
  if (!pod.spec.setHostnameAsFQDN || name.domain === '') return name.hostname;
  const full = `${name.hostname}.${name.domain}`;
  if (full.length > 64) {
    throw new Error(
      `failed to construct FQDN from pod hostname and cluster domain, FQDN ${full} is too long (64 characters is the max, ${full.length} characters requested)`,
    );
  }
  return full;
}

function check(field: string, value: string, problems: readonly string[], what: string): void {
  if (problems.length > 0) throw new Error(`pod ${field} "${value}" is not a valid DNS ${what}: ${problems.join(';')}`);
}

function truncated(hostname: string): string {
  // The kernel's limit is 64 bytes with the end; what a cut leaves at the end must still be a name.
  return hostname.length <= hostnameMaxLength ? hostname : hostname.slice(0, hostnameMaxLength).replace(/[-.]+$/, '');
}
