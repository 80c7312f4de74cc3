/**
 * Rules of IP addresses and CIDRs in fields (apimachinery util/validation/ip.go). Older fields take addresses that are not in
 * canonical form; addresses that different software reads differently (leading zeros, IPv4 in IPv6) are refused everywhere.
 */

import { type FieldError, invalid } from './field-error.ts';
import { formatIP, type IPAddress, type IPFamily, type IPPrefix, parseIP, parsePrefix } from './ip-address.ts';

const ipMessage = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
const cidrMessage = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

/** Rule of a field that predates canonical form; `stored` are values that the old object had and may keep. */
export function checkLegacyIP(value: string, path: string, errors: FieldError[], stored: readonly string[] = []): void {
  if (stored.includes(value)) return;
  const fault = ipFault(value);
  if (fault !== undefined) errors.push(invalid(path, value, fault));
}

/** Rule of newer fields: valid and canonical. */
export function checkIP(value: string, path: string, errors: FieldError[]): void {
  const fault = canonicalIPFault(value);
  if (fault !== undefined) errors.push(invalid(path, value, fault));
}

/** What is wrong with a canonical address; undefined when nothing. */
export function canonicalIPFault(value: string): string | undefined {
  const fault = ipFault(value);
  const address = parseIP(value);
  if (fault !== undefined || !address) return fault;
  const canonical = formatIP(address);
  return value === canonical ? undefined : `must be in canonical form (${JSON.stringify(canonical)})`;
}

function ipFault(value: string): string | undefined {
  const address = parseIP(value);
  if (!address) return parseIP(withoutLeadingZeros(value)) ? 'must not have leading 0s' : ipMessage;
  return isMapped(address) ? 'must not be an IPv4-mapped IPv6 address' : undefined;
}

export function checkLegacyCIDR(
  value: string,
  path: string,
  errors: FieldError[],
  stored: readonly string[] = [],
): void {
  if (stored.includes(value)) return;
  const prefix = parsePrefix(value);
  const address = parseIP(value.slice(0, value.indexOf('/')));
  if (!prefix || !address || /\/0\d/.test(value)) {
    const sloppy = parsePrefix(withoutLeadingZeros(value));
    errors.push(invalid(path, value, sloppy ? 'must not have leading 0s in IP or prefix length' : cidrMessage));
  } else if (isMapped(address)) errors.push(invalid(path, value, 'must not have an IPv4-mapped IPv6 address'));
  else if (address.value !== prefix.base) {
    errors.push(invalid(path, value, 'must not have bits set beyond the prefix length'));
  }
}

export function checkCIDR(value: string, path: string, errors: FieldError[]): void {
  const before = errors.length;
  checkLegacyCIDR(value, path, errors);
  const prefix = parsePrefix(value);
  if (errors.length > before || !prefix) return;
  const canonical = formatPrefix(prefix, value);
  if (value !== canonical)
    errors.push(invalid(path, value, `must be in canonical form (${JSON.stringify(canonical)})`));
}

/** An address of an interface, with the length of its network's prefix (IsValidInterfaceAddress). */
export function checkInterfaceAddress(value: string, path: string, errors: FieldError[]): void {
  const plain = withoutLeadingZeros(value);
  const slash = plain.indexOf('/');
  const address = parsePrefix(plain) && parseIP(plain.slice(0, slash));
  if (!address) {
    const detail = 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)';
    errors.push(invalid(path, value, detail));
    return;
  }
  const length = Number(plain.slice(slash + 1));
  const canonical = isMapped(address)
    ? `${formatIP({ family: 'IPv4', value: address.value & 0xffffffffn })}/${length > 32 ? length - 96 : length}`
    : `${formatIP(address)}/${length}`;
  if (value !== canonical)
    errors.push(invalid(path, value, `must be in canonical form (${JSON.stringify(canonical)})`));
}

export function familyOf(text: string): IPFamily | undefined {
  return parseIP(text)?.family;
}

/** At least one address of each family; undefined when one of them is no address. */
export function isDualStack(addresses: readonly string[]): boolean | undefined {
  const families = new Set<IPFamily>();
  for (const address of addresses) {
    const family = familyOf(address);
    if (family === undefined) return undefined;
    families.add(family);
  }
  return families.size === 2;
}

/** ::ffff:0:0/96 (RFC 4291 2.5.5.2). */
function isMapped({ family, value }: IPAddress): boolean {
  return family === 'IPv6' && value >> 32n === 0xffffn;
}

function formatPrefix({ family, base }: IPPrefix, value: string): string {
  return `${formatIP({ family, value: base })}/${value.slice(value.indexOf('/') + 1)}`;
}

export function withoutLeadingZeros(value: string): string {
  return value.replace(/(^|[.:/])0+(?=\d)/g, '$1');
}

/** Where traffic of services may go: neither unspecified, loopback nor link-local (ValidateEndpointIP). */
export function checkEndpointIP(value: string, path: string, errors: FieldError[]): void {
  const address = parseIP(withoutLeadingZeros(value));
  if (!address) {
    errors.push(invalid(path, value, 'must be a valid IP address'));
    return;
  }
  const isV4 = address.family === 'IPv4' || isMapped(address);
  const v4 = address.value & 0xffffffffn;
  const within = (bits: bigint, prefix: bigint): boolean => address.value >> (128n - bits) === prefix;
  if (isV4 ? v4 === 0n : address.value === 0n) {
    errors.push(invalid(path, value, `may not be unspecified (${value})`));
  }
  if (isV4 ? v4 >> 24n === 127n : address.value === 1n) {
    errors.push(invalid(path, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  }
  if (isV4 ? v4 >> 16n === 0xa9fen : within(10n, 0x3fan)) {
    errors.push(invalid(path, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  }
  if (isV4 ? v4 >> 8n === 0xe00000n : isLinkLocalMulticast(address.value)) {
    errors.push(invalid(path, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  }
}

/** ffX2::/16 with any flags, as Go's net package takes it. */
function isLinkLocalMulticast(value: bigint): boolean {
  return value >> 120n === 0xffn && ((value >> 112n) & 0xfn) === 2n;
}

/** Warnings about addresses that are taken but not written as they should be (GetWarningsForIP). */
export function ipWarnings(value: string, path: string): string[] {
  const exact = parseIP(value);
  const address = exact ?? parseIP(withoutLeadingZeros(value));
  if (!address) return [];
  if (!exact || isMapped(address)) {
    const plain: IPAddress = isMapped(address) ? { family: 'IPv4', value: address.value & 0xffffffffn } : address;
    return [`${path}: non-standard IP address ${quoted(value)} is invalid: use ${quoted(formatIP(plain))}`];
  }
  const canonical = formatIP(address);
  if (address.family === 'IPv4' || canonical === value) return [];
  return [`${path}: IPv6 address ${quoted(value)} should be in RFC 5952 canonical format (${quoted(canonical)})`];
}

/** Warnings about CIDRs that are taken but not written as they should be (GetWarningsForCIDR). */
export function cidrWarnings(value: string, path: string): string[] {
  const prefix = parsePrefix(value);
  const address = parseIP(value.slice(0, value.indexOf('/')));
  if (!prefix || !address) return [];
  const canonical = formatPrefix(prefix, value);
  if (address.value !== prefix.base) {
    const single = `${formatIP(address)}/${address.family === 'IPv4' ? 32 : 128}`;
    return [
      `${path}: CIDR value ${quoted(value)} is ambiguous in this context (should be ${quoted(canonical)} or ${quoted(single)}?)`,
    ];
  }
  if (isMapped(address))
    return [`${path}: non-standard CIDR value ${quoted(value)} is invalid: use ${quoted(canonical)}`];
  if (address.family === 'IPv4' || canonical === value) return [];
  return [`${path}: IPv6 CIDR value ${quoted(value)} should be in RFC 5952 canonical format (${quoted(canonical)})`];
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
