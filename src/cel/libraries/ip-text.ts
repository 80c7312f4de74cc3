/** IP addresses and prefixes in text, with the words of Go's net/netip for what is wrong with them. */

import type { IPAddress } from '#api/ip-address.ts';
import { parseIP } from '#api/ip-address.ts';
import { goQuote } from '#base/go-quote.ts';

/** An address, or why the text is none: 'ParseAddr("1.2"): IPv4 address too short'. A zone is given apart, '' for none. */
export type ParsedAddress =
  | { readonly address: IPAddress; readonly zone: string; readonly fault?: undefined }
  | { readonly fault: string };

export function parseAddress(text: string): ParsedAddress {
  const percent = text.includes(':') ? text.indexOf('%') : -1;
  const zone = percent < 0 ? '' : text.slice(percent + 1);
  const address = percent < 0 || zone !== '' ? parseIP(percent < 0 ? text : text.slice(0, percent)) : undefined;
  if (address) return { address, zone };
  const { message, at } = faultOf(text);
  return { fault: `ParseAddr(${goQuote(text)}): ${message}${at === undefined ? '' : ` (at ${goQuote(at)})`}` };
}

export interface Prefix {
  readonly address: IPAddress;
  readonly bits: number;
}

export function parsePrefixText(text: string): Prefix | { readonly fault: string } {
  const refuse = (message: string) => ({ fault: `netip.ParsePrefix(${goQuote(text)}): ${message}` });
  const slash = text.lastIndexOf('/');
  if (slash < 0) return refuse("no '/'");
  const parsed = parseAddress(text.slice(0, slash));
  if (parsed.fault !== undefined) return refuse(parsed.fault);
  if (parsed.zone !== '') return refuse('IPv6 zones cannot be present in a prefix');
  const length = text.slice(slash + 1);
  if (!/^(0|[1-9]\d{0,17})$/.test(length)) return refuse(`bad bits after slash: ${goQuote(length)}`);
  const bits = Number(length);
  if (bits > bitLength(parsed.address)) return refuse('prefix length out of range');
  return { address: parsed.address, bits };
}

export function bitLength({ family }: IPAddress): 32 | 128 {
  return family === 'IPv4' ? 32 : 128;
}

interface Fault {
  readonly message: string;
  /** The rest of the text from where it went wrong. */
  readonly at?: string;
}

function faultOf(text: string): Fault {
  const first = /[.:%]/.exec(text)?.[0];
  if (first === '.') return faultOfIPv4(text) ?? { message: 'unable to parse IP' };
  if (first === ':') return faultOfIPv6(text);
  return { message: first === '%' ? 'missing IPv6 address' : 'unable to parse IP' };
}

function faultOfIPv4(text: string): Fault | undefined {
  let octet = '';
  let dots = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? '';
    if (/\d/.test(character)) {
      if (octet === '0') return { message: 'IPv4 field has octet with leading zero' };
      octet += character;
      if (Number(octet) > 255) return { message: 'IPv4 field has value >255' };
    } else if (character === '.') {
      if (index === 0 || index === text.length - 1 || text[index - 1] === '.') {
        return { message: 'IPv4 field must have at least one digit', at: text.slice(index) };
      }
      if (dots === 3) return { message: 'IPv4 address too long' };
      dots++;
      octet = '';
    } else return { message: 'unexpected character', at: text.slice(index) };
  }
  return dots < 3 ? { message: 'IPv4 address too short' } : undefined;
}

function faultOfIPv6(text: string): Fault {
  const percent = text.indexOf('%');
  if (percent === text.length - 1) return { message: 'zone must be a non-empty string' };
  let rest = percent < 0 ? text : text.slice(0, percent);
  let ellipsis = rest.startsWith('::');
  if (ellipsis) rest = rest.slice(2);
  let bytes = 0;
  while (bytes < 16) {
    const digits = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? '';
    if (digits.length > 4) return { message: 'each group must have 4 or less digits', at: rest };
    if (digits === '') return { message: 'each colon-separated field must have at least one digit', at: rest };
    if (rest[digits.length] === '.') {
      if (!ellipsis && bytes !== 12) {
        return { message: 'embedded IPv4 address must replace the final 2 fields of the address', at: rest };
      }
      if (bytes + 4 > 16) {
        return { message: 'too many hex fields to fit an embedded IPv4 at the end of the address', at: rest };
      }
      const fault = faultOfIPv4(rest);
      if (fault) return fault;
      bytes += 4;
      rest = '';
      break;
    }
    bytes += 2;
    rest = rest.slice(digits.length);
    if (rest === '') break;
    if (rest[0] !== ':') return { message: 'unexpected character, want colon', at: rest };
    if (rest.length === 1) return { message: 'colon must be followed by more characters', at: rest };
    rest = rest.slice(1);
    if (rest[0] !== ':') continue;
    if (ellipsis) return { message: 'multiple :: in address', at: rest };
    ellipsis = true;
    rest = rest.slice(1);
    if (rest === '') break;
  }
  if (rest !== '') return { message: 'trailing garbage after address', at: rest };
  if (bytes < 16) return { message: 'address string too short' };
  return { message: 'the :: must expand to at least one field of zeros' };
}
