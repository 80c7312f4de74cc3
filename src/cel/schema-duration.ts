/** Texts of the format duration: Go's durations, and whole numbers with names of units up to weeks (kube-openapi's strfmt). */

import { parseDuration } from '#api/duration.ts';

const second = 1_000_000_000n;

/** Names of a unit; one that begins with the last of them is meant too ('seconds'). */
const units: readonly (readonly [nanos: bigint, ...names: string[]])[] = [
  [1n, 'ns', 'nano'],
  [1_000n, 'us', 'µs', 'micro'],
  [1_000_000n, 'ms', 'milli'],
  [second, 's', 'sec'],
  [60n * second, 'm', 'min'],
  [3_600n * second, 'h', 'hr', 'hour'],
  [86_400n * second, 'd', 'day'],
  [604_800n * second, 'w', 'wk', 'week'],
];

/** Nanoseconds; undefined for other texts. */
export function parseSchemaDuration(text: string): bigint | undefined {
  const simple = parseDuration(text);
  if (simple !== undefined) return simple;
  let total: bigint | undefined;
  for (const [, digits = '', name = ''] of text.matchAll(/(\d+)\s*([A-Za-z\u00b5]+)/g)) {
    const unit = name.toLowerCase();
    const nanos = units.find(([, ...names]) => names.includes(unit) || unit.startsWith(names.at(-1) ?? unit))?.[0];
    if (nanos !== undefined) total = (total ?? 0n) + BigInt(digits) * nanos;
  }
  return total;
}
