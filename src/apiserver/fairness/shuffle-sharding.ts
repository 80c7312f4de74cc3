/**
 * Shuffle sharding (apiserver util/shufflesharding): a flow is dealt a small hand of the queues, always the same one. Two flows that share
 * a queue hardly ever share their whole hand, so that a flood in one leaves the other a queue of its own.
 */

/** Hands kept; beyond it the table is begun anew. */
const handBound = 4096;

export class Dealer {
  private readonly queues: number;
  private readonly handSize: number;
  private readonly hands = new Map<string, readonly number[]>();

  constructor(queues: number, handSize: number) {
    this.queues = queues;
    this.handSize = Math.max(1, Math.min(handSize, queues));
  }

  /** Indexes of different queues. */
  handOf(schema: string, distinguisher: string): readonly number[] {
    const flow = `${schema}\u0000${distinguisher}`;
    let hand = this.hands.get(flow);
    if (!hand) {
      hand = deal(hashOf(flow), this.queues, this.handSize);
      if (this.hands.size >= handBound) this.hands.clear();
      this.hands.set(flow, hand);
    }
    return hand;
  }
}

/** Each card is one of those that are left; the hash is read as a number of mixed base. */
export function deal(hash: bigint, queues: number, handSize: number): readonly number[] {
  const left = Array.from({ length: queues }, (_, index) => index);
  const hand: number[] = [];
  let rest = hash;
  for (let i = 0; i < handSize; i++) {
    const base = BigInt(left.length);
    hand.push(...left.splice(Number(rest % base), 1));
    rest /= base;
  }
  return hand;
}

const mask64 = (1n << 64n) - 1n;

/** FNV-1a over 64 bits, mixed so that names that differ in their last character differ in every bit (MurmurHash3's finalizer). */
export function hashOf(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & mask64;
  hash = ((hash ^ (hash >> 33n)) * 0xff51afd7ed558ccdn) & mask64;
  hash = ((hash ^ (hash >> 33n)) * 0xc4ceb9fe1a85ec53n) & mask64;
  return hash ^ (hash >> 33n);
}
