/** IP addresses and prefixes as numbers: what ranges are counted in. Text in and out is canonical (RFC 5952 for IPv6). */

export type IPFamily = 'IPv4' | 'IPv6';

export interface IPAddress {
  readonly family: IPFamily;
  readonly value: bigint;
}

export interface IPPrefix {
  readonly family: IPFamily;
  /** First address. */
  readonly base: bigint;
  /** Number of addresses. */
  readonly size: bigint;
}

const bitsOf = { IPv4: 32, IPv6: 128 } as const;

/** Undefined for what is no address. Leading zeros in IPv4 are refused: they once meant octal. */
export function parseIP(text: string): IPAddress | undefined {
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text);
}

export function parsePrefix(text: string): IPPrefix | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseIP(text.slice(0, slash));
  const lengthText = text.slice(slash + 1);
  if (!address || !/^\d{1,3}$/.test(lengthText)) return undefined;
  const bits = bitsOf[address.family];
  const length = Number(lengthText);
  if (length > bits) return undefined;
  const size = 1n << BigInt(bits - length);
  return { family: address.family, base: address.value - (address.value % size), size };
}

export function formatIP({ family, value }: IPAddress): string {
  return family === 'IPv4' ? formatIPv4(value) : formatIPv6(value);
}

function parseIPv4(text: string): IPAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256n + BigInt(part);
  }
  return { family: 'IPv4', value };
}

function parseIPv6(text: string): IPAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const left = groupsOf(halves[0] ?? '');
  const right = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  if (!left || !right) return undefined;
  const missing = 8 - left.length - right.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...left, ...Array<number>(missing).fill(0), ...right];
  return { family: 'IPv6', value: groups.reduce((value, group) => value * 65536n + BigInt(group), 0n) };
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [position, part] of parts.entries()) {
    if (part.includes('.') && position === parts.length - 1) {
      const tail = parseIPv4(part);
      if (!tail) return undefined;
      groups.push(Number(tail.value >> 16n), Number(tail.value & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

function formatIPv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
}

function formatIPv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  // The longest run of two or more zero groups becomes '::'.
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = (list: readonly number[]): string => list.map((group) => group.toString(16)).join(':');
  if (best.start < 0) return hex(groups);
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`;
}
