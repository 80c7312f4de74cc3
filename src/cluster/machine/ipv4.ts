/** IPv4 addresses and prefixes as numbers: what planning a cluster's network needs. */

export interface Prefix {
  /** Network address, host bits zero. */
  readonly base: number;
  readonly bits: number;
}

/** Dotted quad to number; undefined when it is not one. */
export function parseAddress(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let address = 0;
  for (const part of match.slice(1)) {
    if (Number(part) > 255) return undefined;
    address = address * 256 + Number(part);
  }
  return address;
}

/** `10.0.0.0/8` (host bits are cleared) or a single address; undefined when it is neither. */
export function parsePrefix(text: string): Prefix | undefined {
  const [host = '', length = '32'] = text.split('/');
  const address = parseAddress(host);
  const bits = Number(length);
  if (address === undefined || !/^\d{1,2}$/.test(length) || bits > 32) return undefined;
  return { base: address - (address % 2 ** (32 - bits)), bits };
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.base)}/${prefix.bits}`;
}

export function overlaps(a: Prefix, b: Prefix): boolean {
  const shorter = 2 ** (32 - Math.min(a.bits, b.bits));
  return Math.floor(a.base / shorter) === Math.floor(b.base / shorter);
}

/** The n-th address of a prefix, as text: 0 is the network's own. */
export function addressAt(prefix: Prefix, index: number): string {
  if (index >= 2 ** (32 - prefix.bits)) throw new RangeError(`${formatPrefix(prefix)} has no address number ${index}`);
  return formatAddress(prefix.base + index);
}

/** The n-th prefix of length `bits` inside a prefix. */
export function subnetAt(prefix: Prefix, bits: number, index: number): Prefix {
  if (bits < prefix.bits || index >= 2 ** (bits - prefix.bits)) {
    throw new RangeError(`${formatPrefix(prefix)} has no /${bits} number ${index}`);
  }
  return { base: prefix.base + index * 2 ** (32 - bits), bits };
}
