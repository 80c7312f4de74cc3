/** ip("10.0.0.1"): addresses of both families, without zones and without IPv4 mapped into IPv6. */

import type { IPAddress } from '#api/ip-address.ts';
import { formatIP } from '#api/ip-address.ts';
import { goQuote } from '#base/go-quote.ts';
import type { Library } from '../environment.ts';
import { boolType, intType, opaqueType, stringType, typeType } from '../types.ts';
import type { Result, Value } from '../values.ts';
import { CelError, OpaqueValue } from '../values.ts';
import { nominal, traversal } from './costs.ts';
import { global, member } from './declare.ts';
import { bitLength, parseAddress } from './ip-text.ts';

export const ipType = opaqueType('net.IP');

export class IPValue extends OpaqueValue {
  readonly type = ipType;
  readonly address: IPAddress;

  constructor(address: IPAddress) {
    super();
    this.address = address;
  }

  /** Bytes of the address. */
  override get size(): number {
    return bitLength(this.address) / 8;
  }

  equals(other: Value): boolean {
    return (
      other instanceof IPValue &&
      other.address.family === this.address.family &&
      other.address.value === this.address.value
    );
  }
}

export function toIP(text: string): IPValue | CelError {
  const parsed = parseAddress(text);
  if (parsed.fault !== undefined) {
    return new CelError(`IP Address ${goQuote(text)} parse error during conversion from string: ${parsed.fault}`);
  }
  if (parsed.zone !== '') return new CelError(`IP address ${goQuote(text)} with zone value is not allowed`);
  if (isMapped(parsed.address)) return new CelError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  return new IPValue(parsed.address);
}

/** ::ffff:0:0/96 */
export function isMapped({ family, value }: IPAddress): boolean {
  return family === 'IPv6' && value >> 32n === 0xffffn;
}

function isCanonical(text: string): Result {
  const ip = toIP(text);
  return ip instanceof CelError ? ip : formatIP(ip.address) === text;
}

/** Are the address's first bits those of one of the two networks, each by its own family? */
function within(
  address: IPAddress,
  ipv4: readonly [network: bigint, bits: number],
  ipv6: readonly [network: bigint, bits: number],
): boolean {
  const [network, bits] = address.family === 'IPv4' ? ipv4 : ipv6;
  const shift = BigInt(bitLength(address) - bits);
  return address.value >> shift === network;
}

const isUnspecified = ({ value }: IPAddress): boolean => value === 0n;
const isLoopback = (address: IPAddress): boolean => within(address, [127n, 8], [1n, 128]);
const isLinkLocalUnicast = (address: IPAddress): boolean => within(address, [0xa9fen, 16], [0x3fan, 10]);
const isMulticast = (address: IPAddress): boolean => within(address, [0xen, 4], [0xffn, 8]);

function isLinkLocalMulticast({ family, value }: IPAddress): boolean {
  // The flags in the third half-byte of IPv6 do not count.
  return family === 'IPv4' ? value >> 8n === 0xe00000n : ((value >> 112n) & 0xff0fn) === 0xff02n;
}

function isGlobalUnicast(address: IPAddress): boolean {
  if (address.family === 'IPv4' && address.value === 0xffffffffn) return false;
  return !isUnspecified(address) && !isLoopback(address) && !isMulticast(address) && !isLinkLocalUnicast(address);
}

function test(name: string, id: string, holds: (address: IPAddress) => boolean) {
  return { name, overloads: [member(id, [ipType], boolType, ({ address }: IPValue) => holds(address), nominal)] };
}

export const ipLibrary: Library = {
  // ip.isCanonical is a function whose name begins with that of a function; the type's name is a variable as well.
  variables: [{ name: ipType.name, type: typeType(ipType) }],
  types: [ipType],
  functions: [
    { name: 'ip', overloads: [global('string_to_ip', [stringType], ipType, toIP, traversal())] },
    {
      name: 'isIP',
      overloads: [
        global('is_ip', [stringType], boolType, (text: string) => toIP(text) instanceof IPValue, traversal()),
      ],
    },
    {
      name: 'ip.isCanonical',
      overloads: [global('ip_is_canonical', [stringType], boolType, isCanonical, traversal(2))],
    },
    {
      name: 'family',
      overloads: [
        member(
          'ip_family',
          [ipType],
          intType,
          ({ address }: IPValue) => (address.family === 'IPv4' ? 4n : 6n),
          nominal,
        ),
      ],
    },
    test('isUnspecified', 'ip_is_unspecified', isUnspecified),
    test('isLoopback', 'ip_is_loopback', isLoopback),
    test('isLinkLocalMulticast', 'ip_is_link_local_multicast', isLinkLocalMulticast),
    test('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocalUnicast),
    test('isGlobalUnicast', 'ip_is_global_unicast', isGlobalUnicast),
    {
      name: 'string',
      overloads: [global('ip_to_string', [ipType], stringType, ({ address }: IPValue) => formatIP(address))],
    },
  ],
};
