/** A container's /etc/hosts (pkg/kubelet/kubelet_pods.go): the pod's own name and its host aliases, or the node's file. */

import type { HostAlias } from '#kinds/generated/core-v1.ts';

const managedHeader = '# Kubernetes-managed hosts file.\n';
const hostNetworkHeader = '# Kubernetes-managed hosts file (host network).\n';

const localEntries = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

export function podHostsFile(
  podIPs: readonly string[],
  hostname: string,
  domain: string,
  aliases: readonly HostAlias[] = [],
): string {
  const names = domain ? `${hostname}.${domain}\t${hostname}` : hostname;
  const lines = [...localEntries, ...podIPs.map((ip) => `${ip}\t${names}`)];
  return `${managedHeader}${lines.join('\n')}\n${aliasEntries(aliases)}`;
}

export function hostNetworkHostsFile(nodeHostsFile: string, aliases: readonly HostAlias[] = []): string {
  return hostNetworkHeader + nodeHostsFile + aliasEntries(aliases);
}

function aliasEntries(aliases: readonly HostAlias[]): string {
  if (aliases.length === 0) return '';
  const lines = aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join('')}`;
}
