/** cidr("10.0.0.0/8"): networks of addresses. The address keeps its host bits until it is masked. */

import { formatIP } from '#api/ip-address.ts';
import { goQuote } from '#base/go-quote.ts';
import type { CallToEstimate, Library, Range } from '../environment.ts';
import { addRanges, exactly, scaleRange } from '../range.ts';
import { stringTraversalFactor } from '../runtime-cost.ts';
import { boolType, intType, opaqueType, stringType, typeType } from '../types.ts';
import type { Result, Value } from '../values.ts';
import { CelError, OpaqueValue } from '../values.ts';
import { nominal, traversal, traversed } from './costs.ts';
import type { Costs } from './declare.ts';
import { global, member } from './declare.ts';
import { IPValue, ipType, isMapped, toIP } from './ip.ts';
import type { Prefix } from './ip-text.ts';
import { bitLength, parsePrefixText } from './ip-text.ts';

const cidrType = opaqueType('net.CIDR');

class CIDRValue extends OpaqueValue {
  readonly type = cidrType;
  readonly prefix: Prefix;

  constructor(prefix: Prefix) {
    super();
    this.prefix = prefix;
  }

  /** Bytes that the prefix covers. */
  override get size(): number {
    return Math.ceil(this.prefix.bits / 8);
  }

  equals(other: Value): boolean {
    if (!(other instanceof CIDRValue) || other.prefix.bits !== this.prefix.bits) return false;
    const [mine, theirs] = [this.prefix.address, other.prefix.address];
    return mine.family === theirs.family && mine.value === theirs.value;
  }
}

const parseError = 'network address parse error during conversion from string: ';

function toCIDR(text: string): CIDRValue | CelError {
  const parsed = parsePrefixText(text);
  // Upstream says it twice.
  if ('fault' in parsed) return new CelError(`${parseError}${parseError}${parsed.fault}`);
  if (isMapped(parsed.address)) {
    return new CelError(`${parseError}IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`);
  }
  return new CIDRValue(parsed);
}

function agrees({ address, bits }: Prefix, other: Prefix['address']): boolean {
  const shift = BigInt(bitLength(address) - bits);
  return address.family === other.family && address.value >> shift === other.value >> shift;
}

function containsCIDR(network: CIDRValue, other: CIDRValue): boolean {
  return network.prefix.bits <= other.prefix.bits && agrees(network.prefix, other.prefix.address);
}

function masked({ prefix: { address, bits } }: CIDRValue): Value {
  const shift = BigInt(bitLength(address) - bits);
  return new CIDRValue({ address: { family: address.family, value: (address.value >> shift) << shift }, bits });
}

/** Bytes of an address of either family. */
const addressBytes: Range = { min: 4, max: 16 };

/** Both sides are compared byte by byte; a prefix is masked first; a text is parsed too. */
function comparisonCosts(masks: boolean, parses: boolean): Costs {
  return {
    actualCost([network = null, other = null]) {
      const comparison = traversed(network, 2) + (masks ? traversed(network) + 1 : 0);
      return comparison + (parses ? traversed(other) : 0);
    },
    estimateCost(call: CallToEstimate) {
      const [other] = call.args;
      if (!other) return undefined;
      let cost = scaleRange(addRanges(addressBytes, addressBytes), stringTraversalFactor);
      if (masks) cost = addRanges(addRanges(cost, scaleRange(addressBytes, stringTraversalFactor)), exactly(1));
      return parses ? addRanges(cost, scaleRange(call.sizeOf(other), stringTraversalFactor)) : cost;
    },
  };
}

export const cidrLibrary: Library = {
  variables: [{ name: cidrType.name, type: typeType(cidrType) }],
  types: [cidrType],
  functions: [
    { name: 'cidr', overloads: [global('string_to_cidr', [stringType], cidrType, toCIDR, traversal())] },
    {
      name: 'isCIDR',
      overloads: [
        global('is_cidr', [stringType], boolType, (text: string) => toCIDR(text) instanceof CIDRValue, traversal()),
      ],
    },
    {
      name: 'containsIP',
      overloads: [
        member(
          'cidr_contains_ip_string',
          [cidrType, stringType],
          boolType,
          (network: CIDRValue, text: string): Result => {
            const ip = toIP(text);
            // Not the parser's error: upstream loses it.
            return ip instanceof CelError ? new CelError('no such overload') : agrees(network.prefix, ip.address);
          },
          comparisonCosts(false, true),
        ),
        member(
          'cidr_contains_ip_ip',
          [cidrType, ipType],
          boolType,
          (network: CIDRValue, ip: IPValue) => agrees(network.prefix, ip.address),
          comparisonCosts(false, false),
        ),
      ],
    },
    {
      name: 'containsCIDR',
      overloads: [
        member(
          'cidr_contains_cidr_string',
          [cidrType, stringType],
          boolType,
          (network: CIDRValue, text: string): Result => {
            const other = toCIDR(text);
            return other instanceof CelError ? other : containsCIDR(network, other);
          },
          comparisonCosts(true, true),
        ),
        member('cidr_contains_cidr', [cidrType, cidrType], boolType, containsCIDR, comparisonCosts(true, false)),
      ],
    },
    {
      name: 'ip',
      overloads: [
        member('cidr_ip', [cidrType], ipType, ({ prefix }: CIDRValue) => new IPValue(prefix.address), nominal),
      ],
    },
    {
      name: 'prefixLength',
      overloads: [
        member('cidr_prefix_length', [cidrType], intType, ({ prefix }: CIDRValue) => BigInt(prefix.bits), nominal),
      ],
    },
    { name: 'masked', overloads: [member('cidr_masked', [cidrType], cidrType, masked, nominal)] },
    {
      name: 'string',
      overloads: [
        global(
          'cidr_to_string',
          [cidrType],
          stringType,
          ({ prefix }: CIDRValue) => `${formatIP(prefix.address)}/${prefix.bits}`,
        ),
      ],
    },
  ],
};
