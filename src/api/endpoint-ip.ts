/** Addresses that traffic can be sent to: not unspecified, loopback or link-local (core validation ValidateEndpointIP). */

import { type FieldError, invalid } from './field-error.ts';
import { type IPAddress, parseIP } from './ip-address.ts';

export function checkEndpointIP(text: string, path: string, errors: FieldError[]): void {
  const address = parseIP(text);
  if (!address) {
    errors.push(invalid(path, text, 'must be a valid IP address'));
    return;
  }
  const fault = faultOf(address, text);
  if (fault !== undefined) errors.push(invalid(path, text, fault));
}

function faultOf({ family, value }: IPAddress, text: string): string | undefined {
  if (value === 0n) return `may not be unspecified (${text})`;
  const isV4 = family === 'IPv4';
  if (isV4 ? value >> 24n === 127n : value === 1n) {
    return 'may not be in the loopback range (127.0.0.0/8, ::1/128)';
  }
  if (isV4 ? value >> 16n === 0xa9fen : value >> 118n === 0x3fan) {
    return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)';
  }
  if (isV4 ? value >> 8n === 0xe00000n : isLinkLocalMulticast(value)) {
    return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)';
  }
  return undefined;
}

/** ffX2::/16 with any flags, as Go's net package takes it. */
function isLinkLocalMulticast(value: bigint): boolean {
  return value >> 120n === 0xffn && ((value >> 112n) & 0xfn) === 2n;
}
