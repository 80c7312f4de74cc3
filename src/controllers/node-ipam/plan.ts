/** Which pod CIDR a node gets: the lowest free block of the cluster CIDR (upstream's range allocator). IPv4. */

export interface Ipv4Range {
  readonly base: number;
  readonly prefix: number;
}

/** Undefined for what is not an IPv4 CIDR in dotted decimals. */
export function parseCidr(cidr: string): Ipv4Range | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  if (!match) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, prefix = 33] = match.slice(1).map(Number);
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  return { base: address - (address % 2 ** (32 - prefix)), prefix };
}

/** Undefined when the cluster CIDR has no block left. */
export function nextPodCidr(clusterCidr: Ipv4Range, nodePrefix: number, used: ReadonlySet<string>): string | undefined {
  const size = 2 ** (32 - nodePrefix);
  const count = 2 ** (nodePrefix - clusterCidr.prefix);
  for (let index = 0; index < count; index++) {
    const cidr = formatCidr(clusterCidr.base + index * size, nodePrefix);
    if (!used.has(cidr)) return cidr;
  }
  return undefined;
}

function formatCidr(address: number, prefix: number): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
  return `${octets.join('.')}/${prefix}`;
}
