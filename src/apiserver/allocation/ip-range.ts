/** Cluster IPs of one prefix: all its addresses but the first (network) and, in IPv4, the last (broadcast). */

import { formatIP, type IPFamily, type IPPrefix, parseIP } from '#api/ip-address.ts';
import type { Random } from '#base/env.ts';
import { type Claimant, Range, staticBandOf } from './range.ts';

/** Larger IPv6 prefixes are cut: nobody has more services. */
const maxSize = 1n << 20n;

export class IPRange {
  readonly family: IPFamily;
  private readonly base: bigint;
  private readonly range: Range;

  constructor(prefix: IPPrefix, random: Random) {
    this.family = prefix.family;
    const reserved = prefix.family === 'IPv4' ? 2n : 1n;
    const size = Number(prefix.size > maxSize ? maxSize : prefix.size) - Number(reserved);
    this.base = prefix.base + 1n;
    this.range = new Range({ size: Math.max(0, size), staticBand: staticBandOf(size, 16, 16, 256), random });
  }

  /** 'claimed', or why not in upstream's words. */
  claim(
    ip: string,
    claimant: Claimant,
  ): 'claimed' | 'provided IP is already allocated' | 'the provided network does not match the current range' {
    const offset = this.offsetOf(ip);
    if (offset === undefined || !this.range.contains(offset))
      return 'the provided network does not match the current range';
    return this.range.claim(offset, claimant) ? 'claimed' : 'provided IP is already allocated';
  }

  claimNext(claimant: Claimant): string | undefined {
    const offset = this.range.claimNext(claimant);
    return offset === undefined ? undefined : formatIP({ family: this.family, value: this.base + BigInt(offset) });
  }

  endClaim(ip: string, claimant: Claimant): void {
    this.each(ip, (offset) => this.range.endClaim(offset, claimant));
  }

  use(ip: string): void {
    this.each(ip, (offset) => this.range.use(offset));
  }

  release(ip: string): void {
    this.each(ip, (offset) => this.range.release(offset));
  }

  isUsed(ip: string): boolean {
    const offset = this.offsetOf(ip);
    return offset !== undefined && this.range.isUsed(offset);
  }

  private each(ip: string, act: (offset: number) => void): void {
    const offset = this.offsetOf(ip);
    if (offset !== undefined) act(offset);
  }

  private offsetOf(ip: string): number | undefined {
    const address = parseIP(ip);
    if (!address || address.family !== this.family) return undefined;
    const offset = address.value - this.base;
    return offset < 0n || offset > maxSize ? undefined : Number(offset);
  }
}
