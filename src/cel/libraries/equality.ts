/** What == of the libraries' values costs: they are small, whatever they were parsed from. */

import type { CallEstimate, CallToEstimate, Library } from '../environment.ts';
import { exactly, scaleRange } from '../range.ts';
import { stringTraversalFactor } from '../runtime-cost.ts';
import { isSameType } from '../types.ts';
import { OpaqueValue } from '../values.ts';
import { formatType } from './format.ts';
import { urlType } from './url.ts';

/** The longest name of a format. */
const maxFormatSize = 64;

function estimate(call: CallToEstimate): CallEstimate | undefined {
  const [left, right] = call.args;
  if (left?.type.kind !== 'opaque' || !right || !isSameType(left.type, right.type)) return undefined;
  switch (left.type.name) {
    case formatType.name:
      return scaleRange({ min: 1, max: maxFormatSize }, stringTraversalFactor);
    case urlType.name:
      return scaleRange({ min: 1, max: right.computedSize?.max ?? 1 }, stringTraversalFactor);
    default:
      return left.type.name === 'optional_type' ? undefined : exactly(1);
  }
}

export const equalityCosts: Library = {
  costs: {
    equals: {
      actualCost: ([left]) => (left instanceof OpaqueValue ? 1 : undefined),
      estimateCost: estimate,
    },
  },
};
