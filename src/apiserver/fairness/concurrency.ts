/**
 * Seats of priority levels: what each is configured to have, and what it has now that others lend theirs (KEP-1040, "Dispatching";
 * apiserver util/flowcontrol apf_controller.go and conc_alloc.go). Pure.
 */

import type { SeatDemand } from './seat-demand.ts';

export interface Shares {
  readonly exempt: boolean;
  readonly nominalConcurrencyShares: number;
  readonly lendablePercent: number;
  /** Absent: it may borrow whatever there is. */
  readonly borrowingLimitPercent?: number | undefined;
}

/** In seats. */
export interface SeatBounds {
  readonly nominal: number;
  readonly min: number;
  readonly max: number;
}

/** `total` is what the whole server may execute at a time; every share is rounded up. */
export function seatBounds(shares: Shares, shareSum: number, total: number): SeatBounds {
  const nominal = shareSum > 0 ? Math.ceil((total * shares.nominalConcurrencyShares) / shareSum) : 0;
  const lendable = Math.round((nominal * shares.lendablePercent) / 100);
  const { borrowingLimitPercent } = shares;
  const borrowed = borrowingLimitPercent === undefined ? total : Math.round((nominal * borrowingLimitPercent) / 100);
  return {
    nominal,
    min: nominal - lendable,
    max: nominal + borrowed,
  };
}

export interface LevelDemand {
  readonly exempt: boolean;
  readonly bounds: SeatBounds;
  readonly demand: SeatDemand;
}

export interface SeatLimits {
  /** In the order of the levels. */
  readonly limits: readonly number[];
  /** What each level was meant to get, before fairness and bounds. */
  readonly targets: readonly number[];
  readonly fairFraction: number;
}

/** Limits for the coming period. They sum to the nominal limits, up to rounding. */
export function adjustLimits(levels: readonly LevelDemand[]): SeatLimits {
  let nominalSum = 0;
  let exemptSum = 0;
  let minSum = 0;
  let wantedSum = 0;
  for (const { exempt, bounds, demand } of levels) {
    nominalSum += bounds.nominal;
    if (exempt) exemptSum += Math.max(bounds.min, demand.highWatermark);
    else {
      minSum += bounds.min;
      wantedSum += assured(bounds, demand);
    }
  }
  const targets = levels.map(({ exempt, bounds, demand }) =>
    exempt ? Math.max(bounds.min, demand.highWatermark) : Math.max(assured(bounds, demand), demand.smoothed),
  );
  const limitsBy = (limitOf: (level: LevelDemand, index: number) => number): readonly number[] =>
    levels.map((level, index) => (level.exempt ? (targets[index] as number) : limitOf(level, index)));
  // Exempt levels take what they take. Their seats are withheld from the others only when these are short anyway, as upstream does.
  const left = nominalSum - exemptSum;
  if (left <= minSum) return { limits: limitsBy(({ bounds }) => bounds.min), targets, fairFraction: 0 };
  if (left <= wantedSum) {
    const part = (left - minSum) / (wantedSum - minSum);
    const limits = limitsBy(({ bounds, demand }) =>
      Math.round(bounds.min + (assured(bounds, demand) - bounds.min) * part),
    );
    return { limits, targets, fairFraction: 0 };
  }
  const items = levels.flatMap(({ exempt, bounds, demand }, index) =>
    exempt ? [] : [{ low: assured(bounds, demand), high: bounds.max, target: targets[index] as number }],
  );
  const { allocations, fraction } = allocate(nominalSum, items);
  let next = 0;
  return { limits: limitsBy(() => Math.round(allocations[next++] as number)), targets, fairFraction: fraction };
}

/** What a level that can use its nominal seats does not have to lend. */
function assured({ min, nominal }: SeatBounds, { highWatermark }: SeatDemand): number {
  return Math.max(min, Math.min(nominal, highWatermark));
}

export interface AllocationItem {
  readonly low: number;
  readonly high: number;
  readonly target: number;
}

const minTarget = 0.001;

/**
 * The fraction of their targets that, with each item kept between its bounds, adds up to `sum`. The sum of min(high, max(low, fraction *
 * target)) grows with the fraction and is straight between the bounds' fractions: walk those, then solve the straight piece.
 * A sum that the bounds do not reach gives the bounds.
 */
export function allocate(
  sum: number,
  items: readonly AllocationItem[],
): { readonly allocations: readonly number[]; readonly fraction: number } {
  const targets = items.map(({ target }) => Math.max(target, minTarget));
  const at = (fraction: number): readonly number[] =>
    items.map(({ low, high }, index) => Math.max(low, Math.min(high, fraction * (targets[index] as number))));
  const corners = items
    .flatMap(({ low, high }, index) => [low / (targets[index] as number), high / (targets[index] as number)])
    .sort((a, b) => a - b);
  let from = 0;
  let sumFrom = total(at(0));
  for (const to of corners) {
    const sumTo = total(at(to));
    if (sumTo >= sum) {
      const fraction = sumTo > sumFrom ? from + ((sum - sumFrom) / (sumTo - sumFrom)) * (to - from) : to;
      return { allocations: at(fraction), fraction };
    }
    from = to;
    sumFrom = sumTo;
  }
  return { allocations: at(from), fraction: from };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
