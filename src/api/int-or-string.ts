/** IntOrString where it means a number or a percentage of a total (apimachinery util/intstr). */

import type { IntOrString } from './generated/meta-v1.ts';

/** The number itself, or the percentage of `total`, rounded up or down. Throws for a string that is no percentage. */
export function scaledValue(value: IntOrString, total: number, rounding: 'up' | 'down'): number {
  if (typeof value === 'number') return value;
  if (!/^\d+%$/.test(value)) throw new Error('invalid value for IntOrString: invalid type: string is not a percentage');
  const share = (Number(value.slice(0, -1)) * total) / 100;
  return rounding === 'up' ? Math.ceil(share) : Math.floor(share);
}
