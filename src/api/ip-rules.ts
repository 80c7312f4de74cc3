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
  const address = parseIP(value);
  if (!address) {
    const sloppy = parseIP(withoutLeadingZeros(value));
    errors.push(invalid(path, value, sloppy ? 'must not have leading 0s' : ipMessage));
  } else if (isMapped(address)) errors.push(invalid(path, value, 'must not be an IPv4-mapped IPv6 address'));
}

/** Rule of newer fields: valid and canonical. */
export function checkIP(value: string, path: string, errors: FieldError[]): void {
  const before = errors.length;
  checkLegacyIP(value, path, errors);
  const address = parseIP(value);
  if (errors.length > before || !address) return;
  const canonical = formatIP(address);
  if (value !== canonical)
    errors.push(invalid(path, value, `must be in canonical form (${JSON.stringify(canonical)})`));
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

function withoutLeadingZeros(value: string): string {
  return value.replace(/(^|[.:/])0+(?=\d)/g, '$1');
}
