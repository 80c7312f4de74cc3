/** Estimated costs of calls of the standard functions, by overload; the others cost 1. */

import type { CallEstimate, CallToEstimate, NodeToEstimate, Range } from './environment.ts';
import { addRanges, exactly, multiplyRanges, scaleRange } from './range.ts';
import { regexLengthFactor, stringTraversalFactor } from './runtime-cost.ts';

type Estimate = (call: CallToEstimate, first: Range, second: Range) => CallEstimate;

const one = exactly(1);

/** Going through a string of that size once. */
function traversal(size: Range): Range {
  return scaleRange(size, stringTraversalFactor);
}

/** Comparison goes through the smaller of both; equality of scalars costs 1. */
const comparison: Estimate = (_call, first, second) => {
  const max = Math.min(first.max, second.max);
  return traversal({ min: max > 0 ? 1 : 0, max });
};

const concatenation: Estimate = (_call, first, second) => {
  const resultSize = addRanges(first, second);
  return { ...traversal(resultSize), resultSize };
};

const affix: Estimate = (call) => traversal(argument(call, 0));

function argument(call: CallToEstimate, index: number): Range {
  const node = call.args[index];
  return node ? call.sizeOf(node) : one;
}

const estimates: ReadonlyMap<string, Estimate> = new Map<string, Estimate>([
  ['string_format', (_call, first) => traversal(first)],
  // A character is one to four bytes.
  ['string_to_bytes', (_call, size) => ({ ...traversal(size), resultSize: { min: size.min, max: size.max * 4 } })],
  [
    'bytes_to_string',
    (_call, size) => ({ ...traversal(size), resultSize: { min: Math.floor(size.min / 4), max: size.max } }),
  ],
  // Two quotes, and every character may be escaped.
  [
    'strings_quote',
    (_call, size) => ({ ...traversal(size), resultSize: { min: size.min + 2, max: size.max * 2 + 2 } }),
  ],
  ['starts_with_string', affix],
  ['ends_with_string', affix],
  ['in_list', (_call, _value, list) => list],
  [
    'matches_string',
    (_call, text, pattern) => multiplyRanges(traversal(addRanges(text, one)), scaleRange(pattern, regexLengthFactor)),
  ],
  ['contains_string', (_call, text, part) => multiplyRanges(traversal(text), traversal(part))],
  ['add_string', concatenation],
  ['add_bytes', concatenation],
  ['add_list', (_call, first, second) => ({ ...one, resultSize: addRanges(first, second) })],
  ['equals', comparison],
  ['not_equals', comparison],
  ...['less', 'greater', 'less_equals', 'greater_equals'].flatMap((order) => [
    [`${order}_string`, comparison] as const,
    [`${order}_bytes`, comparison] as const,
  ]),
]);

export function standardEstimate(overload: string, call: CallToEstimate): CallEstimate {
  const estimate = estimates.get(overload);
  if (!estimate) return one;
  const operands: readonly NodeToEstimate[] = call.target ? [call.target, ...call.args] : call.args;
  const sizes = operands.map((node) => call.sizeOf(node));
  return estimate(call, sizes[0] ?? one, sizes[1] ?? one);
}
