/**
 * Quantities as the integers that the scheduler compares: cores in thousandths, everything else in whole units. The same few
 * texts come again and again with every pod, so their values are remembered.
 */

import { quantityMilliValue, quantityValue } from '#api/quantity.ts';

const rememberedBound = 4096;

export const milliAmount = remembered(quantityMilliValue);
export const wholeAmount = remembered(quantityValue);

function remembered(parse: (quantity: string) => number): (quantity: string) => number {
  const known = new Map<string, number>();
  return (quantity) => {
    let value = known.get(quantity);
    if (value === undefined) {
      value = parse(quantity);
      if (known.size >= rememberedBound) known.clear();
      known.set(quantity, value);
    }
    return value;
  };
}
